"""The files in landing/: which source takes each, which are not complete yet, and how they go."""

from __future__ import annotations

import contextlib
import os
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

from ..configuration import load_yaml
from ..errors import ConfigurationError
from ..failpoints import reach
from ..state import utc_now
from ..workspace import Workspace
from .archive import Identity
from .patterns import Match
from .sources import Export, Source

_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart")
_HIDDEN = (".", "~$")
_TURNS_TEXT = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_STUCK_AFTER = timedelta(days=1)
_TAKEN_OUT = ".niaga"
"""Folder in landing/ through which every file leaves: whoever writes there can't reach it there."""


@dataclass(frozen=True)
class Taker:
    """A part of a source that takes a file, and what the file's name says to it."""

    source: Source
    part: str
    match: Match

    @property
    def export(self) -> Export:
        """The part itself."""
        return self.source.exports[self.part]


@dataclass(frozen=True)
class Landed:
    """A file in landing/, and who takes it: one source, or one for each piece of it."""

    path: Path
    takers: tuple[Taker, ...] = ()

    @property
    def file_name(self) -> str:
        """The name as text that is safe to show, whatever bytes it is made of."""
        return readable_name(self.path.name)

    @property
    def markers(self) -> set[str]:
        """The names of the files that say that this one is complete."""
        suffixes = {taker.source.complete.marker for taker in self.takers}
        return {self.path.name + suffix for suffix in suffixes if suffix}


@dataclass(frozen=True)
class LeftFile:
    """What was left in landing/, and why; `since` is when it last changed, in UTC."""

    file_name: str
    reason: str
    since: datetime

    @property
    def is_stuck(self) -> bool:
        """Whether it has been there so long that a person should look; hidden files may stay."""
        return utc_now() - self.since > _STUCK_AFTER and not self.file_name.startswith(".")


@dataclass(frozen=True)
class Landing:
    """What lies in landing/: files to be taken now, and what has to stay there."""

    files: tuple[Landed, ...]
    left: tuple[LeftFile, ...]


def readable_name(name: str) -> str:
    """Write a file's name with escapes for what is no text, or would act upon a terminal."""
    if name.isascii() and name.isprintable():
        return name
    text = os.fsencode(name).decode(errors="backslashreplace")
    return "".join(
        char.encode("unicode_escape").decode()
        if unicodedata.category(char) in ("Cc", "Zl", "Zp")
        or unicodedata.bidirectional(char) in _TURNS_TEXT
        else char
        for char in text
    )


def look_into_landing(workspace: Workspace, sources: Iterable[Source]) -> Landing:
    """Find what has landed, by name, and tell what is complete by the rules of its sources.

    Raises ConfigurationError when two sources read the same piece of a file.
    """
    sources = list(sources)
    found = sorted(path for path in workspace.landing.iterdir() if path.name != _TAKEN_OUT)
    # What a killed run was about to remove was complete.
    files = [_assign(path, sources) for path in _taken_out(workspace)]
    marked = _marked(found, sources)
    left: list[LeftFile] = []
    for path in found:
        if marked.get(path.name):
            continue
        with contextlib.suppress(FileNotFoundError):  # Its writer may have taken it away again.
            if reason := _why_never(path, marked):
                left.append(left_file(Landed(path), reason))
                continue
            landed = _assign(path, sources)
            if reason := _why_not_yet(landed):
                left.append(left_file(landed, reason))
            else:
                files.append(landed)
    return Landing(tuple(files), tuple(left))


def left_file(landed: Landed, reason: str) -> LeftFile:
    """Say that a file stays in landing/."""
    since = datetime.fromtimestamp(landed.path.lstat().st_ctime, UTC).replace(tzinfo=None)
    return LeftFile(landed.file_name, reason, since)


def business_date(workspace: Workspace, identity: Identity, taker: Taker) -> date | None:
    """Give the day that a file is about, as its source says: from the name, or the file's time."""
    if taker.source.business_date == "file_name":
        return taker.match.business_date
    zone = taker.source.locale.time_zone or workspace.settings.time_zone
    changed_at = identity.changed_at_ns / 1e9
    return datetime.fromtimestamp(changed_at, ZoneInfo(zone)).date()


def identify(taker: Taker, sha256: str) -> str:
    """Give an export its id: the hash of its content, with what its name says behind it.

    The products of March may equal those of January, where February's differ: that is another
    statement. And an export without records may belong to many deliveries. Each sheet of a workbook
    is an export of its own, and so is each member of a zip file.
    """
    export, match = taker.export, taker.match
    says = [match.business_date.isoformat()] if match.business_date else []
    if match.days:
        says += [day.isoformat() for day in match.days]
    if match.delivery and export.pattern.has_delivery:
        says.append(match.delivery)
    return "@".join([sha256, *says, *export.inside])


def take_out(landed: Landed, identity: Identity) -> Path | None:
    """Move a file with its markers to where no writer reaches it; the caller removes it there.

    None when the file is not the one of that identity any more: another one has its name now, and
    stays for the next run.
    """
    path = landed.path
    out = path if path.parent.name == _TAKEN_OUT else path.parent / _TAKEN_OUT / path.name
    if out != path:
        if os.path.lexists(out):
            return None
        out.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            path.rename(out)
        except FileNotFoundError:
            return None
        reach("landing.taken_out")
    if Identity.of(out.lstat()) != identity:
        _put_back(out)
        return None
    for marker in landed.markers:
        (out.parent.parent / marker).unlink(missing_ok=True)
    reach("landing.unmarked")
    return out


def land_again(workspace: Workspace, file: Path, file_name: str) -> None:
    """Put a file that was taken before among those to be taken: it is known to be complete."""
    out = workspace.landing / _TAKEN_OUT / file_name
    out.parent.mkdir(mode=0o700, exist_ok=True)
    file.replace(out)
    reach("landing.landed_again")


def clear_taken_out(workspace: Workspace) -> None:
    """Remove the folder through which files leave, when nothing is in it."""
    with contextlib.suppress(OSError):
        (workspace.landing / _TAKEN_OUT).rmdir()


def _put_back(out: Path) -> None:
    """Give a file its place back; if a still newer one has it by now, the next run takes both."""
    path = out.parent.parent / out.name
    try:
        # A rename would replace what has come meanwhile.
        os.link(out, path, follow_symlinks=False)
        out.unlink()
    except FileExistsError:
        return
    except OSError:
        if not os.path.lexists(path):
            out.rename(path)


def _taken_out(workspace: Workspace) -> Iterator[Path]:
    folder = workspace.landing / _TAKEN_OUT
    if folder.is_dir() and not folder.is_symlink():
        yield from sorted(folder.iterdir())


def _marked(found: list[Path], sources: list[Source]) -> dict[str, bool]:
    """Tell which of the files are markers, and whether what they mark is there."""
    names = {path.name for path in found}
    markers = {}
    for source in sources:
        suffix = source.complete.marker
        for name in names if suffix else ():
            file_name = name.removesuffix(suffix or "")
            exports = source.exports.values()
            if file_name != name and any(e.match(readable_name(file_name)) for e in exports):
                markers[name] = file_name in names
    return markers


def _why_never(path: Path, marked: dict[str, bool]) -> str | None:
    """Say why something is no file to be taken at all."""
    if path.name.startswith(_HIDDEN) or path.name.lower().endswith(_UNFINISHED):
        return "it is not complete yet: programs give such names to what they still write"
    if path.is_dir() and not path.is_symlink():
        return "it is a folder: put the files themselves into landing/"
    if path.name in marked:
        return "it says that a file is complete which is not there"
    return None


def _why_not_yet(landed: Landed) -> str | None:
    """Say why a file can't be taken now; None when it is complete."""
    for marker in sorted(landed.markers):
        if not os.path.lexists(landed.path.with_name(marker)):
            return f"it is not complete yet: {readable_name(marker)} is not there"
    seconds = max(
        (taker.source.complete.unchanged_seconds or 0 for taker in landed.takers), default=0
    )
    # No program sets this time: it tells of every change, also of a file copied with its times.
    if seconds and time.time() - landed.path.lstat().st_ctime < seconds:
        return f"it is not complete yet: it has changed within the last {seconds} seconds"
    return None


def _assign(path: Path, sources: list[Source]) -> Landed:
    landed = Landed(path)
    return replace(landed, takers=takers_of(landed.file_name, sources))


def takers_of(file_name: str, sources: Iterable[Source]) -> tuple[Taker, ...]:
    """Find who takes a file; raise ConfigurationError where two would read the same piece of it."""
    takers = tuple(
        Taker(source, part, match)
        for source in sources
        for part, export in source.exports.items()
        if (match := export.match(file_name))
    )
    for first, second in combinations(takers, 2):
        if not first.export.reads_apart_from(second.export):
            raise _ambiguous(file_name, first, second)
    return takers


def _ambiguous(file_name: str, first: Taker, second: Taker) -> ConfigurationError:
    fault = load_yaml(second.source.path).fault(
        ("exports", second.part, "file"),
        f"takes the file {file_name}, and so does {first.source.source} (part {first.part})",
        "make one of the two patterns narrower, or let each read another sheet of the workbook,"
        " or another `member` of the zip file",
    )
    return ConfigurationError([fault])

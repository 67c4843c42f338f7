"""The files in landing/: which source takes each, and where those go that can't be loaded."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

from ..configuration import load_yaml
from ..errors import ConfigurationError
from ..failpoints import reach
from ..workspace import Workspace
from .archive import restore_export
from .patterns import Match
from .sources import Export, Source

_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".filepart")
_REASON = ".reason.txt"


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
    takers: tuple[Taker, ...]

    @property
    def file_name(self) -> str:
        """The name as text, whatever bytes it is made of."""
        return os.fsencode(self.path.name).decode(errors="replace")


def landed_files(workspace: Workspace, sources: Iterable[Source]) -> list[Landed]:
    """Find the files that have landed, by name; leave out hidden ones and those still arriving."""
    sources = list(sources)
    paths = sorted(path for path in workspace.landing.iterdir() if _has_arrived(path))
    found = [Landed(path, ()) for path in paths]
    return [replace(landed, takers=takers_of(landed.file_name, sources)) for landed in found]


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


def business_date(workspace: Workspace, landed: Landed, taker: Taker) -> date | None:
    """Give the day that a file is about, as its source says: from the name, or the file's time."""
    if taker.source.business_date == "file_name":
        return taker.match.business_date
    changed_at = landed.path.stat().st_mtime
    zone = taker.source.locale.time_zone or workspace.settings.time_zone
    return datetime.fromtimestamp(changed_at, ZoneInfo(zone)).date()


def hold_back(workspace: Workspace, file_name: str, file: Path, explanation: str) -> None:
    """Move a landed or archived file to rejected/, with the reason beside it."""
    rejected = workspace.rejected / file_name
    reason = workspace.rejected / (file_name + _REASON)
    reason.write_text(explanation, encoding="utf-8")
    reach("rejected.explained")
    if file.is_relative_to(workspace.archive):
        restore_export(file, rejected)
    else:
        file.replace(rejected)
    reach("rejected.held_back")


def release(workspace: Workspace, file_name: str) -> None:
    """Remove a file from rejected/ that has been replaced by a good one."""
    (workspace.rejected / file_name).unlink(missing_ok=True)
    reach("rejected.released")
    (workspace.rejected / (file_name + _REASON)).unlink(missing_ok=True)


def explain(landed_in: str, reason: str, examples: Iterable[str]) -> str:
    """Write the text that lies beside a file that is held back."""
    now = datetime.now(UTC)
    lines = [f"Held back on {now:%Y-%m-%d at %H:%M} UTC ({landed_in}).", "", f"Reason: {reason}"]
    faulty = [f"  {example}" for example in examples]
    if faulty:
        lines += ["", "Faulty rows:", *faulty]
    lines += ["", "Mend the file, or its source, and put the file into landing/ again."]
    return "\n".join(lines) + "\n"


def _has_arrived(path: Path) -> bool:
    is_hidden = path.name.startswith(".") or path.name.lower().endswith(_UNFINISHED)
    return not is_hidden and (path.is_symlink() or not path.is_dir())


def _ambiguous(file_name: str, first: Taker, second: Taker) -> ConfigurationError:
    fault = load_yaml(second.source.path).fault(
        ("exports", second.part, "file"),
        f"takes the file {file_name}, and so does {first.source.source} (part {first.part})",
        "make one of the two patterns narrower, or let each read another sheet of the workbook,"
        " or another `member` of the zip file",
    )
    return ConfigurationError([fault])

"""Try a source with files, as a load would read them, and write nothing of it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError, UsageError
from ..wording import did_you_mean
from ..workspace import Workspace
from . import sql
from .archive import archive_export
from .faults import FileFault
from .landing import takers_of
from .load import Prepared, latest_business_date, prepare_delivery
from .mapping import ROW_NUMBER, FeedMapping, check_sources
from .segments import good_rows
from .sources import Source, load_source

_ROWS_SHOWN, _FAULTS_SHOWN = 3, 20


@dataclass(frozen=True)
class FeedTrial:
    """What a feed would get: its rows, the records held back, and the first rows as mapped."""

    feed: str
    rows: int
    records_held: int
    columns: tuple[str, ...]
    first_rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class RowFault:
    """Why one record would be held back."""

    feed: str
    row_number: int
    column: str | None
    value: str | None
    reason: str


@dataclass(frozen=True)
class Trial:
    """What would become of the files; `reason` is why they would be rejected."""

    source: str
    files: dict[str, str]
    reason: str | None = None
    part: str | None = None
    examples: tuple[str, ...] = ()
    rows_read: int = 0
    rows_loaded: int = 0
    rows_held: int = 0
    rows_filtered: int = 0
    feeds: tuple[FeedTrial, ...] = ()
    faults: tuple[RowFault, ...] = ()


def try_source(workspace: Workspace, name: str, files: Sequence[Path], part: str | None) -> Trial:
    """Read files as a delivery of the source; `part` is for a file that no pattern takes.

    Raises UsageError when the source or a file can't be tried at all, and ConfigurationError when
    another source takes the same file. It needs no lease: it only reads, in a folder of its own.
    """
    source = find_source(workspace, name)
    by_part = _assign(source, files, part)
    rivals = [source, *_other_sources(workspace, name)]
    for file in files:
        takers_of(file.name, rivals)
    names = {part: str(file) for part, file in by_part.items()}
    with tempfile.TemporaryDirectory(prefix="niaga-check-") as temporary:
        folder = Path(temporary)
        try:
            archived = {
                part: archive_export(file.resolve(), folder / "archive").path
                for part, file in by_part.items()
            }
            driving = by_part[next(iter(source.exports))]
            replaced = source.replaced_days(_business_date(source, by_part), driving.name)
            with prepare_delivery(workspace, source, archived, replaced, folder) as prepared:
                return Trial(
                    source.source,
                    names,
                    rows_read=prepared.counts["rows_read"],
                    rows_loaded=prepared.counts["rows_loaded"],
                    rows_held=prepared.counts["rows_held"],
                    rows_filtered=prepared.counts["rows_filtered"],
                    feeds=tuple(_try_feed(prepared, mapping) for mapping in prepared.mappings),
                    faults=_first_faults(prepared),
                )
        except FileFault as fault:
            return Trial(
                source.source, names, reason=fault.reason, part=fault.part, examples=fault.examples
            )


def find_source(workspace: Workspace, name: str) -> Source:
    """Read the source of that name; raise UsageError when there is none, or it is wrong."""
    known = {path.stem: path for path in sorted(workspace.sources_folder.glob("*.yml"))}
    if name not in known:
        remedy = did_you_mean(name, known) or f"there are: {', '.join(known) or 'no sources'}"
        raise UsageError(f"there is no source `{name}`", remedy)
    source = load_source(known[name])
    check_sources([source])
    return source


def _other_sources(workspace: Workspace, name: str) -> Iterator[Source]:
    """Give the workspace's other sources; one that is wrong is not what is being tried."""
    for path in sorted(workspace.sources_folder.glob("*.yml")):
        if path.stem != name:
            with contextlib.suppress(ConfigurationError):
                yield load_source(path)


def _assign(source: Source, files: Sequence[Path], given: str | None) -> dict[str, Path]:
    """Give the file of each part; a workbook may be several parts, as in landing/."""
    if given is not None and given not in source.exports:
        remedy = did_you_mean(given, source.exports) or f"its parts: {', '.join(source.exports)}"
        raise UsageError(f"{source.source} has no part `{given}`", remedy)
    by_part: dict[str, Path] = {}
    is_used = False
    for file in files:
        if not file.is_file():
            raise UsageError(f"there is no file {file}", "name the exports to try the source with")
        parts = [part for part, export in source.exports.items() if export.match(file.name)]
        if not parts:
            if given is None:
                raise UsageError(
                    f"no pattern of {source.source} takes {file.name}: {_patterns(source)}",
                    "change the pattern, or say with --part which part it is",
                )
            parts, is_used = [given], True
        for part in parts:
            if part in by_part:
                raise UsageError(
                    f"{by_part[part].name} and {file.name} are both for the part {part}",
                    "give one file for each part",
                )
            by_part[part] = file
    if given is not None and not is_used and given not in by_part:
        raise UsageError(
            f"--part {given} is for no file: the patterns take all of them for other parts",
            f"leave --part out, or give a file for {given}",
        )
    missing = [part for part in source.exports if part not in by_part]
    if missing:
        raise UsageError(
            f"{source.source} needs a file for {', '.join(missing)}: {_patterns(source)}",
            "give one file for each part",
        )
    return by_part


def _business_date(source: Source, by_part: Mapping[str, Path]) -> date | None:
    """Give the latest date in the files' names; None where no name has one."""
    matches = (source.exports[part].match(file.name) for part, file in by_part.items())
    return latest_business_date(match.business_date for match in matches if match)


def _patterns(source: Source) -> str:
    return ", ".join(f"{part} is {export.file}" for part, export in source.exports.items())


def _try_feed(prepared: Prepared, mapping: FeedMapping) -> FeedTrial:
    feed = mapping.contract.feed
    columns = tuple(column.name for _, column in mapping.filled)
    rows, held = prepared.connection.execute(
        f"SELECT (SELECT count(*) FROM {good_rows(feed)}),"
        f" (SELECT count(DISTINCT row_number) FROM niaga.fault WHERE feed = {sql.text(feed)})"
    ).fetchall()[0]
    chosen = ", ".join([ROW_NUMBER, *(sql.name(column) for column in columns)])
    first = prepared.connection.execute(
        f"SELECT {chosen} FROM {good_rows(feed)} ORDER BY {ROW_NUMBER} LIMIT {_ROWS_SHOWN}"
    ).fetchall()
    return FeedTrial(feed, rows, held, (ROW_NUMBER, *columns), tuple(first))


def _first_faults(prepared: Prepared) -> tuple[RowFault, ...]:
    found = prepared.connection.execute(
        "SELECT feed, row_number, column_name, left(value, 80), reason FROM niaga.fault"
        f" ORDER BY row_number, feed, column_name LIMIT {_FAULTS_SHOWN}"
    ).fetchall()
    return tuple(RowFault(*fault) for fault in found)

"""Load one delivery: from archived exports to Parquet files in the lake and in quarantine.

Nothing of it counts until the state database says so: see `catalogue.commit_load`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ..failpoints import reach
from ..state import new_id, utc_now
from ..workspace import Workspace
from . import sql
from .amend import Change
from .amendments import Amendments
from .database import open_database
from .faults import FileFault, is_of_the_machine
from .layout import Layout, LayoutChange, compare_layout, sample_columns
from .macros import define_macros
from .mapping import ROW_NUMBER, FeedMapping, map_feed
from .parsing import Parser
from .records import Records, read_records
from .rows import faults_of, make_rows
from .segments import (
    Origin,
    ParquetFile,
    come_from,
    good_rows,
    write_quarantine,
    write_segment,
)
from .sources import Source
from .streamed import Candidate, Stream, Streamed

if TYPE_CHECKING:
    from .catalogue import Export

_EXAMPLES = 20


@dataclass(frozen=True)
class Load:
    """What was made of a delivery; counts are of records of the driving part."""

    load_id: str
    business_date: date | None
    rows_read: int
    rows_loaded: int
    rows_held: int
    rows_filtered: int
    rows_dropped: int
    parts: Mapping[str, Records]
    segments: tuple[ParquetFile, ...]
    quarantined: tuple[ParquetFile, ...]
    layouts: Mapping[str, Layout]
    changes: tuple[LayoutChange, ...]

    @property
    def feeds(self) -> dict[str, int]:
        """The rows that each feed has got."""
        return {segment.feed: segment.rows for segment in self.segments}


@dataclass(frozen=True)
class Prepared:
    """A delivery that has been read and mapped, and may be loaded: nothing is written yet."""

    connection: duckdb.DuckDBPyConnection
    mappings: list[FeedMapping]
    parts: Mapping[str, Records]
    counts: Mapping[str, int]
    parser: Parser


def load_delivery(
    workspace: Workspace,
    source: Source,
    exports: Mapping[str, Export],
    known: Mapping[str, Layout],
    amendments: Amendments,
    stream: Stream | None = None,
) -> Load:
    """Read the exports of a delivery, one for each part, as they are amended, and write their rows.

    `known` is what is known of the layouts of the source's parts; `stream` loads in one pass, where
    that can be. Raises FileFault when one of the exports can't be loaded: then nothing is left of
    the load.
    """
    archived = {part: workspace.root / exports[part].archive_path for part in source.exports}
    driving = next(iter(source.exports))
    export_id = exports[driving].export_id
    changes = [
        Change(amendment.kind, export_id, workspace.root / amendment.archive_path)
        for amendment in amendments.get((source.source, driving, export_id), ())
    ]
    business_date = _business_date(exports)
    if stream and not changes and len(exports) == 1:
        candidate = Candidate(archived[driving], export_id, business_date)
        if streamed := stream(source, [candidate]).get(export_id):
            return _as_load(source, streamed, known)
    with (
        _working_folder(workspace) as folder,
        prepare_delivery(workspace, source, archived, business_date, folder, changes) as prepared,
    ):
        return _write(workspace, source, exports, prepared, known)


def load_together(
    workspace: Workspace,
    source: Source,
    exports: Iterable[Export],
    known: Mapping[str, Layout],
    stream: Stream,
) -> dict[str, Load]:
    """Write the rows of the source's exports, each a delivery, that are loaded in one pass.

    Gives the loads by the exports' ids; of what has to be read in steps there is none.
    """
    candidates = [
        Candidate(workspace.root / export.archive_path, export.export_id, export.business_date)
        for export in exports
    ]
    streamed = stream(source, candidates)
    loads: dict[str, Load] = {}
    for candidate in candidates:
        if found := streamed.get(candidate.export_id):
            load = loads[candidate.export_id] = _as_load(source, found, known)
            known = load.layouts
    return loads


def _as_load(source: Source, streamed: Streamed, known: Mapping[str, Layout]) -> Load:
    ((part, export),) = source.exports.items()
    layout, changes = compare_layout(
        known.get(part), streamed.records, export, streamed.samples, streamed.mapped
    )
    return Load(
        load_id=streamed.load_id,
        business_date=streamed.business_date,
        rows_read=streamed.records.read,
        rows_loaded=streamed.rows_loaded,
        rows_held=0,
        rows_filtered=streamed.records.read - streamed.rows_loaded,
        rows_dropped=0,
        parts={part: streamed.records},
        segments=streamed.segments,
        quarantined=(),
        layouts={part: layout},
        changes=tuple(changes),
    )


@contextlib.contextmanager
def prepare_delivery(
    workspace: Workspace,
    source: Source,
    archived: Mapping[str, Path],
    business_date: date | None,
    folder: Path,
    changes: Sequence[Change] = (),
) -> Iterator[Prepared]:
    """Read and map the archived file of each part; raise FileFault when it can't be loaded.

    `folder` is for what is needed only meanwhile, `changes` amend the driving part.
    """
    with contextlib.closing(open_database(folder / "spill")) as connection:
        parser = Parser(source.locale, workspace.settings.money_scale, workspace.settings.time_zone)
        parts = {
            part: _read_part(connection, source, part, archived[part], parser, folder, changes)
            for part in source.exports
        }
        define_macros(connection, source.feeds.values(), parser)
        # All selects are checked before the first one runs: that is quick.
        mappings = [
            map_feed(connection, source, feed, parts, business_date) for feed in source.feeds
        ]
        driving = parts[next(iter(source.exports))]
        _check_not_empty(source, driving)
        for mapping in mappings:
            make_rows(connection, mapping, parser, workspace.settings.currency)
        _collect_faults(connection, mappings, parser, workspace.settings.currency, driving.part)
        counts = _count(connection, mappings, driving)
        _check_share(connection, source, driving, counts["rows_held"])
        yield Prepared(connection, mappings, parts, counts, parser)


def latest_business_date(dates: Iterable[date | None]) -> date | None:
    """Give the date of a delivery: the latest of its parts."""
    return max((day for day in dates if day), default=None)


def _business_date(exports: Mapping[str, Export]) -> date | None:
    return latest_business_date(export.business_date for export in exports.values())


def working_folder(workspace: Workspace) -> Path:
    """Give the folder for what loads need only while they run."""
    return workspace.warehouse / "ingest"


@contextlib.contextmanager
def _working_folder(workspace: Workspace) -> Iterator[Path]:
    import shutil

    folder = working_folder(workspace) / "steps"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read_part(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    part: str,
    archived: Path,
    parser: Parser,
    folder: Path,
    changes: Sequence[Change],
) -> Records:
    """Read the records of a part; raise FileFault when the whole export has to be held back."""
    layout = source.exports[part]
    is_driving = part == next(iter(source.exports))
    try:
        records = read_records(
            connection, part, layout, parser, archived, folder, changes if is_driving else ()
        )
    except FileFault as fault:
        fault.part = part
        raise
    except Exception as error:
        if is_of_the_machine(error):
            raise
        # What nobody has foreseen in one file must not keep all others from being loaded.
        raise FileFault(f"can't be read ({type(error).__name__}: {error})", part) from error
    if records.faulty and not is_driving:
        # Rows that need one of these records would be silently left out, or lack its values.
        raise FileFault(
            f"{records.faulty} of {records.read} records are faulty, and others are joined to them",
            part,
            _examples(connection, f"niaga.fault_{part}"),
        )
    return records


def _collect_faults(
    connection: duckdb.DuckDBPyConnection,
    mappings: list[FeedMapping],
    parser: Parser,
    currency: str,
    driving_part: str,
) -> None:
    """Make `niaga.fault`; a record that can't be read at all counts for the source's first feed."""
    first = mappings[0].contract.feed
    connection.execute(
        f"CREATE TABLE niaga.fault AS SELECT {sql.text(first)} AS feed, *"
        f" FROM niaga.fault_{driving_part}"
    )
    for mapping in mappings:
        feed = mapping.contract.feed
        is_faulty = f"SELECT count(*) FROM niaga.row_{feed} WHERE _is_faulty"
        if connection.execute(is_faulty).fetchall()[0][0]:
            faults = faults_of(mapping, parser, currency, driving_part)
            connection.execute(
                f"INSERT INTO niaga.fault SELECT {sql.text(feed)}, * FROM ({faults})"
            )


def _count(
    connection: duckdb.DuckDBPyConnection, mappings: list[FeedMapping], driving: Records
) -> dict[str, int]:
    """Count the records of the driving part: each is loaded, held, or left out by the selects."""
    mapped = " UNION ".join(
        f"SELECT DISTINCT {ROW_NUMBER} AS row_number FROM niaga.row_{mapping.contract.feed}"
        for mapping in mappings
    )
    loaded, held = connection.execute(
        f"""
        WITH held AS (SELECT DISTINCT row_number FROM niaga.fault)
        SELECT
            (SELECT count(*) FROM ({mapped}) WHERE row_number NOT IN (SELECT row_number FROM held)),
            (SELECT count(*) FROM held)
        """
    ).fetchall()[0]
    return {
        "rows_read": driving.read,
        "rows_loaded": loaded,
        "rows_held": held,
        "rows_filtered": driving.read - loaded - held - driving.dropped,
        "rows_dropped": driving.dropped,
    }


def _check_not_empty(source: Source, driving: Records) -> None:
    """Raise FileFault when an export without records would take away all that was said before."""
    if source.replaces is not None and not driving.read:
        raise FileFault(
            "has no records, and would replace all earlier ones by nothing: a dump that failed"
            " looks like this",
            driving.part,
        )


def _check_share(
    connection: duckdb.DuckDBPyConnection, source: Source, driving: Records, held: int
) -> None:
    """Raise FileFault when more of the records are faulty than the source allows."""
    if held > source.reject_above * driving.read:
        share = f"{held} of {driving.read} records are faulty ({held / driving.read:.1%})"
        raise FileFault(
            f"{share}, and {source.source} rejects a file above {source.reject_above:.0%}",
            driving.part,
            _examples(connection, "niaga.fault"),
        )


def _examples(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[str, ...]:
    """Put the first faults into words."""
    rows = connection.execute(
        f"SELECT row_number, column_name, left(value, 80), reason FROM {table}"
        f" ORDER BY row_number, column_name LIMIT {_EXAMPLES}"
    ).fetchall()
    return tuple(
        f"row {number}: {reason}: {value}"
        if column is None
        else f"row {number}: {column} {reason}" + (f": {value}" if value is not None else "")
        for number, column, value, reason in rows
    )


def _compare_layouts(
    source: Source, prepared: Prepared, known: Mapping[str, Layout]
) -> tuple[dict[str, Layout], tuple[LayoutChange, ...]]:
    """Give what is known of each part now, and what of it is new."""
    mapped = [result.name for mapping in prepared.mappings for result in mapping.results]
    layouts: dict[str, Layout] = {}
    changes: list[LayoutChange] = []
    for part, records in prepared.parts.items():
        samples = sample_columns(prepared.connection, records, prepared.parser)
        layouts[part], found = compare_layout(
            known.get(part), records, source.exports[part], samples, mapped
        )
        changes += found
    return layouts, tuple(changes)


def _write(
    workspace: Workspace,
    source: Source,
    exports: Mapping[str, Export],
    prepared: Prepared,
    known: Mapping[str, Layout],
) -> Load:
    """Write the segments and the quarantine of a load."""
    connection, counts = prepared.connection, prepared.counts
    layouts, changes = _compare_layouts(source, prepared, known)
    load_id = new_id()
    driving = exports[next(iter(source.exports))]
    header = prepared.parts[driving.part].header
    origin = Origin(driving.export_id, _business_date(exports), utc_now())
    segments: list[ParquetFile] = []
    quarantined: list[ParquetFile] = []
    for mapping in prepared.mappings:
        feed = mapping.contract.feed
        faulty = workspace.quarantine / f"{load_id}_{feed}.parquet"
        if file := write_quarantine(
            connection, feed, source.source, driving.file_name, header, origin, faulty
        ):
            quarantined.append(file)
        path = workspace.lake / feed / f"{load_id}.parquet"
        rows = come_from(good_rows(feed), origin)
        if file := write_segment(connection, mapping, rows, origin.loaded_at, path):
            segments.append(file)
            reach("ingest.segment_renamed")
    return Load(
        load_id=load_id,
        business_date=origin.business_date,
        rows_read=counts["rows_read"],
        rows_loaded=counts["rows_loaded"],
        rows_held=counts["rows_held"],
        rows_filtered=counts["rows_filtered"],
        rows_dropped=counts["rows_dropped"],
        parts=prepared.parts,
        segments=tuple(segments),
        quarantined=tuple(quarantined),
        layouts=layouts,
        changes=changes,
    )

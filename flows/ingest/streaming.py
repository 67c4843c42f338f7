"""Load a CSV file without faults in one pass: from text to Parquet, with nothing kept in between.

What is loaded so is what the reading in steps (`records`, `rows`) would load, and much sooner. That
is certain since it is left at the first doubt, before anything counts: at any fault of the file, of
a record or of a row, and where the source's SQL looks at more than one record at a time.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb

from ..errors import ConfigurationError
from ..state import new_id, utc_now
from ..workspace import Workspace
from . import sql
from .archive import PlainText
from .cells import typed_cells
from .csv_checks import is_all_read
from .csv_records import lines_before, open_csv, scan_csv
from .cutting import cut
from .database import open_database
from .days import Days
from .faults import FileFault, is_of_the_machine
from .formats import CsvFormat
from .layout import ColumnSample, sample_columns
from .mapping import ROW_NUMBER, FeedMapping, map_feed
from .parsing import Parser
from .records import Records, mistyped, relation
from .rows import faultless_rows
from .segments import Origin, ParquetFile, write_segment
from .sources import Export, Source

_ONE_BY_ONE = {
    "PROJECTION", "FILTER", "UNION", "STREAMING_WINDOW", "READ_CSV",
    # Whether a value is in a long list of constants.
    "HASH_JOIN MARK", "COLUMN_DATA_SCAN",
}  # fmt: skip
"""Steps of a plan that make of a record what they would make of it without all others."""


class _DoubtError(Exception):
    """Something that only the reading in steps can judge."""


@dataclass(frozen=True)
class _Plan:
    """What to write of files with one header; `keeps_all`: each record becomes a row."""

    queries: tuple[tuple[FeedMapping, str], ...]
    keeps_all: bool


@dataclass(frozen=True)
class _Text:
    """A file that is ready to be read, its format, and the names of its columns."""

    plain: PlainText
    layout: CsvFormat
    header: tuple[str, ...]

    def has_only(self, records: int) -> bool:
        """Whether the text is just so many records, without anything that was not read."""
        layout, before = self.layout, lines_before(self.layout, self.header)
        return is_all_read(
            self.plain.path, self.header, layout.delimiter, layout.quote, before, records
        )


@dataclass(frozen=True)
class Streamed:
    """A delivery whose records are all good, and written: a load that does not count yet."""

    load_id: str
    business_date: date | None
    records: Records
    samples: list[ColumnSample]
    mapped: list[str]
    segments: tuple[ParquetFile, ...]
    rows_loaded: int


Stream = Callable[[Source, Path, str, date | None, Days | None], Streamed | None]
"""What `Streamer.stream` is: of a source, an archived file, its export's id, business date and the
days that it replaces."""


class Streamer:
    """Streams deliveries, one after the other, through one connection that stays open."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._workspace = workspace
        self._folder = folder
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._plans: dict[Hashable, _Plan] = {}

    def close(self) -> None:
        """Let go of the connection and the folder."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def stream(
        self,
        source: Source,
        archived: Path,
        export_id: str,
        business_date: date | None,
        replaced: Days | None,
    ) -> Streamed | None:
        """Write the segments of a source's only export; None, and no file, where there is doubt."""
        if len(source.exports) > 1:
            return None
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            return self._stream(
                source, archived, Origin(export_id, business_date, utc_now()), replaced
            )
        except (_DoubtError, FileFault, ConfigurationError):
            return None
        except (duckdb.DataError, duckdb.ProgrammingError):
            return None
        except Exception as error:
            if is_of_the_machine(error):
                raise
            # Whatever it is: the connection may have suffered, the reading in steps has its own.
            self.close()
            return None
        finally:
            for file in self._folder.glob("*.csv*"):
                file.unlink()

    def _stream(
        self, source: Source, archived: Path, origin: Origin, replaced: Days | None
    ) -> Streamed:
        load_id = new_id()
        ((part, export),) = source.exports.items()
        settings = self._workspace.settings
        parser = Parser(source.locale, settings.money_scale, settings.time_zone)
        connection = self._connected()
        text = _opened(part, export, archived, self._folder)
        header, scans = text.header, _scans(part, export, parser, text)
        key = (source.source, header, len(scans), replaced)
        plan = self._plans.get(key)
        if plan is not None and plan.keeps_all and source.replaces is None:
            # Then the rows that are written are the records that there are.
            read = [0]
        else:
            read = _count_records(connection, scans, mistyped(export, parser, header))
        records = Records(part, header, sum(read), 0)
        if source.replaces is not None and not records.read:
            raise _DoubtError
        # Of the first piece alone, which begins with the records that reading in steps looks at.
        _make_relation(connection, part, export, header, scans[:1], read)
        samples = sample_columns(connection, records, parser)
        if len(scans) > 1:
            _make_relation(connection, part, export, header, scans, read)
        if plan is None:
            plan = self._plans[key] = _plan(
                connection, source, records, parser, replaced, settings.currency, len(scans),
            )  # fmt: skip
        segments = self._write(plan, origin, load_id)
        loaded = _count_loaded(connection, segments)
        if plan.keeps_all:
            records = replace(records, read=loaded)
        if not text.has_only(records.read):
            for file in segments:
                file.path.unlink()
            raise _DoubtError
        mapped = [result.name for mapping, _ in plan.queries for result in mapping.results]
        return Streamed(load_id, origin.business_date, records, samples, mapped, segments, loaded)

    def _connected(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._connection = open_database(self._folder / "spill")
            # Rows carry their number, and are looked at one by one: pieces need not wait for
            # those in front of them.
            self._connection.execute("SET preserve_insertion_order = false")
        return self._connection

    def _write(self, plan: _Plan, origin: Origin, load_id: str) -> tuple[ParquetFile, ...]:
        """Write the segments of all feeds, or none of them."""
        segments: list[ParquetFile] = []
        try:
            for mapping, query in plan.queries:
                path = self._workspace.lake / mapping.contract.feed / f"{load_id}.parquet"
                file = write_segment(self._connected(), mapping, origin, path, f"({query})")
                segments += [file] if file else []
        except duckdb.Error:
            for file in segments:
                file.path.unlink()
            raise
        return tuple(segments)


def _plan(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    records: Records,
    parser: Parser,
    replaced: Days | None,
    currency: str,
    pieces: int,
) -> _Plan:
    """Map the feeds; raise _DoubtError where a query looks at more than one record at a time."""
    parts = {records.part: records}
    mappings = [map_feed(connection, source, feed, parts, replaced) for feed in source.feeds]
    queries = [(mapping, faultless_rows(mapping, parser, currency)) for mapping in mappings]
    steps = [_steps_one_by_one(connection, query, pieces) for _, query in queries]
    is_typed = bool(source.exports[records.part].columns)
    is_plain = len(queries) == 1 and pieces == 1 and not is_typed
    return _Plan(tuple(queries), keeps_all=is_plain and "FILTER" not in steps[0])


def _opened(part: str, export: Export, archived: Path, folder: Path) -> _Text:
    layout = export.format
    if not isinstance(layout, CsvFormat):
        raise _DoubtError
    return _Text(*open_csv(part, export, layout, archived, folder))


def _scans(part: str, export: Export, parser: Parser, text: _Text) -> list[str]:
    """Give the SQL that reads each piece."""
    typed = typed_cells(export, parser, text.header, part)
    pieces = cut(text.plain, text.layout.quote, part)
    return [
        f"(SELECT *{typed} FROM"
        f" {scan_csv(piece, text.layout, text.header, parser, from_start=number == 0)})"
        for number, piece in enumerate(pieces)
    ]


def _count_records(
    connection: duckdb.DuckDBPyConnection, scans: list[str], is_mistyped: str
) -> list[int]:
    """Count the records of each piece; raise _DoubtError when one has a cell of a wrong type."""
    counted = connection.execute(
        " UNION ALL ".join(
            f"SELECT {number} AS piece, count(*) AS records,"
            f" count(*) FILTER (WHERE {is_mistyped}) AS mistyped FROM {scan}"
            for number, scan in enumerate(scans)
        )
        + " ORDER BY piece"
    ).fetchall()
    if any(wrong for _, _, wrong in counted):
        raise _DoubtError
    return [records for _, records, _ in counted]


def _make_relation(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    header: tuple[str, ...],
    scans: list[str],
    read: list[int],
) -> None:
    """Make the relation that the source's SQL selects from: each piece is numbered by itself."""
    before = [0, *accumulate(read)]
    numbered = " UNION ALL ".join(
        f"SELECT row_number() OVER () + {first} AS _row_number, * FROM {scan}"
        for first, scan in zip(before, scans, strict=False)
    )
    connection.execute(f"CREATE OR REPLACE VIEW niaga.numbered_{part} AS {numbered}")
    connection.execute(
        f"CREATE OR REPLACE VIEW main.{sql.name(part)} AS {relation(part, export, header)}"
    )


def _steps_one_by_one(
    connection: duckdb.DuckDBPyConnection, query: str, pieces: int
) -> Counter[str]:
    """Give the steps of a query that takes each record once, and by itself; else _DoubtError."""
    plan = connection.execute(f"EXPLAIN (FORMAT json) {query}").fetchall()[0][1]
    steps = Counter(_steps(json.loads(plan)))
    is_numbered_once = steps["READ_CSV"] == pieces and steps["STREAMING_WINDOW"] == pieces
    if not is_numbered_once or steps["UNION"] != (pieces > 1) or steps.keys() - _ONE_BY_ONE:
        raise _DoubtError
    return steps


def _steps(plan: list[dict[str, Any]]) -> list[str]:
    """Give the names of a plan's steps; joins with their kind."""
    return [
        name
        for node in plan
        for name in (
            f"{node['name']} {node['extra_info'].get('Join Type', '')}".strip(),
            *_steps(node["children"]),
        )
    ]


def _count_loaded(connection: duckdb.DuckDBPyConnection, segments: tuple[ParquetFile, ...]) -> int:
    """Count the records that some feed has got: each is at most one row of a feed."""
    if len(segments) < 2:
        return sum(file.rows for file in segments)
    paths = sql.texts(str(file.path) for file in segments)
    return int(
        connection.execute(
            f"SELECT count(DISTINCT {ROW_NUMBER}) FROM read_parquet([{paths}])"
        ).fetchall()[0][0]
    )

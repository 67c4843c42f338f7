"""Load CSV files without faults in one pass: from text to Parquet, with nothing kept in between.

What is loaded so is what the reading in steps (`records`, `rows`) would load, and much sooner. That
is certain since it is left at the first doubt, before anything counts: at any fault of the file, of
a record or of a row, and where the source's SQL looks at more than one record at a time.

A big file is read in pieces side by side, small ones of one source together (`together`).
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

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
from .faults import FileFault, is_of_the_machine
from .formats import CsvFormat
from .layout import sample_columns
from .mapping import ROW_NUMBER, FeedMapping, map_feed
from .parsing import Parser
from .records import Records, mistyped, relation
from .rows import faultless_rows
from .segments import Origin, ParquetFile, come_from, write_segments
from .small_files import Group, group_files
from .sources import Export, Source
from .streamed import ApartError, Candidate, DoubtError, Streamed
from .together import stream_together

_ONE_BY_ONE = {
    "PROJECTION", "FILTER", "UNION", "STREAMING_WINDOW", "READ_CSV",
    # Whether a value is in a long list of constants.
    "HASH_JOIN MARK", "COLUMN_DATA_SCAN",
}  # fmt: skip
"""Steps of a plan that make of a record what they would make of it without all others."""


_Loaded = TypeVar("_Loaded")


_Plan = Sequence[tuple[FeedMapping, str]]
"""What to write of files with one header: the rows of each feed, as SQL."""


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


class Streamer:
    """Streams deliveries, one after the other, through one connection that stays open."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._workspace = workspace
        self._folder = folder
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._plans: dict[Hashable, _Plan | None] = {}

    def close(self) -> None:
        """Let go of the connection and the folder."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def stream(self, source: Source, candidates: Sequence[Candidate]) -> dict[str, Streamed]:
        """Write the segments of exports of a source that has one part; give their loads.

        They are given by the exports' ids. Where there is doubt there is none, and no file.
        """
        streamed: dict[str, Streamed] = {}
        if len(source.exports) > 1:
            return streamed
        self._folder.mkdir(parents=True, exist_ok=True)
        alone = list(candidates)
        if len(candidates) > 1:
            groups, alone = group_files(source, candidates, self._folder)
            for group in groups:
                try:
                    streamed |= self._stream_group(source, group)
                except ApartError:
                    alone += [file.candidate for file in group.files]
        for candidate in alone:
            found = self._unless_in_doubt(partial(self._stream_alone, source, candidate))
            if found is not None:
                streamed[candidate.export_id] = found
        return streamed

    def _unless_in_doubt(self, load: Callable[[], _Loaded]) -> _Loaded | None:
        """Give what `load` gives; None when it comes to a doubt, whatever it is."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            return load()
        except ApartError:
            raise
        except (DoubtError, FileFault, ConfigurationError):
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

    def _stream_group(self, source: Source, group: Group) -> dict[str, Streamed]:
        """Load small files together; where they can't be, what is wrong may be in one half."""
        if not group.files:
            return {}
        found = self._unless_in_doubt(partial(self._load_group, source, group))
        if found is None and len(group.files) > 1:
            first, second = group.halves()
            return self._stream_group(source, first) | self._stream_group(source, second)
        return found or {}

    def _load_group(self, source: Source, group: Group) -> dict[str, Streamed]:
        ((part, export),) = source.exports.items()
        parser = self._parser(source)
        path = self._folder / f"{part}.csv"
        path.write_bytes(b"".join(file.text for file in group.files))
        scan = _scan(part, export, parser, path, group.layout, group.header, from_start=False)
        connection = self._connected()
        records = Records(part, group.header, sum(file.records for file in group.files), 0)
        _make_relation(connection, part, export, group.header, [scan], [records.read])
        try:
            plan = self._planned(source, records, None, [scan])
        except (DoubtError, FileFault, ConfigurationError) as error:
            raise ApartError from error
        mappings = [mapping for mapping, _ in plan]
        return stream_together(
            connection, self._workspace, source, mappings, parser, group.header, scan, group.files
        )

    def _stream_alone(self, source: Source, candidate: Candidate) -> Streamed:
        ((part, export),) = source.exports.items()
        parser, connection = self._parser(source), self._connected()
        # Rows carry their number, and are looked at one by one: pieces need not wait for those in
        # front of them.
        connection.execute("SET preserve_insertion_order = false")
        text = _opened(part, export, candidate.archived, self._folder)
        header, scans = text.header, _scans(part, export, parser, text)
        read = _count_records(connection, scans, mistyped(export, parser, header))
        records = Records(part, header, sum(read), 0)
        if source.replaces is not None and not records.read:
            raise DoubtError
        # Of the first piece alone, which begins with the records that reading in steps looks at.
        _make_relation(connection, part, export, header, scans[:1], read)
        samples = sample_columns(connection, records, parser)
        if len(scans) > 1:
            _make_relation(connection, part, export, header, scans, read)
        plan = self._planned(source, records, candidate.business_date, scans)
        load_id = new_id()
        origin = Origin(candidate.export_id, candidate.business_date, utc_now())
        rows = [(mapping, come_from(f"({query})", origin)) for mapping, query in plan]
        segments = write_segments(connection, self._workspace, load_id, rows, origin.loaded_at)
        loaded = _count_loaded(connection, segments)
        if not text.has_only(records.read):
            for file in segments:
                file.path.unlink()
            raise DoubtError
        mapped = [result.name for mapping, _ in plan for result in mapping.results]
        return Streamed(
            *(load_id, origin.business_date, records, samples, mapped, segments, loaded)
        )

    def _parser(self, source: Source) -> Parser:
        settings = self._workspace.settings
        return Parser(source.locale, settings.money_scale, settings.time_zone)

    def _connected(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._connection = open_database(self._folder / "spill")
        return self._connection

    def _planned(
        self, source: Source, records: Records, business_date: date | None, scans: Sequence[str]
    ) -> _Plan:
        """Give the plan for files of this header; raise DoubtError where there is none."""
        day = business_date if source.replaces else None
        key = (source.source, records.header, len(scans), day)
        if key not in self._plans:
            self._plans[key] = None
            self._plans[key] = _plan(
                self._connected(), source, records, self._parser(source), business_date,
                self._workspace.settings.currency, len(scans),
            )  # fmt: skip
        plan = self._plans[key]
        if plan is None:
            raise DoubtError
        return plan


def _plan(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    records: Records,
    parser: Parser,
    business_date: date | None,
    currency: str,
    pieces: int,
) -> _Plan:
    """Map the feeds; raise DoubtError where a query looks at more than one record at a time."""
    parts = {records.part: records}
    mappings = [map_feed(connection, source, feed, parts, business_date) for feed in source.feeds]
    queries = [(mapping, faultless_rows(mapping, parser, currency)) for mapping in mappings]
    for _, query in queries:
        _check_one_by_one(connection, query, pieces)
    return queries


def _opened(part: str, export: Export, archived: Path, folder: Path) -> _Text:
    layout = export.format
    if not isinstance(layout, CsvFormat):
        raise DoubtError
    return _Text(*open_csv(part, export, layout, archived, folder))


def _scans(part: str, export: Export, parser: Parser, text: _Text) -> list[str]:
    """Give the SQL that reads each piece."""
    pieces = cut(text.plain, text.layout.quote, part)
    return [
        _scan(part, export, parser, piece, text.layout, text.header, from_start=number == 0)
        for number, piece in enumerate(pieces)
    ]


def _scan(
    part: str,
    export: Export,
    parser: Parser,
    path: Path,
    layout: CsvFormat,
    header: tuple[str, ...],
    *,
    from_start: bool,
) -> str:
    """Give the SQL that reads the cells of a text as text, and those that have a type in it too."""
    typed = typed_cells(export, parser, header, part)
    return f"(SELECT *{typed} FROM {scan_csv(path, layout, header, parser, from_start=from_start)})"


def _count_records(
    connection: duckdb.DuckDBPyConnection, scans: list[str], is_mistyped: str
) -> list[int]:
    """Count the records of each piece; raise DoubtError when one has a cell of a wrong type."""
    counted = connection.execute(
        " UNION ALL ".join(
            f"SELECT {number} AS piece, count(*) AS records,"
            f" count(*) FILTER (WHERE {is_mistyped}) AS mistyped FROM {scan}"
            for number, scan in enumerate(scans)
        )
        + " ORDER BY piece"
    ).fetchall()
    if any(wrong for _, _, wrong in counted):
        raise DoubtError
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


def _check_one_by_one(connection: duckdb.DuckDBPyConnection, query: str, pieces: int) -> None:
    """Raise DoubtError unless a query takes each record once, and by itself."""
    plan = connection.execute(f"EXPLAIN (FORMAT json) {query}").fetchall()[0][1]
    steps = Counter(_steps(json.loads(plan)))
    is_numbered_once = steps["READ_CSV"] == pieces and steps["STREAMING_WINDOW"] == pieces
    if not is_numbered_once or steps["UNION"] != (pieces > 1) or steps.keys() - _ONE_BY_ONE:
        raise DoubtError


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

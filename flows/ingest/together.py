"""Load small CSV files of one source and one header in one pass, as if each were read by itself.

Their records stand behind each other in one text. How many each file has is certain from its bytes,
so the place of a record tells its file and its number in it; and through the source's SQL the place
goes as `rowid`, which no other column can be made of. The rows of all files are one Parquet file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import accumulate

import duckdb

from ..state import new_id, utc_now
from ..workspace import Workspace
from . import sql
from .layout import ColumnSample, records_sampled, sample_files
from .mapping import ROW_NUMBER, FeedMapping
from .parsing import Parser
from .records import Records, mistyped, relation
from .rows import all_rows
from .segments import ParquetFile, write_segments
from .small_files import SmallFile
from .sources import Export, Source
from .streamed import ApartError, DoubtError, Streamed

_SELECT = re.compile(r"\s*select\b", re.IGNORECASE)
_OWN_NAMES = {"rowid", "_place", "_file"}


def stream_together(
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    source: Source,
    mappings: Sequence[FeedMapping],
    parser: Parser,
    header: tuple[str, ...],
    scan: str,
    files: Sequence[SmallFile],
) -> dict[str, Streamed]:
    """Write the segments of exports without faults; give their loads by the exports' ids.

    `scan` is the SQL that reads the texts of the files behind each other. Raises ApartError where
    no files of the source can be read so, and DoubtError, or what DuckDB raises, where a fault
    can't be laid to one of these; then nothing is left of any.
    """
    ((part, export),) = source.exports.items()
    currency = workspace.settings.currency
    _check_names(header, export)
    feeds = [mapping.contract.feed for mapping in mappings]
    try:
        _make_records(connection, part, export, header, scan, files)
        faulty = _mistyped(connection, part, mistyped(export, parser, header))
        for mapping in mappings:
            _make_rows(connection, mapping, parser, currency)
            faulty |= _with_faulty_rows(connection, mapping.contract.feed)
        samples = _samples(connection, part, header, parser)
        loaded = _count_loaded(connection, feeds)
        rows = {feed: _count_rows(connection, feed) for feed in feeds}
        chosen = [
            (mapping, _rows_of_good_files(mapping.contract.feed, faulty)) for mapping in mappings
        ]
        written = write_segments(connection, workspace, new_id(), chosen, utc_now())
    finally:
        _drop(connection, part, feeds)
    mapped = [result.name for mapping in mappings for result in mapping.results]
    return {
        file.candidate.export_id: Streamed(
            load_id=new_id(),
            business_date=file.candidate.business_date,
            records=Records(part, header, file.records, 0),
            samples=samples.get(number, []),
            mapped=mapped,
            segments=_shares(written, number, rows),
            rows_loaded=loaded.get(number, 0),
        )
        for number, file in enumerate(files)
        if number not in faulty
    }


def _check_names(header: tuple[str, ...], export: Export) -> None:
    """Raise ApartError where a column has a name that is used here."""
    if _OWN_NAMES & {name.lower() for name in (*header, *export.columns)}:
        raise ApartError


def _carrying_places(select: str) -> str:
    """Give a select that returns the place of each record as its row number.

    Raises ApartError where that can't be had of it. Where the select returns another row number
    than its record's, the result has none.
    """
    found = _SELECT.match(select)
    if not found or "rowid" in select.lower():
        raise ApartError
    # The select may end in a comment: hence the line break behind it.
    return f"""
        SELECT made.* EXCLUDE (_place) REPLACE (
            CASE WHEN made.{ROW_NUMBER} = made._place - file.first + 1 THEN made._place END
            AS {ROW_NUMBER}
        )
        FROM (SELECT rowid AS _place, {select[found.end() :]}
        ) AS made
        ASOF JOIN niaga.file AS file ON made._place >= file.first
    """


def _make_rows(
    connection: duckdb.DuckDBPyConnection, mapping: FeedMapping, parser: Parser, currency: str
) -> None:
    """Make `niaga.row_<feed>` as `make_rows` does, with the places of the records as numbers."""
    carrying = replace(mapping, select=_carrying_places(mapping.select))
    rows = all_rows(carrying, parser, currency)
    try:
        connection.execute(f"CREATE TABLE niaga.row_{mapping.contract.feed} AS {rows}")
    except (duckdb.BinderException, duckdb.ParserException) as error:
        # It selects from something else than the records: a select of its own, for one.
        raise ApartError from error


def _make_records(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    header: tuple[str, ...],
    scan: str,
    files: Sequence[SmallFile],
) -> None:
    """Make the table that the source's SQL selects from; the id of its rows is their place."""
    firsts = accumulate((file.records for file in files), initial=0)
    values = ", ".join(
        f"({number}, {first}, {sql.text(file.candidate.export_id)},"
        f" {sql.day(file.candidate.business_date)})"
        for number, (first, file) in enumerate(zip(firsts, files, strict=False))
        if file.records
    )
    connection.execute("SET preserve_insertion_order = true")
    connection.execute(f"DROP VIEW IF EXISTS main.{sql.name(part)}")
    connection.execute(
        "CREATE OR REPLACE TABLE niaga.file"
        " (number BIGINT, first BIGINT, export_id VARCHAR, business_date DATE)"
    )
    if values:
        connection.execute(f"INSERT INTO niaga.file VALUES {values}")
    made = f"CREATE OR REPLACE TABLE niaga.cell AS SELECT * FROM {scan}"
    if connection.execute(made).fetchall()[0][0] != sum(file.records for file in files):
        raise DoubtError
    connection.execute(
        f"CREATE OR REPLACE VIEW niaga.numbered_{part} AS"
        " SELECT file.number AS _file, cell.rowid AS _place,"
        f" cell.rowid - file.first + 1 AS {ROW_NUMBER}, cell.*"
        " FROM niaga.cell AS cell ASOF JOIN niaga.file AS file ON cell.rowid >= file.first"
    )
    connection.execute(
        f"CREATE TABLE main.{sql.name(part)} AS {relation(part, export, header)} ORDER BY _place"
    )


def _mistyped(connection: duckdb.DuckDBPyConnection, part: str, is_mistyped: str) -> set[int]:
    """Give the numbers of the files with a cell that doesn't fit its type."""
    query = f"SELECT DISTINCT _file FROM niaga.numbered_{part} WHERE {is_mistyped}"
    return {number for (number,) in connection.execute(query).fetchall()}


def _with_faulty_rows(connection: duckdb.DuckDBPyConnection, feed: str) -> set[int]:
    """Give the numbers of the files with a faulty row; a row of no record is one of any file."""
    lost = f"SELECT count(*) FROM niaga.row_{feed} WHERE {ROW_NUMBER} IS NULL"
    if connection.execute(lost).fetchall()[0][0]:
        raise DoubtError
    query = f"SELECT DISTINCT file.number FROM {_rows_of_files(feed)} WHERE made._is_faulty"
    return {number for (number,) in connection.execute(query).fetchall()}


def _rows_of_files(feed: str) -> str:
    return (
        f"niaga.row_{feed} AS made ASOF JOIN niaga.file AS file ON made.{ROW_NUMBER} >= file.first"
    )


def _rows_of_good_files(feed: str, faulty: Collection[int]) -> str:
    """Give the SQL, to stand behind FROM, of a feed's rows with where they come from."""
    others = ", ".join(str(number) for number in sorted(faulty)) or "-1"
    return (
        f"(SELECT made.* REPLACE (made.{ROW_NUMBER} - file.first + 1 AS {ROW_NUMBER}),"
        " file.export_id AS _export_id, file.business_date AS _business_date"
        f" FROM {_rows_of_files(feed)} WHERE file.number NOT IN ({others})"
        f" ORDER BY made.{ROW_NUMBER})"
    )


def _samples(
    connection: duckdb.DuckDBPyConnection, part: str, header: tuple[str, ...], parser: Parser
) -> dict[int, list[ColumnSample]]:
    first = f"{ROW_NUMBER} <= {records_sampled(header)}"
    records = f"(SELECT * FROM niaga.numbered_{part} WHERE {first})"
    return sample_files(connection, header, parser, records, "_file")


def _count_rows(connection: duckdb.DuckDBPyConnection, feed: str) -> dict[int, int]:
    """Count the rows that a feed gets of each file."""
    query = f"SELECT file.number, count(*) FROM {_rows_of_files(feed)} GROUP BY file.number"
    return dict(connection.execute(query).fetchall())


def _count_loaded(connection: duckdb.DuckDBPyConnection, feeds: Sequence[str]) -> dict[int, int]:
    """Count the records of each file that some feed has got."""
    places = " UNION ".join(f"SELECT {ROW_NUMBER} FROM niaga.row_{feed}" for feed in feeds)
    query = (
        f"SELECT file.number, count(DISTINCT made.{ROW_NUMBER}) FROM ({places}) AS made"
        f" ASOF JOIN niaga.file AS file ON made.{ROW_NUMBER} >= file.first GROUP BY file.number"
    )
    return dict(connection.execute(query).fetchall())


def _shares(
    written: Sequence[ParquetFile], number: int, rows: dict[str, dict[int, int]]
) -> tuple[ParquetFile, ...]:
    """Give what one file has of the Parquet files that were written."""
    counted = [(file, rows[file.feed].get(number, 0)) for file in written]
    return tuple(replace(file, rows=count) for file, count in counted if count)


def _drop(connection: duckdb.DuckDBPyConnection, part: str, feeds: Sequence[str]) -> None:
    """Let go of what was made: the next files may be of another source."""
    for table in (f"main.{sql.name(part)}", "niaga.cell", *(f"niaga.row_{feed}" for feed in feeds)):
        connection.execute(f"DROP TABLE IF EXISTS {table}")

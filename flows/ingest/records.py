"""Read the records of an export into DuckDB, and keep apart those that can't be read.

A part `lines` becomes the relation `lines` that the source's SQL selects from: `_row_number` (the
ordinal of the record in the file, faulty ones counted) and the file's columns, as text or in the
types that the source gives them. In the schema `niaga` are `fault_lines`, the faults of records
that are not in the relation, and `record_lines`, all other records as text.

The reader of a format makes `niaga.raw_lines`, the records that it can read in their order, and
`niaga.malformed_lines`, the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from . import sql
from .amend import Change, amend, record
from .cells import absent_cells, typed, typed_in
from .csv_records import read_csv
from .excel_records import read_excel
from .fixed_width_records import read_fixed_width
from .formats import CsvFormat, ExcelFormat, FixedWidthFormat, ParquetFormat
from .json_records import read_json
from .parquet_records import read_parquet
from .parsing import Parser
from .sources import Export


@dataclass(frozen=True)
class Records:
    """What was read of one part: the names of its columns, and how many records it has.

    `dropped` are those that a person has decided to leave out; they count as read.
    """

    part: str
    header: tuple[str, ...]
    read: int
    faulty: int
    dropped: int = 0


def read_records(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    parser: Parser,
    archived: Path,
    folder: Path,
    changes: Sequence[Change] = (),
) -> Records:
    """Read one part from the archive; raise FileFault when the file as a whole can't be read.

    `folder` is for what is needed only while reading, `changes` are the amendments of the export.
    """
    layout = export.format
    if isinstance(layout, CsvFormat):
        header = read_csv(connection, part, export, layout, parser, archived, folder)
    elif isinstance(layout, ExcelFormat):
        header = read_excel(connection, part, export, layout, parser, archived, folder)
    elif isinstance(layout, FixedWidthFormat):
        header = read_fixed_width(connection, part, export, layout, parser, archived, folder)
    elif isinstance(layout, ParquetFormat):
        header = read_parquet(connection, part, export, parser, archived, folder)
    else:
        header = read_json(connection, part, export, layout, parser, archived, folder)
    read = connection.execute(
        f"SELECT (SELECT count(*) FROM niaga.raw_{part})"
        f" + (SELECT count(*) FROM niaga.malformed_{part})"
    ).fetchall()[0][0]
    dropped = 0
    if changes:
        _number(connection, part, header, f"niaga.came_{part}")
        dropped = amend(connection, part, export, parser, header, changes, folder)
    else:
        _number(connection, part, header, f"niaga.numbered_{part}")
    connection.execute(
        f"CREATE TABLE niaga.fault_{part} AS SELECT row_number, NULL::VARCHAR AS column_name,"
        " line_text AS value, 'the record ' || reason AS reason,"
        f" CAST(to_json(line_text) AS VARCHAR) AS raw FROM niaga.malformed_{part}"
    )
    _make_relation(connection, part, export, parser, header)
    _collect_mistyped(connection, part, export, parser, header)
    faulty = connection.execute(
        f"SELECT count(DISTINCT row_number) FROM niaga.fault_{part}"
    ).fetchall()[0][0]
    return Records(part, header, read, faulty, dropped)


def _number(
    connection: duckdb.DuckDBPyConnection, part: str, header: tuple[str, ...], view: str
) -> None:
    """Make a view of the records that can be read, with their row numbers."""
    raw, place = f"niaga.raw_{part}", "rowid"
    if "rowid" in map(str.lower, header):
        # The column hides the place of its row.
        place = sql.name("_place in file")
        raw = f"(SELECT row_number() OVER () - 1 AS {place}, * FROM niaga.raw_{part})"
    rest = "raw.*" if place == "rowid" else f"raw.* EXCLUDE ({place})"
    numbered = f"SELECT raw.{place} + 1 AS _row_number, {rest} FROM {raw} AS raw"
    if connection.execute(f"SELECT count(*) FROM niaga.malformed_{part}").fetchall()[0][0]:
        # The n-th malformed record pushes on all good ones that are behind it.
        connection.execute(
            f"""
            CREATE TABLE niaga.shift_{part} AS
            SELECT -1 AS from_rowid, 0 AS shift
            UNION ALL
            SELECT row_number - ordinal AS from_rowid, max(ordinal) AS shift
            FROM (
                SELECT row_number, row_number() OVER (ORDER BY row_number, position) AS ordinal
                FROM niaga.malformed_{part}
            )
            GROUP BY ALL
            """
        )
        numbered = (
            f"SELECT raw.{place} + 1 + shift.shift AS _row_number, {rest} FROM {raw} AS raw"
            f" ASOF JOIN niaga.shift_{part} AS shift ON raw.{place} >= shift.from_rowid"
        )
    connection.execute(f"CREATE VIEW {view} AS {numbered}")


def _make_relation(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    parser: Parser,
    header: tuple[str, ...],
) -> None:
    """Make the relation that the source's SQL selects from, and the view of the records as text."""
    connection.execute(
        f"CREATE VIEW niaga.record_{part} AS SELECT _row_number AS row_number,"
        f" {record(header)} AS raw FROM niaga.numbered_{part}"
    )
    connection.execute(
        f"CREATE VIEW main.{sql.name(part)} AS {relation(part, export, header)}"
        f" WHERE NOT ({mistyped(export, parser, header)})"
    )


def relation(part: str, export: Export, header: tuple[str, ...]) -> str:
    """Give the SQL of the numbered records, with typed columns in place of their text."""
    read = [
        f"{typed(name)} AS {sql.name(name)}" if name in export.columns else sql.name(name)
        for name in header
    ]
    columns = ", ".join([*read, *absent_cells(export, header)])
    return f"SELECT _row_number, {columns} FROM niaga.numbered_{part}"


def mistyped(export: Export, parser: Parser, header: tuple[str, ...]) -> str:
    """Give the SQL that is true for a record with a cell that doesn't fit its type."""
    return " OR ".join(_is_mistyped(parser, name) for name in typed_in(export, header)) or "false"


def _collect_mistyped(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    parser: Parser,
    header: tuple[str, ...],
) -> None:
    """Add the cells that don't fit the type that the source gives them to `niaga.fault_<part>`."""
    for name, kind in typed_in(export, header).items():
        problem = parser.of(export, name).problem(kind, parser.clean(sql.name(name)))
        connection.execute(
            f"INSERT INTO niaga.fault_{part} SELECT row_number, {sql.text(name)}, {sql.name(name)},"
            f" {problem}, record.raw FROM niaga.numbered_{part} AS numbered"
            f" JOIN niaga.record_{part} AS record ON record.row_number = numbered._row_number"
            f" WHERE {_is_mistyped(parser, name)}"
        )


def _is_mistyped(parser: Parser, name: str) -> str:
    return f"({typed(name)} IS NULL AND {parser.clean(sql.name(name))} IS NOT NULL)"

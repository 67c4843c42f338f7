"""Read the records of a CSV file into a DuckDB table, and keep apart those that can't be read.

A part `lines` becomes the relation `lines` that the source's SQL selects from: `_row_number` (the
ordinal of the record in the file, faulty ones counted) and the file's columns, as text or in the
types that the source gives them. In the schema `niaga` are `fault_lines`, the faults of records
that are not in the relation, and `record_lines`, all other records as text.
"""

from __future__ import annotations

import csv
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow

from . import sql
from .archive import PlainText
from .faults import FileFault
from .parsing import Parser
from .sources import CsvFormat, Export


@dataclass(frozen=True)
class Records:
    """What was read of one part: the names of its columns, and how many records it has."""

    part: str
    header: tuple[str, ...]
    read: int
    faulty: int


def read_records(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    parser: Parser,
    text: PlainText,
) -> Records:
    """Read one part; raise FileFault when the file as a whole can't be read."""
    layout = export.format
    if text.size_bytes == 0:
        raise FileFault("is empty", part)
    if layout.final_newline == "required" and not text.ends_in_newline:
        raise FileFault("is truncated: it does not end in a newline", part)
    header = _read_header(text.path, layout, part)
    missing = [column for column in export.columns if column not in header]
    if missing:
        raise FileFault(missing_column(missing[0], "the source types", {part: header}), part)
    _read_csv(connection, part, export, parser, text.path, header)
    _collect_malformed(connection, part, layout, text, len(header))
    _make_relation(connection, part, export, parser, header)
    _collect_mistyped(connection, part, export, parser)
    read, faulty = connection.execute(
        f"SELECT (SELECT count(*) FROM niaga.raw_{part})"
        f" + (SELECT count(*) FROM niaga.malformed_{part}),"
        f" (SELECT count(DISTINCT row_number) FROM niaga.fault_{part})"
    ).fetchall()[0]
    return Records(part, header, read, faulty)


def missing_column(column: str, who: str, headers: dict[str, tuple[str, ...]]) -> str:
    """Say that a column is not in the file, and which ones are."""
    has = "; ".join(f"{part} has: {', '.join(header)}" for part, header in headers.items())
    return f'the column "{column}" that {who} is missing; {has}'


def _read_header(path: Path, layout: CsvFormat, part: str) -> tuple[str, ...]:
    """Read the names of the columns; a file without a header has column_1, column_2 and so on."""
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        for _ in range(layout.skip_rows):
            file.readline()
        try:
            first = next(_split(file, layout), [])
        except csv.Error as error:
            raise FileFault(f"has no header that can be read: {error}", part) from error
    if not first:
        where = f" after {layout.skip_rows} skipped lines" if layout.skip_rows else ""
        raise FileFault(f"has no {'header' if layout.header else 'records'}{where}", part)
    if not layout.header:
        return tuple(f"column_{number}" for number in range(1, len(first) + 1))
    header = tuple(name.strip() or f"column_{number}" for number, name in enumerate(first, 1))
    _check_header(header, part)
    return header


def _split(lines: Iterator[str], layout: CsvFormat) -> Iterator[list[str]]:
    if layout.quote:
        return csv.reader(lines, delimiter=layout.delimiter, quotechar=layout.quote)
    return csv.reader(lines, delimiter=layout.delimiter, quoting=csv.QUOTE_NONE)


def _check_header(header: tuple[str, ...], part: str) -> None:
    seen: dict[str, str] = {}
    for name in header:
        if other := seen.get(name.lower()):
            differs = "" if other == name else f' (as "{other}": capitals make no difference)'
            raise FileFault(f'has the column "{name}" twice{differs}', part)
        seen[name.lower()] = name
    if "_row_number" in seen:
        raise FileFault('has a column "_row_number", which is niaga\'s own name', part)


def _read_csv(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    parser: Parser,
    path: Path,
    header: tuple[str, ...],
) -> None:
    """Make `niaga.raw_<part>`: all cells as text, and the typed ones in their type too."""
    layout = export.format
    columns = ", ".join(f"{sql.text(name)}: 'VARCHAR'" for name in header)
    typed = "".join(
        f", {parser.local_value(kind, parser.clean(sql.name(name)))} AS {_typed(name)}"
        for name, kind in export.columns.items()
    )
    nulls = sql.texts(dict.fromkeys(("", *parser.locale.null)))
    statement = f"""
        CREATE TABLE niaga.raw_{part} AS
        SELECT *{typed}
        FROM read_csv(
            {sql.text(str(path))},
            auto_detect = false,
            columns = {{{columns}}},
            delim = {sql.text(layout.delimiter)},
            quote = {sql.text(layout.quote)},
            escape = {sql.text(layout.quote)},
            header = {str(layout.header).lower()},
            skip = {layout.skip_rows},
            new_line = '\\n',
            nullstr = [{nulls}],
            store_rejects = true,
            rejects_scan = '_scan_{part}',
            rejects_table = '_reject_{part}'
        )
    """
    try:
        connection.execute(statement)
    except duckdb.InvalidInputException as error:
        first_line = str(error).partition("\n")[0]
        raise FileFault(f"can't be read as CSV: {first_line}", part) from error


def _collect_malformed(
    connection: duckdb.DuckDBPyConnection, part: str, layout: CsvFormat, text: PlainText, width: int
) -> None:
    """Make `niaga.malformed_<part>`: the records that are no row of the table.

    DuckDB numbers them by lines that count the header and blank lines, but a quoted line break not.
    """
    connection.execute(f"CREATE TABLE niaga.blank_{part} (position BIGINT)")
    is_clean = connection.execute(f"SELECT count(*) FROM _reject_{part}").fetchall()[0][0] == 0
    if not is_clean and width > 1:
        blanks = pyarrow.array(_blank_lines(text.path, layout), pyarrow.int64())
        connection.register("_blank", pyarrow.table({"position": blanks}))
        connection.execute(f"INSERT INTO niaga.blank_{part} SELECT position FROM _blank")
        connection.unregister("_blank")
    before = layout.skip_rows + layout.header
    unclosed = "a quote that is not closed, or text behind a closing quote"
    connection.execute(
        f"""
        CREATE TABLE niaga.malformed_{part} AS
        WITH reject AS (
            SELECT
                line,
                min(line_byte_position) AS position,
                any_value(csv_line) AS line_text,
                list(DISTINCT CAST(error_type AS VARCHAR)) AS error_types,
                list(try_cast(regexp_extract(error_message, 'Found: ([0-9]+)', 1) AS BIGINT))
                    AS widths
            FROM _reject_{part}
            GROUP BY line
        )
        SELECT
            line - {before} - (
                SELECT count(*)
                FROM niaga.blank_{part} AS blank
                WHERE blank.position < reject.position
                    + length(reject.line_text) - length(ltrim(reject.line_text, chr(10)))
            ) AS row_number,
            position,
            ltrim(line_text, chr(10)) AS line_text,
            list_contains(error_types, 'UNQUOTED VALUE') AS is_unclosed,
            CASE
                WHEN list_contains(error_types, 'UNQUOTED VALUE') THEN {sql.text("has " + unclosed)}
                WHEN list_contains(error_types, 'INVALID ENCODING')
                    THEN 'has bytes that are no UTF-8'
                WHEN list_contains(error_types, 'LINE SIZE OVER MAXIMUM')
                    THEN 'is longer than 2 MB'
                WHEN list_contains(error_types, 'MISSING COLUMNS')
                    THEN 'has ' || list_min(widths) || ' instead of {width} fields'
                WHEN list_contains(error_types, 'TOO MANY COLUMNS')
                    THEN 'has ' || list_max(widths) || ' instead of {width} fields'
                ELSE 'can''t be read: ' || list_first(error_types)
            END AS reason
        FROM reject
        """
    )
    connection.execute(
        f"CREATE TABLE niaga.fault_{part} AS SELECT row_number, NULL::VARCHAR AS column_name,"
        " line_text AS value, 'the record ' || reason AS reason,"
        f" CAST(to_json(line_text) AS VARCHAR) AS raw FROM niaga.malformed_{part}"
    )
    _check_quotes_close(connection, part, text)


def _check_quotes_close(connection: duckdb.DuckDBPyConnection, part: str, text: PlainText) -> None:
    """Raise FileFault when a quote swallows all that follows: nobody knows how many records."""
    swallowed = connection.execute(
        f"SELECT row_number FROM niaga.malformed_{part} WHERE is_unclosed"
        " AND contains(rtrim(line_text, chr(10)), chr(10))"
        f" AND position + strlen(line_text) >= {text.size_bytes} - 1"
    ).fetchall()
    if swallowed:
        row_number = swallowed[0][0]
        raise FileFault(f"a quote that opens in record {row_number} is never closed", part)


def _blank_lines(path: Path, layout: CsvFormat) -> Iterator[int]:
    """Find the blank lines, which are no records; those inside of quotes are part of a record."""
    quotes, counted = 0, 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for _ in range(layout.skip_rows):
            counted = content.find(b"\n", counted) + 1
        for found in re.compile(rb"\n(?=\n)").finditer(content, counted):
            if layout.quote:
                quotes += content[counted : found.end()].count(layout.quote.encode())
                counted = found.end()
            if quotes % 2 == 0:
                yield found.end()


def _make_relation(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    parser: Parser,
    header: tuple[str, ...],
) -> None:
    """Make the relation that the source's SQL selects from, and the view of the records as text."""
    numbered = f"SELECT rowid + 1 AS _row_number, * FROM niaga.raw_{part}"
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
            f"SELECT raw.rowid + 1 + shift.shift AS _row_number, raw.* FROM niaga.raw_{part} AS raw"
            f" ASOF JOIN niaga.shift_{part} AS shift ON raw.rowid >= shift.from_rowid"
        )
    connection.execute(f"CREATE VIEW niaga.numbered_{part} AS {numbered}")
    fields = ", ".join(f"{sql.text(name)}, {sql.name(name)}" for name in header)
    connection.execute(
        f"CREATE VIEW niaga.record_{part} AS SELECT _row_number AS row_number,"
        f" CAST(json_object({fields}) AS VARCHAR) AS raw FROM niaga.numbered_{part}"
    )
    columns = ", ".join(
        f"{_typed(name)} AS {sql.name(name)}" if name in export.columns else sql.name(name)
        for name in header
    )
    mistyped = " OR ".join(_is_mistyped(parser, name) for name in export.columns) or "false"
    connection.execute(
        f"CREATE VIEW main.{sql.name(part)} AS SELECT _row_number, {columns}"
        f" FROM niaga.numbered_{part} WHERE NOT ({mistyped})"
    )


def _collect_mistyped(
    connection: duckdb.DuckDBPyConnection, part: str, export: Export, parser: Parser
) -> None:
    """Add the cells that don't fit the type that the source gives them to `niaga.fault_<part>`."""
    for name, kind in export.columns.items():
        problem = parser.problem(kind, parser.clean(sql.name(name)))
        connection.execute(
            f"INSERT INTO niaga.fault_{part} SELECT row_number, {sql.text(name)}, {sql.name(name)},"
            f" {problem}, record.raw FROM niaga.numbered_{part} AS numbered"
            f" JOIN niaga.record_{part} AS record ON record.row_number = numbered._row_number"
            f" WHERE {_is_mistyped(parser, name)}"
        )


def _typed(name: str) -> str:
    return sql.name(f"_typed {name}")


def _is_mistyped(parser: Parser, name: str) -> str:
    return f"({_typed(name)} IS NULL AND {parser.clean(sql.name(name))} IS NOT NULL)"

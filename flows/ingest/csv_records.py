"""Read a CSV file: all cells as text, and the records that can't be read apart."""

from __future__ import annotations

import contextlib
import csv
import mmap
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb
import pyarrow

from . import sql
from .archive import PlainText, unpack_text
from .cells import check_header, named, null_texts, typed_cells
from .csv_checks import check_all_read
from .faults import FileFault
from .footer import cut_footer
from .formats import CsvFormat
from .parsing import Parser
from .recode import invalid_reason, readable, recode
from .sources import Export

_LONGEST_LINE = 1 << 20
"""Bytes of a record that is shown for being no UTF-8."""


def read_csv(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    layout: CsvFormat,
    parser: Parser,
    archived: Path,
    folder: Path,
) -> tuple[str, ...]:
    """Make `niaga.raw_<part>` and `niaga.malformed_<part>`, and give the names of the columns.

    Raises FileFault when the file as a whole can't be read.
    """
    no_text, delimiter = invalid_reason(layout), layout.delimiter
    text, layout, header = open_csv(part, export, layout, archived, folder)
    _read_cells(connection, part, export, layout, parser, text.path, header)
    _collect_malformed(connection, part, layout, text, len(header), no_text)
    check_all_read(
        connection,
        part,
        text.path,
        header,
        layout.delimiter,
        lines_before(layout, header),
        lambda: sum(1 for _ in _blank_lines(text.path, layout)),
        lambda: _records(text.path, layout, header),
    )
    if layout.delimiter != delimiter:
        connection.execute(
            f"UPDATE niaga.malformed_{part} SET line_text ="
            f" replace(line_text, {sql.text(layout.delimiter)}, {sql.text(delimiter)})"
        )
    text.path.unlink()
    return header


def open_csv(
    part: str, export: Export, layout: CsvFormat, archived: Path, folder: Path
) -> tuple[PlainText, CsvFormat, tuple[str, ...]]:
    """Write an export to `folder`, ready to be read; give its format there, and its columns.

    Raises FileFault when it is empty, cut off, or has no header that can be used.
    """
    text = unpack_text(
        archived,
        folder / f"{part}.csv",
        layout.encoding,
        export.member_pattern,
        partial(recode, layout=layout),
    )
    if text.size_bytes == 0:
        raise FileFault("is empty", part)
    if layout.final_newline == "required" and not text.ends_in_newline:
        end = "a newline" if layout.record_separator is None else "its record separator"
        raise FileFault(f"is truncated: it does not end in {end}", part)
    no_text, layout = invalid_reason(layout), readable(layout)
    header = _read_header(text.path, layout, part)
    if any("\ufffd" in name for name in header):
        raise FileFault(f"has a header that {no_text}", part)
    if layout.footer:
        text = cut_footer(
            text,
            layout.footer,
            layout.skip_rows + layout.header,
            lambda line: _fields(line, layout),
            len(header),
            part,
        )
    return text, layout, header


def lines_before(layout: CsvFormat, header: tuple[str, ...]) -> int:
    """Give how many lines lie in front of the first record."""
    return layout.skip_rows + (layout.header and 1 + "".join(header).count("\n"))


def scan_csv(
    path: Path,
    layout: CsvFormat,
    header: tuple[str, ...],
    parser: Parser,
    *,
    from_start: bool = True,
    options: str = "",
) -> str:
    """Give the SQL that reads a file's cells as text; `from_start`: with all that is skipped."""
    columns = ", ".join(f"{sql.text(name)}: 'VARCHAR'" for name in header)
    return f"""
        read_csv(
            {sql.text(str(path))},
            auto_detect = false,
            columns = {{{columns}}},
            delim = {sql.text(layout.delimiter)},
            quote = {sql.text(layout.quote)},
            escape = {sql.text(layout.quote)},
            header = {str(layout.header and from_start).lower()},
            skip = {layout.skip_rows if from_start else 0},
            new_line = '\\n',
            nullstr = [{null_texts(parser)}]{options}
        )
    """


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
    header = named(first)
    check_header(header, part)
    return header


def _fields(line: str, layout: CsvFormat) -> list[str]:
    """Give the fields of a line; none where it can't be read by itself."""
    try:
        return next(_split(iter([line]), layout), [])
    except csv.Error:
        return []


def _records(path: Path, layout: CsvFormat, header: tuple[str, ...]) -> Iterator[list[str]]:
    """Give the fields of each record, blank lines too."""
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        for _ in range(lines_before(layout, header)):
            file.readline()
        with contextlib.suppress(csv.Error):
            yield from _split(file, layout)


def _split(lines: Iterator[str], layout: CsvFormat) -> Iterator[list[str]]:
    if layout.quote:
        return csv.reader(lines, delimiter=layout.delimiter, quotechar=layout.quote)
    return csv.reader(lines, delimiter=layout.delimiter, quoting=csv.QUOTE_NONE)


def _read_cells(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    layout: CsvFormat,
    parser: Parser,
    path: Path,
    header: tuple[str, ...],
) -> None:
    """Make `niaga.raw_<part>`: all cells as text, and the typed ones in their type too."""
    rejects = f"""
            ,
            store_rejects = true,
            rejects_scan = '_scan_{part}',
            rejects_table = '_reject_{part}'
    """
    statement = (
        f"CREATE TABLE niaga.raw_{part} AS SELECT *{typed_cells(export, parser, header, part)}"
        f" FROM {scan_csv(path, layout, header, parser, options=rejects)}"
    )
    try:
        connection.execute(statement)
    except duckdb.InvalidInputException as error:
        first_line = str(error).partition("\n")[0]
        raise FileFault(f"can't be read as CSV: {first_line}", part) from error


def _collect_malformed(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    layout: CsvFormat,
    text: PlainText,
    width: int,
    no_text: str,
) -> None:
    """Make `niaga.malformed_<part>`: the records that are no row of the table.

    `no_text` says of a record with bytes that are no UTF-8 what is wrong with it.
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
            list_contains(error_types, 'INVALID ENCODING') AS is_no_text,
            CASE
                WHEN list_contains(error_types, 'UNQUOTED VALUE') THEN {sql.text("has " + unclosed)}
                WHEN list_contains(error_types, 'INVALID ENCODING')
                    THEN {sql.text(no_text)}
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
    _check_quotes_close(connection, part, text)
    _restore_lines(connection, part, text.path, layout)


def _restore_lines(
    connection: duckdb.DuckDBPyConnection, part: str, path: Path, layout: CsvFormat
) -> None:
    """Give the records with bytes that are no UTF-8 their text, with U+FFFD for such a byte.

    DuckDB shows `?` for it and for what is behind it, which may be a delimiter.
    """
    found = connection.execute(
        f"SELECT position FROM niaga.malformed_{part} WHERE is_no_text"
    ).fetchall()
    if not found:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        lines = [_line_at(content, position, layout.quote.encode()) for (position,) in found]
    restored = pyarrow.table({"position": [position for (position,) in found], "line": lines})
    connection.register("_restored", restored)
    connection.execute(
        f"UPDATE niaga.malformed_{part} AS malformed SET line_text = restored.line"
        " FROM _restored AS restored"
        " WHERE malformed.position = restored.position AND malformed.is_no_text"
        f" AND {_line_ends('restored.line')} = {_line_ends('rtrim(line_text, chr(10))')}"
    )
    connection.unregister("_restored")


def _line_ends(text: str) -> str:
    return f"length({text}) - length(replace({text}, chr(10), ''))"


def _line_at(content: mmap.mmap, position: int, quote: bytes) -> str:
    """Give the record that begins at a place of a file, blank lines before it left out."""
    while content[position : position + 1] == b"\n":
        position += 1
    # DuckDB may give a place just behind the first character.
    position = content.rfind(b"\n", 0, position) + 1
    end, quotes = position, 0
    while end < len(content):
        start = end
        end = content.find(b"\n", start) + 1 or len(content)
        quotes += content[start:end].count(quote) if quote else 0
        if quotes % 2 == 0 or end - position > _LONGEST_LINE:
            break
    line = content[position : min(end, position + _LONGEST_LINE)]
    return line.decode("utf-8", "replace").rstrip("\n")


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

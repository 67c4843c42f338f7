"""Read lines in which each field has its place; a line of another length is no record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from . import sql
from .archive import unpack_text
from .cells import check_header, typed_cells, unless_null
from .faults import FileFault
from .footer import cut_footer
from .formats import FixedWidthFormat
from .lines import check_lines, read_lines
from .parsing import Parser
from .recode import with_unix_line_ends, without_invalid_bytes
from .sources import Export


def read_fixed_width(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    layout: FixedWidthFormat,
    parser: Parser,
    archived: Path,
    folder: Path,
) -> tuple[str, ...]:
    """Make `niaga.raw_<part>` and `niaga.malformed_<part>`, and give the names of the columns.

    Raises FileFault when the file as a whole can't be read.
    """
    header = tuple(layout.fields)
    check_header(header, part)
    text = unpack_text(
        archived, folder / f"{part}.txt", layout.encoding, export.member_pattern, _recode
    )
    if text.size_bytes == 0:
        raise FileFault("is empty", part)
    if layout.final_newline == "required" and not text.ends_in_newline:
        raise FileFault("is truncated: it does not end in a newline", part)
    if layout.footer:
        text = cut_footer(
            text,
            layout.footer,
            layout.skip_rows,
            lambda line: _cells(line, layout),
            len(header),
            part,
        )
    read_lines(connection, part, text.path)
    text.path.unlink()
    is_record = f"rowid >= {layout.skip_rows} AND trim(line) <> ''"
    check_lines(connection, part, is_record, _reason(layout))
    cells = ", ".join(
        f"nullif(trim(substring(line, {start}, {length})), '') AS {sql.name(name)}"
        for name, (start, length) in layout.fields.items()
    )
    filled = ", ".join(
        f"{unless_null(sql.name(name), parser)} AS {sql.name(name)}" for name in header
    )
    connection.execute(
        f"""
        CREATE TABLE niaga.raw_{part} AS
        WITH given AS (
            SELECT {cells} FROM niaga.line_{part} WHERE reason IS NULL ORDER BY row_number
        ),
        cell AS (SELECT {filled} FROM given)
        SELECT *{typed_cells(export, parser, header, part)} FROM cell
        """
    )
    return header


def _cells(line: str, layout: FixedWidthFormat) -> list[str]:
    if len(line) != layout.line_length and layout.trailing_blanks == "required":
        return []
    return [line[start - 1 : start - 1 + length] for start, length in layout.fields.values()]


def _recode(chunks: Iterable[bytes]) -> Iterator[bytes]:
    return without_invalid_bytes(with_unix_line_ends(chunks))


def _reason(layout: FixedWidthFormat) -> str:
    """Give the SQL that says why a line is no record."""
    is_other, most = ("<>", "") if layout.trailing_blanks == "required" else (">", "at most ")
    return f"""
        CASE
            WHEN contains(line, chr(65533)) THEN 'has bytes that are no UTF-8'
            WHEN length(line) {is_other} {layout.line_length}
                THEN 'has ' || length(line) || ' instead of {most}{layout.line_length} characters'
        END
    """

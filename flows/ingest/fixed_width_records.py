"""Read lines in which each field has its place; a line of another length is no record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from . import sql
from .archive import unpack_text
from .cells import check_header, null_texts, typed_cells
from .faults import FileFault
from .footer import cut_footer
from .formats import FixedWidthFormat
from .lines import read_lines
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
            lambda line: len(line) == layout.line_length,
            part,
        )
    read_lines(connection, part, text.path)
    text.path.unlink()
    _check_lines(connection, part, layout)
    cells = ", ".join(
        f"nullif(trim(substring(line, {start}, {length})), '') AS {sql.name(name)}"
        for name, (start, length) in layout.fields.items()
    )
    filled = ", ".join(
        f"CASE WHEN {sql.name(name)} NOT IN ({null_texts(parser)}) THEN {sql.name(name)} END"
        f" AS {sql.name(name)}"
        for name in header
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


def _recode(chunks: Iterable[bytes]) -> Iterator[bytes]:
    return without_invalid_bytes(with_unix_line_ends(chunks))


def _check_lines(
    connection: duckdb.DuckDBPyConnection, part: str, layout: FixedWidthFormat
) -> None:
    """Make `niaga.line_<part>`, the lines that are not blank, and say what is wrong with some."""
    length = layout.line_length
    connection.execute(
        f"""
        CREATE TABLE niaga.line_{part} AS
        WITH numbered AS (
            SELECT row_number() OVER (ORDER BY rowid) AS row_number, line
            FROM niaga.text_{part}
            WHERE rowid >= {layout.skip_rows} AND trim(line) <> ''
        )
        SELECT
            row_number,
            line,
            CASE
                WHEN contains(line, chr(65533)) THEN 'has bytes that are no UTF-8'
                WHEN length(line) <> {length}
                    THEN 'has ' || length(line) || ' instead of {length} characters'
            END AS reason
        FROM numbered
        """
    )
    connection.execute(
        f"CREATE TABLE niaga.malformed_{part} AS"
        " SELECT row_number, row_number AS position, line AS line_text, reason"
        f" FROM niaga.line_{part} WHERE reason IS NOT NULL"
    )

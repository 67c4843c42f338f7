"""Read JSON lines: the keys of the objects are the columns, nested values stay JSON text.

Numbers keep their digits, so one with more digits than a reader of JSON keeps holds its record
back. Like the text of other formats they are written as the source's locale writes them.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from . import sql
from .archive import unpack_text
from .cells import check_header, null_texts, typed_cells
from .faults import FileFault
from .parsing import Parser
from .sources import Export

_EXACT_DIGITS = 15
"""How many digits of a decimal number a 64-bit float keeps, whatever the number."""

_DECIMALS = r"[:,\[\s](-?[0-9]+\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*[,}\]]"


def read_json_lines(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    parser: Parser,
    archived: Path,
    folder: Path,
) -> tuple[str, ...]:
    """Make `niaga.raw_<part>` and `niaga.malformed_<part>`, and give the names of the columns.

    Raises FileFault when the file as a whole can't be read.
    """
    text = unpack_text(archived, folder / f"{part}.jsonl", "utf-8")
    if text.size_bytes == 0:
        raise FileFault("is empty", part)
    _read_lines(connection, part, text.path)
    text.path.unlink()
    header = _header(connection, part)
    if not header:
        raise FileFault("has no line that is a JSON object with keys", part)
    check_header(header, part)
    cells = ", ".join(
        f"{_in_locale(parser.of(export, name), position)} AS {sql.name(name)}"
        for position, name in enumerate(header, 1)
    )
    pointers = sql.texts(_pointer(name) for name in header)
    connection.execute(
        f"""
        CREATE TABLE niaga.raw_{part} AS
        WITH cell AS (
            SELECT {cells}
            FROM (
                SELECT
                    json_extract_string(line, [{pointers}]) AS value,
                    json_type(line, [{pointers}]) AS kind
                FROM niaga.line_{part}
                WHERE reason IS NULL
                ORDER BY row_number
            )
        )
        SELECT *{typed_cells(export, parser, header, part)} FROM cell
        """
    )
    return header


def _read_lines(connection: duckdb.DuckDBPyConnection, part: str, path: Path) -> None:
    """Make `niaga.line_<part>`, the lines that are not blank, and say what is wrong with some."""
    try:
        # No JSON text has the delimiter: control characters are written as escapes there.
        connection.execute(
            f"""
            CREATE TABLE niaga.text_{part} AS
            SELECT line
            FROM read_csv(
                {sql.text(str(path))}, auto_detect = false, columns = {{'line': 'VARCHAR'}},
                delim = chr(1), quote = '', escape = '', header = false, new_line = '\\n'
            )
            """
        )
    except duckdb.InvalidInputException as error:
        problem = str(error).partition("\n")[0].removeprefix("Invalid Input Error: ")
        raise FileFault(f"can't be read as lines of UTF-8 text: {problem}", part) from error
    connection.execute(
        f"""
        CREATE TABLE niaga.line_{part} AS
        WITH numbered AS (
            SELECT row_number() OVER (ORDER BY rowid) AS row_number, line
            FROM niaga.text_{part}
            WHERE trim(line) <> ''
        )
        SELECT
            row_number,
            line,
            CASE
                WHEN NOT json_valid(line) THEN 'is no JSON'
                WHEN json_type(line) <> 'OBJECT' THEN 'is no JSON object'
                WHEN len(json_keys(line)) <> len(list_distinct(json_keys(line)))
                    THEN 'has a key twice'
                WHEN len(
                    list_filter(
                        regexp_extract_all(line, {sql.text(_DECIMALS)}, 1),
                        lambda number: length(replace(ltrim(number, '-0.'), '.', ''))
                        > {_EXACT_DIGITS}
                    )
                ) > 0
                    THEN 'has a number of more than {_EXACT_DIGITS} digits, which JSON does not '
                        || 'keep: it should be written as text'
            END AS reason
        FROM numbered
        """
    )
    connection.execute(
        f"CREATE TABLE niaga.malformed_{part} AS"
        " SELECT row_number, row_number AS position, line AS line_text, reason"
        f" FROM niaga.line_{part} WHERE reason IS NOT NULL"
    )


def _header(connection: duckdb.DuckDBPyConnection, part: str) -> tuple[str, ...]:
    """Give all keys of the objects, in the order in which they first come."""
    found = connection.execute(
        f"""
        SELECT key
        FROM (
            SELECT
                row_number, unnest(json_keys(line)) AS key,
                generate_subscripts(json_keys(line), 1) AS position
            FROM niaga.line_{part}
            WHERE reason IS NULL
        )
        GROUP BY key
        ORDER BY min((row_number, position))
        """
    ).fetchall()
    return tuple(key for (key,) in found)


def _pointer(name: str) -> str:
    """Write the JSON pointer of a key (RFC 6901)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _in_locale(parser: Parser, position: int) -> str:
    """Give the text of a cell: a number or truth as the source's locale writes it."""
    locale, value = parser.locale, f"value[{position}]"
    texts = [f"WHEN {value} IN ({null_texts(parser)}) THEN NULL"]
    number = f"replace({value}, '.', {sql.text(locale.decimal)})"
    if locale.negative != "minus":
        before, behind = locale.signed("-5").split("5")
        is_negative = f"kind[{position}] IN ('BIGINT', 'DOUBLE') AND starts_with({value}, '-')"
        texts.append(
            f"WHEN {is_negative} THEN concat({sql.text(before)}, substr({number}, 2),"
            f" {sql.text(behind)})"
        )
    if locale.decimal != ".":
        texts.append(f"WHEN kind[{position}] = 'DOUBLE' THEN {number}")
    truth = f"if({value} = 'true', {sql.text(locale.true[0])}, {sql.text(locale.false[0])})"
    texts.append(f"WHEN kind[{position}] = 'BOOLEAN' THEN {truth}")
    return f"CASE {' '.join(texts)} ELSE {value} END"

"""Read JSON objects: their keys are the columns, nested values stay JSON text.

They are the lines of a file, or the elements of an array in a document.
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
from .formats import JsonFormat, JsonLinesFormat
from .lines import check_lines, read_lines
from .parsing import Parser
from .sources import Export

_EXACT_DIGITS = 15
"""How many digits of a decimal number a 64-bit float keeps, whatever the number."""

_IS_RECORD = "trim(line, ' ' || chr(9)) <> ''"
_STRINGS = r'"(?:[^"\\]|\\.)*"'
_DECIMALS = r"[0-9]+\.[0-9]+"
_LONG = f"[0-9.]{{{_EXACT_DIGITS + 2}}}"


def read_json(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    layout: JsonFormat | JsonLinesFormat,
    parser: Parser,
    archived: Path,
    folder: Path,
) -> tuple[str, ...]:
    """Make `niaga.raw_<part>` and `niaga.malformed_<part>`, and give the names of the columns.

    Raises FileFault when the file as a whole can't be read.
    """
    text = unpack_text(archived, folder / f"{part}.json", "utf-8", export.member_pattern)
    if text.size_bytes == 0:
        raise FileFault("is empty", part)
    if isinstance(layout, JsonFormat):
        _read_document(connection, part, layout.records, text.path)
    else:
        read_lines(connection, part, text.path)
    text.path.unlink()
    check_lines(connection, part, _IS_RECORD, _reason())
    header = _header(connection, part)
    if not header:
        what = "element" if isinstance(layout, JsonFormat) else "line"
        raise FileFault(f"has no {what} that is a JSON object with keys", part)
    if "" in header:
        raise FileFault("has a key without a name", part)
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


def has_long_decimal(json: str) -> str:
    """Tell whether a JSON text has a decimal number of more digits than its readers keep."""
    # The first condition is quick, and false for nearly all.
    return f"(regexp_matches({json}, {sql.text(_LONG)}) AND {_long_decimals(json)} > 0)"


def _long_decimals(json: str) -> str:
    """Count the decimal numbers of a JSON text that have more digits than its readers keep."""
    bare = f"regexp_replace({json}, {sql.text(_STRINGS)}, '', 'g')"
    return (
        f"len(list_filter(regexp_extract_all({bare}, {sql.text(_DECIMALS)}), lambda number:"
        f" length(replace(ltrim(number, '0.'), '.', '')) > {_EXACT_DIGITS}))"
    )


def _read_document(
    connection: duckdb.DuckDBPyConnection, part: str, pointer: str, path: Path
) -> None:
    """Make `niaga.text_<part>`, the elements of the array that `pointer` tells."""
    try:
        connection.execute(
            f"CREATE TABLE niaga.document_{part} AS"
            f" SELECT content FROM read_text({sql.text(str(path))})"
        )
    except duckdb.InvalidInputException as error:
        raise FileFault("can't be read as a JSON document: it is no UTF-8 text", part) from error
    document = f"FROM niaga.document_{part}"
    if not connection.execute(f"SELECT json_valid(content) {document}").fetchall()[0][0]:
        raise FileFault("is no JSON document, or is truncated", part)
    steps = pointer.split("/")
    for count, step in enumerate(steps[1:], 1):
        key = step.replace("~1", "/").replace("~0", "~")
        keys = f"json_keys({_at('/'.join(steps[:count]))})"
        found = f"SELECT len(list_filter({keys}, lambda key: key = {sql.text(key)})) {document}"
        # Only the first of two would be read.
        if (connection.execute(found).fetchall()[0][0] or 0) > 1:
            raise FileFault(f'has the key "{key}" twice on the way to its records', part)
    kind = connection.execute(f"SELECT json_type({_at(pointer)}) {document}").fetchall()[0][0]
    if kind != "ARRAY":
        where = f'at "{pointer}"' if pointer else "as the whole document"
        is_there = f"it has there: {kind.lower()}" if kind else "there is nothing"
        raise FileFault(f"has no array of records {where}: {is_there}", part)
    # The element null would be no line, and not be counted.
    connection.execute(
        f"CREATE TABLE niaga.text_{part} AS SELECT coalesce(CAST(element AS VARCHAR), 'null')"
        f" AS line FROM (SELECT unnest(CAST({_at(pointer)} AS JSON[])) AS element {document})"
    )
    in_document, in_records = connection.execute(
        f"SELECT (SELECT {_long_decimals('content')} {document}),"
        f" (SELECT coalesce(sum({_long_decimals('line')}), 0) FROM niaga.text_{part})"
    ).fetchall()[0]
    if in_document > in_records:
        # The elements come without the digits that a float does not keep.
        raise FileFault(
            f"has a number of more than {_EXACT_DIGITS} digits, which JSON does not keep: it "
            "should be written as text",
            part,
        )
    connection.execute(f"DROP TABLE niaga.document_{part}")


def _at(pointer: str) -> str:
    return f"json_extract(content, {sql.text(pointer)})" if pointer else "CAST(content AS JSON)"


def _reason() -> str:
    """Give the SQL that says why a line is no record."""
    return f"""
        CASE
            WHEN NOT json_valid(line) THEN 'is no JSON'
            WHEN json_type(line) <> 'OBJECT' THEN 'is no JSON object'
            WHEN len(json_keys(line)) <> len(list_distinct(json_keys(line)))
                THEN 'has a key twice'
            WHEN {has_long_decimal("line")}
                THEN 'has a number of more than {_EXACT_DIGITS} digits, which JSON does not '
                    || 'keep: it should be written as text'
        END
    """


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
    number = parser.signed(f"replace({value}, '.', {sql.text(locale.decimal)})")
    texts.append(f"WHEN kind[{position}] IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN {number}")
    truth = f"if({value} = 'true', {sql.text(locale.true[0])}, {sql.text(locale.false[0])})"
    texts.append(f"WHEN kind[{position}] = 'BOOLEAN' THEN {truth}")
    return f"CASE {' '.join(texts)} ELSE {value} END"

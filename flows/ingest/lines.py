"""Read the lines of a text as they are, and keep apart those that are no records."""

from __future__ import annotations

from pathlib import Path

import duckdb

from . import sql
from .faults import FileFault


def read_lines(connection: duckdb.DuckDBPyConnection, part: str, path: Path) -> None:
    """Make `niaga.text_<part>`, the lines of a file in their order, where a blank one is NULL.

    Raises FileFault when a line can't be read: it is no UTF-8, or has the character U+0001.
    """
    try:
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


def check_lines(
    connection: duckdb.DuckDBPyConnection, part: str, is_record: str, reason: str
) -> None:
    """Make of `niaga.text_<part>` the numbered lines, and the malformed ones among them.

    `is_record` is SQL that tells records from other lines; `reason` says of `line` what is wrong
    with it, and is NULL where nothing is. Makes `niaga.line_<part>` and `niaga.malformed_<part>`.
    """
    connection.execute(
        f"""
        CREATE TABLE niaga.line_{part} AS
        WITH numbered AS (
            SELECT row_number() OVER (ORDER BY rowid) AS row_number, line
            FROM niaga.text_{part}
            WHERE {is_record}
        )
        SELECT row_number, line, {reason} AS reason FROM numbered
        """
    )
    connection.execute(
        f"CREATE TABLE niaga.malformed_{part} AS"
        " SELECT row_number, row_number AS position, line AS line_text, reason"
        f" FROM niaga.line_{part} WHERE reason IS NOT NULL"
    )

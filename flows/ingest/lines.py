"""Read the lines of a text as they are."""

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

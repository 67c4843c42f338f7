"""Functions for the SQL of a source that read a text by its locale: `niaga_money("Harga")`.

They are for values that are no raw column of their own, like a part of a text. An empty text gives
NULL. One that does not fit fails the select, which rejects the file: no row would say where a NULL
comes from. A raw column that has its type under `columns` holds back just the row.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from . import sql
from .contracts import DUCKDB_TYPES
from .parsing import Parser

_PREFIX = "niaga_"
_SHOWN = 80

TYPES = tuple(kind for kind in DUCKDB_TYPES if kind != "text")
"""The types of columns that have a function: `niaga_<type>`."""


def define_macros(
    connection: duckdb.DuckDBPyConnection, selects: Iterable[str], parser: Parser
) -> None:
    """Make the functions in the database of a load, where a select may call one."""
    if not any(_PREFIX in select.lower() for select in selects):
        return
    cleaned = parser.clean("given")
    for kind in TYPES:
        name = f"{_PREFIX}{kind}"
        value = parser.local_value(kind, cleaned)
        connection.execute(
            f"""
            CREATE MACRO {name}(given) AS CASE
                WHEN {cleaned} IS NULL THEN NULL
                WHEN {value} IS NULL THEN error(concat(
                    {sql.text(f"{name}: ")}, left({cleaned}, {_SHOWN}), ' ',
                    {parser.problem(kind, cleaned)}
                ))
                ELSE {value}
            END
            """
        )

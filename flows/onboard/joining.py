"""Find which tables of a delivery belong together: each line of one has its head in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from ..ingest import sql
from .tables import Table
from .values import Column
from .vocabulary import vocabulary

_COVERED = 0.95


@dataclass(frozen=True)
class Join:
    """A part that gives one record for each of another part, by a column of each."""

    part: str
    column: str
    to_part: str
    to_column: str


def find_joins(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Table],
    columns: Mapping[str, Sequence[Column]],
) -> tuple[Join, ...]:
    """Give how the parts are joined to the one with the most records, which drives the delivery.

    Parts that nothing joins are left out.
    """
    driving = max(tables, key=lambda part: tables[part].rows)
    reached, joins = [driving], list[Join]()
    for part in [part for part in tables if part != driving] * 2:
        if part in reached:
            continue
        found = next(
            (
                join
                for to_part in reached
                if (join := _join(connection, tables, columns, part, to_part))
            ),
            None,
        )
        if found:
            joins.append(found)
            reached.append(part)
    return tuple(joins)


def _join(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Table],
    columns: Mapping[str, Sequence[Column]],
    part: str,
    to_part: str,
) -> Join | None:
    for column in columns[part]:
        if not (column.is_unique and column.filled == tables[part].rows - tables[part].faulty):
            continue
        for other in columns[to_part]:
            if _same(column.title, other.title) and _covers(
                connection, tables[part], column, tables[to_part], other
            ):
                return Join(part, column.name, to_part, other.name)
    return None


def _same(title: str, other: str) -> bool:
    words = vocabulary().tokens(title)
    return bool(words) and set(words) == set(vocabulary().tokens(other)) and "id" in words


def _covers(
    connection: duckdb.DuckDBPyConnection, table: Table, column: Column, other: Table, key: Column
) -> bool:
    """Tell whether nearly all values of the other table's column are in this one's."""
    inner, outer = sql.name(column.name), sql.name(key.name)
    known, found = connection.execute(
        f"SELECT count(*), count(*) FILTER (value IN"
        f" (SELECT {inner} FROM niaga.raw_{table.relation}))"
        f" FROM (SELECT DISTINCT {outer} AS value FROM niaga.raw_{other.relation}"
        f" WHERE {outer} IS NOT NULL)"
    ).fetchall()[0]
    return bool(known > 0 and found >= _COVERED * known)

"""Refuse a delivery in which a record becomes several rows of a feed, unless its source says so.

A join that finds two heads for one line makes two rows of it, and money counts twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from . import sql
from .faults import FileFault
from .mapping import ROW_NUMBER, FeedMapping
from .sources import Source

_SHOWN = 10
_LONGEST = 80


def check_rows_per_record(
    connection: duckdb.DuckDBPyConnection, source: Source, mapping: FeedMapping
) -> None:
    """Raise FileFault where a record has more rows in `niaga.row_<feed>` than the source says.

    One that may have many still has none with the key of another.
    """
    feed, key = mapping.contract.feed, mapping.contract.key
    is_many = source.rows_per_record.get(feed) == "many"
    same = ", ".join([ROW_NUMBER, *(map(sql.name, key) if is_many else ())])
    # A faulty row may lack its key, and its record is held back.
    counted = "NOT _is_faulty" if is_many else "true"
    several = (
        f"SELECT {ROW_NUMBER} AS row_number, count(*) AS rows FROM niaga.row_{feed}"
        f" WHERE {counted} GROUP BY {same} HAVING count(*) > 1"
    )
    records, first, rows = connection.execute(
        f"SELECT count(DISTINCT row_number), min(row_number), min_by(rows, row_number)"
        f" FROM ({several})"
    ).fetchall()[0]
    if not records:
        return
    others = f", and several of {records - 1} more" if records > 1 else ""
    what = f"the SQL of feed {feed} makes {rows} rows of record {first}{others}"
    numbers = connection.execute(
        f"SELECT DISTINCT row_number FROM ({several}) ORDER BY 1 LIMIT {_SHOWN}"
    ).fetchall()
    raise FileFault(
        f"{what}, with one {' and '.join(key)}: does a join find several records for one?"
        if is_many
        else f"{what}: does a join find several records for one? Where each is to have several"
        f" rows, say so in the source: `rows_per_record: {{{feed}: many}}`",
        _part_to_blame(source),
        tuple(_example(connection, mapping, same, counted, number) for (number,) in numbers),
    )


def _part_to_blame(source: Source) -> str:
    """Give the part that is joined where there is but one, else the driving part."""
    parts = list(source.exports)
    return parts[-1] if len(parts) == 2 else parts[0]


def _example(
    connection: duckdb.DuckDBPyConnection,
    mapping: FeedMapping,
    same: str,
    counted: str,
    row_number: int,
) -> str:
    """Say what the first two rows of a record are, and in what they differ."""
    feed, key = mapping.contract.feed, mapping.contract.key
    found = connection.execute(
        f"SELECT * FROM niaga.row_{feed} WHERE {counted} AND {ROW_NUMBER} = {row_number}"
        f" QUALIFY count(*) OVER (PARTITION BY {same}) > 1 ORDER BY ALL LIMIT 2"
    )
    names = [column[0] for column in found.description or ()]
    one, other = (dict(zip(names, row, strict=True)) for row in found.fetchall())
    whose = ", ".join(f"{name} {_shown(one[name])}" for name in key if one[name] is not None)
    values: Sequence[str] = [result.name for result in mapping.results if result.name != ROW_NUMBER]
    differs = [
        f"{name} {_shown(one[name])} and {_shown(other[name])}"
        for name in values
        if one[name] != other[name]
    ]
    return f"row {row_number}: {whose}: " + ("; ".join(differs) or "the same values twice")


def _shown(value: Any) -> str:
    return str(value)[:_LONGEST] if value is not None else "nothing"

"""What of the loads in the state database later exports say anew, where a source `replaces`.

A load is of one delivery: a later load of the delivery supersedes it. Of the others a row counts
unless an export of its source that ranks later, by business date and then by the id of the driving
export, says its day anew. It never matters which arrived first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from ..state.tables import export as export_table
from ..state.tables import load as load_table
from .days import Days, Statement, superseded_days

if TYPE_CHECKING:
    from .sources import Source

CURRENT, REPLACED, SUPERSEDED = "current", "replaced", "superseded"
"""What may become of a load. Replaced: the latest of its delivery, and all of it is said anew."""
REASON = "a later export replaces what it says"
"""What is said of the exports of a replaced load."""
LATEST = (CURRENT, REPLACED)
"""The statuses of the latest load of a delivery."""


def driving(export_ids: Mapping[str, str]) -> str:
    """Give the driving export of a load: of its parts the first."""
    return next(iter(export_ids.values()))


def rank(business_date: date | None, export_ids: Mapping[str, str]) -> tuple[date, str]:
    """Order the loads of a source."""
    return business_date or date.min, driving(export_ids)


def recount(connection: Connection, source: Source) -> set[str]:
    """Write which loads of a source are replaced; give their ids.

    A load from before ranges were kept, or before its source replaced anything, is given its own.
    """
    of_source = load_table.c.source == source.source
    if not _latest_loads(connection, of_source, load_table.c.replaced_from.is_not(None), most=1):
        return set()
    rows = _latest_loads(connection, of_source)
    known = {row.load_id: _days(row) for row in rows}
    for load_id, days in _missing_days(connection, source, rows):
        known[load_id] = days
        connection.execute(
            update(load_table).where(load_table.c.load_id == load_id).values(columns_of(days))
        )
    statements = [
        Statement(row.load_id, rank(row.business_date, row.export_ids), known[row.load_id])
        for row in rows
    ]
    replaced = {load_id for load_id, days in superseded_days(statements).items() if days is None}
    for row in rows:
        if (row.status == REPLACED) != (row.load_id in replaced):
            _turn(connection, row, is_replaced=row.load_id in replaced)
    return replaced


def is_replaced(connection: Connection, source: str, delivery: str, own: Statement) -> bool:
    """Whether loads of other deliveries say anew all that a load of that delivery says."""
    rivals = _latest_loads(
        connection,
        load_table.c.source == source,
        load_table.c.replaced_from.is_not(None),
        load_table.c.delivery != delivery,
    )
    return superseded_days([own, *map(_statement, rivals)])[own.load_id] is None


def partly_superseded(connection: Connection) -> dict[str, tuple[Days, ...]]:
    """Give the days of current loads that count no more, by the id of the load."""
    replacing = select(load_table.c.source).where(load_table.c.replaced_from.is_not(None))
    rows = _latest_loads(
        connection, load_table.c.source.in_(replacing), load_table.c.status == CURRENT
    )
    return {
        load_id: days
        for _, loads in groupby(rows, key=lambda row: row.source)
        for load_id, days in superseded_days(map(_statement, loads)).items()
        if days
    }


def columns_of(days: Days | None) -> dict[str, Any]:
    """Give the columns of a load that keep what it says anew."""
    return {
        "replaced_column": days.column if days else None,
        "replaced_from": days.first if days else None,
        "replaced_to": days.last if days else None,
    }


def _turn(connection: Connection, row: Row[Any], *, is_replaced: bool) -> None:
    """Let a load count no more, or again."""
    before, reason = (None, REASON) if is_replaced else (REASON, None)
    connection.execute(
        update(load_table)
        .where(load_table.c.load_id == row.load_id)
        .values(status=REPLACED if is_replaced else CURRENT)
    )
    connection.execute(
        update(export_table)
        .where(
            export_table.c.source == row.source,
            export_table.c.export_id.in_(row.export_ids.values()),
            export_table.c.reason == before,
        )
        .values(reason=reason)
    )


def _latest_loads(
    connection: Connection, *conditions: ColumnElement[bool], most: int | None = None
) -> list[Row[Any]]:
    query = (
        select(
            load_table.c.load_id,
            load_table.c.source,
            load_table.c.business_date,
            load_table.c.export_ids,
            load_table.c.status,
            load_table.c.replaced_column,
            load_table.c.replaced_from,
            load_table.c.replaced_to,
        )
        .where(load_table.c.status.in_(LATEST), *conditions)
        .order_by(load_table.c.source)
        .limit(most)
    )
    return list(connection.execute(query))


def _days(row: Row[Any]) -> Days | None:
    if row.replaced_from is None:
        return None
    return Days(row.replaced_from, row.replaced_to, row.replaced_column)


def _statement(row: Row[Any]) -> Statement:
    return Statement(row.load_id, rank(row.business_date, row.export_ids), _days(row))


def _missing_days(
    connection: Connection, source: Source, rows: Iterable[Row[Any]]
) -> list[tuple[str, Days]]:
    """Give what loads that have no range say anew, as their source is now."""
    lacking = [row for row in rows if source.replaces is not None and row.replaced_from is None]
    if not lacking:
        return []
    columns = (export_table.c.export_id, export_table.c.file_name)
    of_source = export_table.c.source == source.source
    names = dict(connection.execute(select(*columns).where(of_source)).tuples().all())
    found = []
    for row in lacking:
        name = names.get(driving(row.export_ids), "")
        days = source.replaced_days(row.business_date, name)
        found += [(row.load_id, days)] if days else []
    return found

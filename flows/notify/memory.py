"""What each target has been told, and which of them could not be reached: in the state database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..state import tables, utc_now

if TYPE_CHECKING:
    from ..state import State
    from .message import Cause
    from .targets import Target

_REASON_WIDTH = 400


@dataclass(frozen=True)
class Unreached:
    """A target that the last message did not reach; moments are UTC without a zone."""

    label: str
    reason: str
    failing_since: datetime


def told_to(state: State, target: Target) -> dict[str, Any]:
    """Give what a target has been told and has not heard the end of, by cause."""
    notice = tables.notice
    with state.reading() as connection:
        rows = connection.execute(sa.select(notice).where(notice.c.target == target.key))
        return {row.cause: row for row in rows}


def remember(
    state: State, target: Target, told: Iterable[Cause], ended: Iterable[str], *, is_sent: bool
) -> None:
    """Record what a target has been told, and which causes have ended for it."""
    notice, now = tables.notice, utc_now()
    rows = [
        {
            "target": target.key,
            "cause": cause.key,
            "kind": cause.kind,
            "what": cause.what,
            "mark": cause.mark,
            "size": cause.size,
            "stage": cause.stage,
            "passes": cause.passes,
            "told_at": now,
        }
        for cause in told
        if not cause.is_event
    ]
    gone = [*ended, *(row["cause"] for row in rows)]
    with state.engine.begin() as connection:
        connection.execute(
            sa.delete(notice).where(notice.c.target == target.key, notice.c.cause.in_(gone))
        )
        if rows:
            connection.execute(sa.insert(notice), rows)
        if is_sent:
            _put_target(connection, target, {"told_at": now, "failing_since": None, "reason": None})


def record_failure(state: State, target: Target, reason: str) -> None:
    """Record that a message did not reach a target."""
    table, now = tables.notice_target, utc_now()
    with state.engine.begin() as connection:
        found = connection.execute(sa.select(table).where(table.c.target == target.key)).first()
        since = found.failing_since if found and found.failing_since else now
        values = {"failing_since": since, "reason": reason[:_REASON_WIDTH]}
        _put_target(connection, target, values)


def record_success(state: State, target: Target) -> None:
    """Record that a message has reached a target."""
    values = {"told_at": utc_now(), "failing_since": None, "reason": None}
    with state.engine.begin() as connection:
        _put_target(connection, target, values)


def unreached(connection: sa.Connection, targets: Iterable[Target]) -> tuple[Unreached, ...]:
    """List those of the targets that the last message did not reach."""
    table = tables.notice_target
    query = (
        sa.select(table)
        .where(table.c.reason.is_not(None), table.c.target.in_([one.key for one in targets]))
        .order_by(table.c.label)
    )
    return tuple(
        Unreached(row.label, row.reason, row.failing_since) for row in connection.execute(query)
    )


def _put_target(connection: sa.Connection, target: Target, values: dict[str, Any]) -> None:
    table = tables.notice_target
    values = {**values, "label": target.label}
    is_this = table.c.target == target.key
    if connection.execute(sa.update(table).where(is_this).values(values)).rowcount == 0:
        connection.execute(sa.insert(table).values(target=target.key, **values))

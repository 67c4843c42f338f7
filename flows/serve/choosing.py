"""Which of the runs that are asked for is next, and which others it does the work of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .deployments import Asked

_PATIENCE = timedelta(seconds=60)
"""How long a refresh lets ingests go first: a stream of files without end must not hold it up."""

_DOES = {
    "nightly": ("nightly", "ingest", "refresh"),
    "ingest": ("ingest",),
    "refresh": ("refresh",),
}


def choose(asked: Sequence[Asked], now: datetime) -> tuple[Asked, list[Asked]] | None:
    """Give the run to begin now with those that it covers, or None when none is due.

    A night does everything; else files come in before marts are built from them, so that many files
    become few refreshes.
    """
    due = [one for one in asked if one.at <= now]
    if not due:
        return None
    first = min(due, key=lambda one: (_rank(one, now), one.at))
    covered = [
        one
        for one in asked
        if one is not first and one.verb in _DOES[first.verb] and (one.at <= now or one.is_retry)
    ]
    return first, covered


def _rank(asked: Asked, now: datetime) -> int:
    if asked.verb == "nightly":
        return 0
    if asked.verb == "refresh":
        return 1 if now - asked.at > _PATIENCE else 3
    return 2

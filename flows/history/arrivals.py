"""Whether each source's exports come when they should.

What the source's YAML says counts. Where it says nothing, its own history does: from the days on
which exports came, the gaps between one and the next. The bound is the ceil(0.95 (n + 1))-th
smallest of the last n gaps, the largest where there is none such. If gaps go on as they were, the
next one is longer with a probability of at most 1 in 20, or 1 in n + 1 where n is below 19, however
they are distributed (order statistics of exchangeable values; as a prediction interval: Vovk,
Gammerman and Shafer, Algorithmic Learning in a Random World, 2005, chapter 2). Where five gaps
began on the same day of the week, only those count: after a Friday three days are usual.

Fewer than eight days with arrivals are no history. A new source's first load of old files is one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ..state import tables
from .expected import parse_expected

if TYPE_CHECKING:
    from ..ingest.sources import Source

_SHARE = 0.95
_DAYS_NEEDED = 8
_DAYS_KEPT = 61
_SAME_WEEKDAY_NEEDED = 5


@dataclass(frozen=True)
class Arrival:
    """How a source's last export stands against what it should be.

    Moments are UTC without a zone. `due_at` is when one should have come, or where it is not late
    when the next should; `basis` says what that rests on, in words.
    """

    source: str
    last_at: datetime | None
    due_at: datetime | None
    is_late: bool
    basis: str


def read_arrivals(
    connection: sa.Connection, sources: Sequence[Source], time_zone: str, now: datetime
) -> tuple[Arrival, ...]:
    """Judge the sources of a workspace at the moment `now`, which is UTC without a zone."""
    export = tables.export
    query = (
        sa.select(export.c.source, export.c.landed_at)
        .where(export.c.status == "loaded")
        .group_by(export.c.source, export.c.landed_at)
        .order_by(export.c.source, export.c.landed_at)
    )
    landed: dict[str, list[datetime]] = {}
    for row in connection.execute(query):
        landed.setdefault(row.source, []).append(row.landed_at)
    zone = ZoneInfo(time_zone)
    return tuple(
        _by_word(source, source.expected, landed, zone, now)
        if source.expected
        else _by_history(source.source, landed.get(source.source, []), zone, now)
        for source in sources
    )


def _by_word(
    source: Source, expected: str, landed: Mapping[str, list[datetime]], zone: ZoneInfo,
    now: datetime,
) -> Arrival:  # fmt: skip
    last = max(landed.get(source.source, []), default=None)
    rhythm = parse_expected(expected)
    if rhythm is None:
        return Arrival(source.source, last, None, False, f"expected {expected}")
    moment, came = now.replace(tzinfo=UTC), last and last.replace(tzinfo=UTC)
    due = rhythm.last_due(moment, zone)
    is_late = came is None or came < due.counts_from
    if came is not None and not is_late:
        due = rhythm.next_due(moment, came, zone)
    return Arrival(source.source, last, _as_state(due.at), is_late, f"expected {expected}")


def _by_history(source: str, landed: list[datetime], zone: ZoneInfo, now: datetime) -> Arrival:
    last = landed[-1] if landed else None
    days = sorted({at.replace(tzinfo=UTC).astimezone(zone).date() for at in landed})[-_DAYS_KEPT:]
    if len(days) < _DAYS_NEEDED:
        told = f"{len(days)} day{'' if len(days) == 1 else 's'} with exports"
        return Arrival(source, last, None, False, f"not known: {told}, {_DAYS_NEEDED} are needed")
    gaps = [(day.weekday(), (after - day).days) for day, after in pairwise(days)]
    alike = [gap for weekday, gap in gaps if weekday == days[-1].weekday()]
    is_by_weekday = len(alike) >= _SAME_WEEKDAY_NEEDED
    used = alike if is_by_weekday else [gap for _, gap in gaps]
    bound = usual_bound(used)
    # A day counts until it is over: exports come at any hour of it.
    due = datetime.combine(days[-1] + timedelta(days=bound + 1), datetime.min.time(), zone)
    after = f" after a {days[-1]:%A}" if is_by_weekday else ""
    basis = (
        f"learnt: the next within {bound} day{'' if bound == 1 else 's'}{after} ({len(used)} gaps)"
    )
    return Arrival(source, last, _as_state(due), now.replace(tzinfo=UTC) >= due, basis)


def usual_bound(gaps: Sequence[int]) -> int:
    """Give the days within which the next export should come, from the gaps that there were."""
    rank = min(math.ceil(_SHARE * (len(gaps) + 1)), len(gaps))
    return sorted(gaps)[rank - 1]


def _as_state(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)

"""Whether an export is as large as its source's exports usually are.

The records of the exports before it are compared on the scale of logarithms, on which twice as many
is as far off as half as many: x = ln(1 + records), m their median, s = 1.4826 median |x - m|, which
is the standard deviation where they are normal. An export is unusual when |x - m| > 3.5 s (the rule
and its bound: Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993) and it has more than
half as many again as usual, or less than two thirds: sizes that never change much have an s near 0.

The exports before it are the last 60 of those that runs before its own have loaded. Where a source
comes about daily, and eight of them are of the same day of the week, those alone count. With fewer
than eight nothing is said. An export that is out of the usual is loaded as any other is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from statistics import median
from typing import Any

import sqlalchemy as sa

from ..state import tables

_BOUND = 3.5
_TO_DEVIATION = 1.4826
_LEAST_RATIO = math.log(1.5)
_NEEDED = 8
_KEPT = 60
_READ = 240
_SHOWN_DAYS = 7
_DAILY = 3
"""Days between exports, at the median, up to which a source counts as coming about daily."""


@dataclass(frozen=True)
class UnusualVolume:
    """An export with many more or fewer records than usual; `low` to `high` would not be told."""

    source: str
    delivery: str
    file_name: str
    business_date: date | None
    records: int
    usual: int
    low: int
    high: int
    exports: int
    weekday: str | None
    loaded_at: datetime


@dataclass(frozen=True)
class Usual:
    """What is usual of exports, in records: the median, and the bounds beyond which one is told."""

    median: int
    low: int
    high: int

    def has(self, records: int) -> bool:
        """Whether so many are usual."""
        return self.low <= records <= self.high


def usual_volume(records: Sequence[int]) -> Usual | None:
    """Give what is usual by the records of earlier exports; None where there are too few."""
    if len(records) < _NEEDED:
        return None
    logs = [math.log1p(number) for number in records]
    middle = median(logs)
    deviation = _TO_DEVIATION * median(abs(value - middle) for value in logs)
    reach = max(_BOUND * deviation, _LEAST_RATIO)
    return Usual(
        round(math.expm1(middle)),
        max(0, math.ceil(math.expm1(middle - reach))),
        math.floor(math.expm1(middle + reach)),
    )


def read_unusual(connection: sa.Connection, now: datetime) -> tuple[UnusualVolume, ...]:
    """List the unusual exports among those loaded in the last seven days, the latest first."""
    since = now - timedelta(days=_SHOWN_DAYS)
    found: list[UnusualVolume] = []
    for source, loads in groupby(_loads(connection, since), key=lambda load: load.source):
        found += _unusual(source, list(loads), since)
    return tuple(sorted(found, key=lambda one: (one.loaded_at, one.source), reverse=True))


def _loads(connection: sa.Connection, since: datetime) -> Sequence[Any]:
    """Give the last loads of each source that has new ones, one for each delivery."""
    load, export = tables.load, tables.export
    new = sa.select(load.c.source).where(load.c.committed_at >= since).distinct()
    # Read again, a delivery is loaded again: its first load says when it came, its last what it is.
    ranked = (
        sa.select(
            load.c.source,
            load.c.delivery,
            load.c.business_date,
            load.c.rows_read,
            load.c.run_id,
            sa.func.min(load.c.committed_at)
            .over(partition_by=(load.c.source, load.c.delivery))
            .label("loaded_at"),
            sa.func.row_number()
            .over(
                partition_by=(load.c.source, load.c.delivery),
                order_by=(load.c.committed_at.desc(), load.c.load_id.desc()),
            )
            .label("back"),
        )
        .where(load.c.source.in_(new))
        .subquery()
    )
    last = (
        sa.select(
            ranked,
            sa.func.row_number()
            .over(
                partition_by=ranked.c.source,
                order_by=(ranked.c.loaded_at.desc(), ranked.c.delivery),
            )
            .label("place"),
        )
        .where(ranked.c.back == 1)
        .subquery()
    )
    file_name = (
        sa.select(sa.func.min(export.c.file_name))
        .where(export.c.source == last.c.source, export.c.delivery == last.c.delivery)
        .scalar_subquery()
    )
    query = (
        sa.select(last, file_name.label("file_name"))
        .where(last.c.place <= _READ)
        .order_by(last.c.source, last.c.loaded_at, last.c.business_date)
    )
    return connection.execute(query).all()


def _unusual(source: str, loads: list[Any], since: datetime) -> list[UnusualVolume]:
    """Hold the new loads of a source against those of the runs before."""
    found = []
    is_daily = _comes_daily(loads)
    for load in loads:
        if load.loaded_at < since:
            continue
        earlier = [
            one for one in loads if one.loaded_at < load.loaded_at and one.run_id != load.run_id
        ]
        alike = [one for one in earlier if is_daily and _weekday(one) == _weekday(load)]
        is_by_weekday = load.business_date is not None and len(alike) >= _NEEDED
        used = (alike if is_by_weekday else earlier)[-_KEPT:]
        usual = usual_volume([one.rows_read for one in used])
        if usual and not usual.has(load.rows_read):
            found.append(
                UnusualVolume(
                    source, load.delivery, load.file_name or "", load.business_date,
                    load.rows_read, usual.median, usual.low, usual.high, len(used),
                    f"{load.business_date:%A}" if is_by_weekday else None, load.loaded_at,
                )
            )  # fmt: skip
    return found


def _weekday(load: Any) -> int | None:
    return None if load.business_date is None else load.business_date.weekday()


def _comes_daily(loads: list[Any]) -> bool:
    days = sorted({load.business_date for load in loads if load.business_date is not None})
    gaps = [(after - day).days for day, after in pairwise(days)]
    return bool(gaps) and median(gaps) <= _DAILY

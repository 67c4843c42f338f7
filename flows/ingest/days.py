"""Ranges of days that exports say anew, and what later ones leave of earlier ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Days:
    """A range of days, both ends included, of the dates in a column; without one it is all rows."""

    first: date
    last: date
    column: str | None

    def touches(self, other: Days) -> bool:
        """Whether no day lies between two ranges of one column."""
        return (other.first - self.last).days <= 1 and (self.first - other.last).days <= 1

    def joined_with(self, other: Days) -> Days:
        """Give the range that two that touch are together."""
        return Days(min(self.first, other.first), max(self.last, other.last), self.column)

    def has(self, other: Days) -> bool:
        """Whether all of another range is of the column, and lies in this one."""
        return self.column == other.column and self.first <= other.first and other.last <= self.last


EVERYTHING = Days(date.min, date.max, None)
"""What an export replaces that says all that its source knows."""


@dataclass(frozen=True)
class Saying:
    """A load among those of its source: the later its rank, the more it counts.

    `days` are what it says anew; None where it only adds rows, or corrects them.
    """

    load_id: str
    rank: tuple[date, str]
    days: Days | None


def superseded_days(sayings: Iterable[Saying]) -> Iterator[tuple[Saying, tuple[Days, ...] | None]]:
    """Give of each load of a source, the latest first, the days that later ones say anew.

    None is all of it: no row of it counts. The days of one load and column do not overlap.
    """
    said: list[Days] = []
    is_all_said = False
    for saying in sorted(sayings, key=lambda saying: saying.rank, reverse=True):
        own = saying.days
        if is_all_said or any(
            later.column == own.column and later.has(own) for later in said if own
        ):
            yield saying, None
            continue
        yield saying, tuple(_within(own, later) for later in said if _overlap(own, later))
        if own == EVERYTHING:
            is_all_said = True
        elif own:
            said = _added(said, own)


def _overlap(own: Days | None, later: Days) -> bool:
    """Whether a load may have rows on those days; of other columns than its own nobody knows."""
    if own is None or own.column != later.column:
        return True
    return own.first <= later.last and later.first <= own.last


def _within(own: Days | None, later: Days) -> Days:
    if own is None or own.column != later.column:
        return later
    return Days(max(own.first, later.first), min(own.last, later.last), own.column)


def _added(said: list[Days], days: Days) -> list[Days]:
    """Add a range to ranges of which none touches another of its column."""
    apart = []
    for other in said:
        if other.column == days.column and other.touches(days):
            days = days.joined_with(other)
        else:
            apart.append(other)
    return [*apart, days]

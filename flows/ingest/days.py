"""Ranges of days that exports say anew, and what later ones leave of earlier ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Days:
    """A range of days, both ends included, of the dates in a column; without one it is all rows."""

    first: date
    last: date
    column: str | None

    def touches(self, other: Days) -> bool:
        """Whether two ranges are of one column, and no day lies between them."""
        return (
            self.column == other.column
            and (other.first - self.last).days <= 1
            and (self.first - other.last).days <= 1
        )

    def joined_with(self, other: Days) -> Days:
        """Give the range that two that touch are together."""
        return Days(min(self.first, other.first), max(self.last, other.last), self.column)

    def has(self, other: Days) -> bool:
        """Whether all of another range is of the column, and lies in this one."""
        return self.column == other.column and self.first <= other.first and other.last <= self.last


EVERYTHING = Days(date.min, date.max, None)
"""What an export replaces that says all that its source knows."""


@dataclass(frozen=True)
class Statement:
    """A load among those of its source: the later its rank, the more it counts.

    `days` are what it says anew; None where it only adds rows, or corrects them.
    """

    load_id: str
    rank: tuple[date, str]
    days: Days | None


def superseded_days(statements: Iterable[Statement]) -> dict[str, tuple[Days, ...] | None]:
    """Give of each load of a source, by its id, the days that later ones say anew.

    None is all of it: no row of it counts. The days of one load and column do not overlap.
    """
    found: dict[str, tuple[Days, ...] | None] = {}
    said: list[Days] = []
    is_all_said = False
    for statement in sorted(statements, key=lambda statement: statement.rank, reverse=True):
        own = statement.days
        if is_all_said or (own and any(later.has(own) for later in said)):
            found[statement.load_id] = None
            continue
        shared = (_shared(own, later) for later in said)
        found[statement.load_id] = tuple(days for days in shared if days)
        if own == EVERYTHING:
            is_all_said = True
        elif own:
            said = _added(said, own)
    return found


def _shared(own: Days | None, later: Days) -> Days | None:
    """Give the days of a later load on which one may have rows: of other columns nobody knows."""
    if own is None or own.column != later.column:
        return later
    if later.last < own.first or own.last < later.first:
        return None
    return Days(max(own.first, later.first), min(own.last, later.last), own.column)


def _added(said: list[Days], days: Days) -> list[Days]:
    """Add a range to ranges of which none touches another of its column."""
    apart = []
    for other in said:
        if other.touches(days):
            days = days.joined_with(other)
        else:
            apart.append(other)
    return [*apart, days]

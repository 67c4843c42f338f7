"""When a source's exports should come, as its YAML says it: `weekdays by 07:00`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, WithJsonSchema

from ..wording import Refusal, did_you_mean

Every = Literal["daily", "weekdays", "weekly", "monthly"]

_EVERY: tuple[Every, ...] = ("daily", "weekdays", "weekly", "monthly")
IRREGULARLY = "irregularly"
"""What a source says that has no rhythm."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FORM = re.compile(r"(?P<every>\w+)(?: on (?P<day>\w+))?(?: by (?P<by>\S+))?")
_LAST_SURE_DAY = 28
_DAYS_SURE = 100
"""Days in which each rhythm has several due moments."""
_HALF = {
    "daily": timedelta(hours=12),
    "weekdays": timedelta(hours=12),
    "weekly": timedelta(days=3.5),
    "monthly": timedelta(days=15),
}
_LIKE = "like `daily`, `weekdays by 07:00`, `weekly on monday` or `monthly on 5 by 12:00`"


@dataclass(frozen=True)
class Due:
    """A moment by which an export should have come, and from when on one counts for it."""

    counts_from: datetime
    at: datetime


@dataclass(frozen=True)
class Expected:
    """How often exports come, on which day, and by which time of the day."""

    every: Every
    day: int | None
    by: time | None

    def last_due(self, now: datetime, zone: tzinfo) -> Due:
        """Give the last moment before `now` by which an export should have come, in `zone`.

        An export counts for it that came in the day, week or month that is meant, or less than half
        of such a period before: files that come around midnight are of the one day or the other.
        """
        today = now.astimezone(zone).date()
        days = (today - timedelta(days=back) for back in range(_DAYS_SURE))
        return next(due for due in self._dues(days, zone) if due.at <= now)

    def next_due(self, now: datetime, last: datetime, zone: tzinfo) -> Due:
        """Give the first moment after `now` for which the export that came at `last` is too old."""
        today = now.astimezone(zone).date()
        days = (today + timedelta(days=ahead) for ahead in range(-_DAYS_SURE, _DAYS_SURE))
        return next(
            due for due in self._dues(days, zone) if due.at > now and due.counts_from > last
        )

    def _dues(self, days: Iterable[date], zone: tzinfo) -> Iterator[Due]:
        return (self._due(day, zone) for day in days if self._is_first(day))

    def _is_first(self, day: date) -> bool:
        """Tell whether the period in which an export should come begins on a day."""
        match self.every:
            case "daily":
                return True
            case "weekdays":
                return day.weekday() < 5
            case "weekly":
                return day.weekday() == (self.day or 0)
            case "monthly":
                return day.day == (self.day or 1)

    def _due(self, day: date, zone: tzinfo) -> Due:
        begins = datetime.combine(day, time(), zone)
        last = day
        if self.day is None and self.every == "weekly":
            last = day + timedelta(days=6)
        elif self.day is None and self.every == "monthly":
            last = (day + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        if self.by is None:
            at = datetime.combine(last + timedelta(days=1), time(), zone)
        else:
            at = datetime.combine(last, self.by, zone)
        return Due(min(begins, at - _HALF[self.every]), at)


def parse_expected(text: str) -> Expected | None:
    """Understand how often a source's exports come; raise Refusal where that can't be.

    None is a source that comes when it comes, and is never late.
    """
    if text.strip().lower() == IRREGULARLY:
        return None
    found = _FORM.fullmatch(" ".join(text.lower().split()))
    if not found:
        raise Refusal(f"`{text}` does not say when exports come", _LIKE)
    every = next((name for name in _EVERY if name == found["every"]), None)
    if every is None:
        known = (*_EVERY, IRREGULARLY)
        remedy = did_you_mean(found["every"], known) or _LIKE
        raise Refusal(f"`{found['every']}` is none of: {', '.join(known)}", remedy)
    day = None if found["day"] is None else _day(every, found["day"])
    return Expected(every, day, None if found["by"] is None else _time(found["by"]))


def _day(every: Every, text: str) -> int:
    if every == "weekly":
        if text not in _WEEKDAYS:
            remedy = did_you_mean(text, _WEEKDAYS) or "like `weekly on monday`"
            raise Refusal(f"`{text}` is no day of the week", remedy)
        return _WEEKDAYS.index(text)
    if every == "monthly":
        if not text.isdecimal() or not 1 <= int(text) <= _LAST_SURE_DAY:
            raise Refusal(
                f"`{text}` is no day that each month has", "a day from 1 to 28, or leave it out"
            )
        return int(text)
    raise Refusal(f"`{every}` has no day of its own", "leave `on ...` out")


def _time(text: str) -> time:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise Refusal(f"`{text}` is no time of day", "like 07:00")
    return time(int(found[1]), int(found[2]))


def _check(text: Any) -> Any:
    parse_expected(text)
    return text


ExpectedText = Annotated[str, AfterValidator(_check), WithJsonSchema({"type": "string"})]
"""The text of it, in a source."""

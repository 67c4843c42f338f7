"""Calendar windows: month, quarter, half and year, and their text."""

from __future__ import annotations

import re
from datetime import date, timedelta

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def month_start(day: date) -> date:
    return day.replace(day=1)


def add_months(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def window(kind: str, day: date) -> tuple[date, date]:
    """First and last day of the window around a day."""
    length = MONTHS[kind]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    return first, add_months(first, length) - timedelta(days=1)


def name(kind: str, day: date) -> str:
    """`2026-10`, `2026-Q4`, `2026-H2` or `2026`."""
    if kind == "month":
        return f"{day.year:04}-{day.month:02}"
    if kind == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    if kind == "half":
        return f"{day.year:04}-H{(day.month + 5) // 6}"
    return f"{day.year:04}"


def parse(period: str) -> tuple[date, date]:
    """First and last day of a named period."""
    match = re.fullmatch(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])|H([12])))?", period)
    if match is None:
        raise ValueError(f"period {period!r} is not in the calendar's form")
    year, month, quarter, half = match.groups()
    if month:
        return window("month", date(int(year), int(month), 1))
    if quarter:
        return window("quarter", date(int(year), int(quarter) * 3, 1))
    if half:
        return window("half", date(int(year), int(half) * 6, 1))
    return window("year", date(int(year), 1, 1))

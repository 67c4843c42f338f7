"""Periods as the cases write them: 2025-01, 2025-Q1, 2025."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


YEARLY = {"year": 1, "half": 2, "quarter": 4, "month": 12}
"""How many of each there are in a year."""


def kind_of(period: str) -> str:
    """Give the kind of a period by the way it is written."""
    if len(period) == 4:
        return "year"
    return "quarter" if "Q" in period else "month"


def first_day(period: str) -> date:
    if len(period) == 4:
        return date(int(period), 1, 1)
    month = 3 * int(period[-1]) - 2 if "Q" in period else int(period[-2:])
    return date(int(period[:4]), month, 1)


def last_day(period: str) -> date:
    year = int(period[:4])
    month = 12
    if len(period) > 4:
        month = 3 * int(period[-1]) if "Q" in period else int(period[-2:])
    return date(year, month, monthrange(year, month)[1])


def period_of(day: date, kind: str) -> str:
    """Name the period of a kind that a day lies in, as niaga and the cases do."""
    if kind == "year":
        return f"{day.year}"
    if kind == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return f"{day.year}-{day.month:02}"

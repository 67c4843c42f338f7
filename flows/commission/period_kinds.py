"""The kinds of periods that a plan pays by and adds up over."""

from __future__ import annotations

from typing import Literal

PayKind = Literal[
    "week", "month", "quarter", "half", "year", "FY month", "FY quarter", "FY half", "FY year"
]
WindowKind = Literal[PayKind, "life", "quota"]
FISCAL = "FY "
MONTHS = {
    f"{calendar}{kind}": months
    for calendar in ("", FISCAL)
    for kind, months in (("month", 1), ("quarter", 3), ("half", 6), ("year", 12))
}
"""How many months a period has, by its kind; weeks, `life` and `quota` have none to count."""


def is_fiscal(kind: str) -> bool:
    """Whether a kind is of the fiscal year that niaga.yml states."""
    return kind.startswith(FISCAL)


def kind_of_months(months: int, like: str) -> str:
    """Name the kind of so many months in the calendar of another kind."""
    return in_calendar_of(like, next(kind for kind, count in MONTHS.items() if count == months))


def in_calendar_of(pay: str, period: str) -> str:
    """Give the kind that a period means in a plan: of one paid by the fiscal year, a fiscal one."""
    return f"{FISCAL}{period}" if is_fiscal(pay) and period in MONTHS else period


def length_of(kind: str) -> int:
    """Give about how many days a period has, to tell the longer of two kinds."""
    if kind in MONTHS:
        return 30 * MONTHS[kind]
    return {"week": 7, "quota": 366, "life": 36_600}[kind]

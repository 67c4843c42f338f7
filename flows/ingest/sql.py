"""Write names and values into SQL text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime


def name(text: str) -> str:
    """Quote an identifier."""
    return '"' + text.replace('"', '""') + '"'


def text(value: str | None) -> str:
    """Quote a text; None is NULL."""
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    """Write texts as the inside of a list."""
    return ", ".join(text(value) for value in values)


def day(value: date | None) -> str:
    """Write a day; None is a typed NULL."""
    return "CAST(NULL AS DATE)" if value is None else f"DATE '{value:%Y-%m-%d}'"


def instant(value: datetime) -> str:
    """Write a time without a zone."""
    return f"TIMESTAMP '{value:%Y-%m-%d %H:%M:%S.%f}'"

"""One bad file: how its source says that it is read, and the outcome that it must have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

HEADER = "id,day,amount,note\n"
GOOD = ("1", "2026-01-01", "10.50", "teh 1")


@dataclass(frozen=True)
class Case:
    """A file, and what must become of it: it is rejected with these words, or its rows are these.

    `loaded` are the rows in the lake (id, day, amount and note as text), `held` the reasons of
    those in quarantine by row and column; a record that can't be read at all has no column.
    """

    name: str
    content: bytes
    rejected: str = ""
    loaded: tuple[tuple[str | None, ...], ...] = ()
    held: dict[tuple[int, str], str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    """What the export says beside its pattern."""
    locale: dict[str, Any] = field(default_factory=dict)


def row(number: int, **cells: str | None) -> tuple[str | None, ...]:
    """Give a good row; `cells` replace what is in it."""
    good = {"id": str(number), "day": f"2026-01-{number:02}", "amount": f"{number}0.50"}
    return tuple((good | {"note": f"teh {number}"} | cells).values())


def text(number: int, **cells: str) -> str:
    """Give a good row as a line."""
    return ",".join(str(cell) for cell in row(number, **cells)) + "\n"


def csv_of(*lines: str) -> bytes:
    return (HEADER + "".join(lines)).encode()

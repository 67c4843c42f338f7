"""How the last runs went, in figures that a person follows by eye."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

import sqlalchemy as sa

from ..state import tables

RUNS = 30
"""How many runs a trend is of."""

EXCEPTION_MARTS = ("commission.commission_exception",)
"""The marts in which each row is something that wants looking at."""

_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Trend:
    """A figure of the last runs of a verb that have it, the latest last."""

    verb: str
    figure: str
    unit: str
    values: tuple[float, ...]

    @property
    def last(self) -> float:
        """The latest value."""
        return self.values[-1]

    @property
    def usual(self) -> float:
        """The median."""
        return median(self.values)


def read_trends(connection: sa.Connection) -> tuple[Trend, ...]:
    """Read the figures of the last runs, by verb; a verb needs two runs that are done."""
    run, publication = tables.run, tables.publication
    place = (
        sa.func.row_number()
        .over(partition_by=run.c.verb, order_by=(run.c.started_at.desc(), run.c.run_id.desc()))
        .label("place")
    )
    done = sa.select(run, place).where(run.c.status == "done").subquery()
    query = (
        sa.select(done, publication.c.tables)
        .outerjoin(publication, publication.c.run_id == done.c.run_id)
        .where(done.c.place <= RUNS)
        .order_by(done.c.verb, done.c.started_at, done.c.run_id)
    )
    figures: dict[tuple[str, str, str], list[float]] = {}
    for row in connection.execute(query):
        for (figure, unit), value in _figures(row).items():
            figures.setdefault((row.verb, figure, unit), []).append(value)
    return tuple(
        Trend(*key, values=tuple(values)) for key, values in figures.items() if len(values) > 1
    )


def bars(values: tuple[float, ...]) -> str:
    """Draw values as a line of bars, the lowest as the lowest bar."""
    low, high = min(values), max(values)
    if high == low:
        return _BARS[0 if high == 0 else 3] * len(values)
    top = len(_BARS) - 1
    return "".join(_BARS[round((value - low) / (high - low) * top)] for value in values)


def _figures(row: Any) -> dict[tuple[str, str], float]:
    summary = row.summary or {}
    found: dict[tuple[str, str], float] = {}
    if "seconds" in summary:
        found["duration", "seconds"] = summary["seconds"]
    if ingested := summary.get("ingested"):
        found["loaded", "rows"] = ingested["rows_loaded"]
        found["held back", "rows"] = ingested["rows_held"]
    if row.tables is not None:
        found["exceptions", "rows"] = sum(row.tables.get(name, 0) for name in EXCEPTION_MARTS)
    return found

"""Say what is wrong with an imported table of tiers: one that states both ends of its rows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from .units import parse_amount

_LOWER_ONLY = "write lower edges only; the next row ends this one"


def refuse_upper_edges(rows: Any) -> Any:
    """Refuse rows with `to`; say which amounts the table leaves out or has twice."""
    if not isinstance(rows, list) or not any(isinstance(row, dict) and "to" in row for row in rows):
        return rows
    raise ValueError("; ".join([*_faults(rows), _LOWER_ONLY]))


def _faults(rows: list[Any]) -> list[str]:
    try:
        return _faults_of_ranges([_range(row) for row in rows])
    except (KeyError, TypeError, ValueError):
        # What is no range has a fault of its own, which is told when `to` is gone.
        return []


def _range(row: dict[str, Any]) -> tuple[str, str | None]:
    lower = row["from"] if "from" in row else row["above"]
    parse_amount(lower)
    upper = row.get("to")
    if upper is not None:
        parse_amount(upper)
    return lower, upper


def _faults_of_ranges(ranges: list[tuple[str, str | None]]) -> list[str]:
    faults = []
    for number, ((_, upper), (lower, _)) in enumerate(pairwise(ranges), start=1):
        end = None if upper is None else parse_amount(upper).value
        if end is None or end > parse_amount(lower).value:
            faults.append(
                f"tier_overlap: row {number} ends at {upper or 'no edge'}, row {number + 1} begins "
                f"at {lower}: amounts between are in two tiers"
            )
        elif end < parse_amount(lower).value:
            faults.append(
                f"tier_gap: row {number} ends at {upper}, row {number + 1} begins at {lower}: "
                "amounts between are in no tier"
            )
    last = ranges[-1][1]
    if last is not None:
        faults.append(
            f"tier_not_open_ended: the last row ends at {last}: what lies above is in no tier"
        )
    return faults

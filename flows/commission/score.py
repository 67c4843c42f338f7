"""A score as a measure: a share of a quota of 100%."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from .curve_model import Curve, EdgeRow

_Row = TypeVar("_Row", bound=EdgeRow)


def against_quota(curve: Curve) -> Curve:
    """Give the curve of a score, whose edges are percentages, with edges in % of quota."""
    points = curve.points and [
        point.model_copy(update={"at": _of_quota(point.at)}) for point in curve.points
    ]
    return curve.model_copy(
        update={
            "marginal": _rows(curve.marginal),
            "whole": _rows(curve.whole),
            "steps": _rows(curve.steps),
            "points": points,
            "marginal_above": _of_quota(curve.marginal_above),
            "only_above": _of_quota(curve.only_above),
        }
    )


def _rows(rows: Sequence[_Row] | None) -> list[_Row] | None:
    return [
        row.model_copy(update={"from_": _of_quota(row.from_), "above": _of_quota(row.above)})
        for row in rows or []
    ] or None


def _of_quota(edge: str | None) -> str | None:
    return f"{edge} of quota" if edge and edge.endswith("%") else edge

"""The rows of a payout curve, and what they must keep to."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from .imported_table import refuse_upper_edges
from .plan_part import CurveRateText, EdgeText, PayText, PlanPart
from .units import Quantity, parse_amount, parse_curve_rate


class EdgeRow(PlanPart):
    """One row of a curve: from (reached) or above (exceeded) an edge."""

    from_: EdgeText | None = Field(default=None, alias="from")
    above: EdgeText | None = None

    @model_validator(mode="after")
    def _one_edge(self) -> Self:
        if (self.from_ is None) == (self.above is None):
            raise ValueError(
                "say either from (reaching it is enough) or above (it must be exceeded)"
            )
        return self

    @property
    def edge(self) -> Quantity:
        """The lower edge of the row."""
        return parse_amount(self.from_ if self.from_ is not None else str(self.above))


class Tier(EdgeRow):
    """From an edge on, this rate."""

    rate: CurveRateText


class Step(EdgeRow):
    """From an edge on, this pay, and what each percentage point of attainment beyond it adds."""

    pays: PayText
    per_point: PayText | None = None


Tiers = Annotated[list[Tier], BeforeValidator(refuse_upper_edges)]
Steps = Annotated[list[Step], BeforeValidator(refuse_upper_edges)]


class Point(PlanPart):
    """One point of a payout line: at this attainment or amount, this pay."""

    at: EdgeText
    pays: PayText


def check_kinds(edges: list[Quantity]) -> None:
    """Refuse edges of several kinds."""
    units = {edge.unit for edge in edges if edge.unit != "zero"}
    if len(units) > 1:
        raise ValueError("edges must be of one kind: all money or all % of quota")


def _check_ascending(edges: list[Quantity]) -> None:
    check_kinds(edges)
    for lower, upper in pairwise(edges):
        if upper.value <= lower.value:
            raise ValueError("edges must ascend from row to row")


def check_tiers(tiers: list[Tier]) -> None:
    """Check the rows of a curve of rates."""
    if not tiers:
        raise ValueError("a curve needs at least one row")
    if not tiers[0].edge.is_zero:
        raise ValueError(
            "the first row begins at 0; write a first row with rate: 0% for what pays nothing"
        )
    edges = [tier.edge for tier in tiers]
    _check_ascending(edges)
    units = {parse_curve_rate(tier.rate).unit for tier in tiers} - {"zero"}
    if len(units) > 1:
        raise ValueError("rates must be of one kind: all %, or all x (times the target)")
    if "target" in units and any(edge.unit == "money" for edge in edges):
        raise ValueError("rates in x (times the target) need edges in % of quota")


def check_steps(steps: list[Step]) -> None:
    """Check the rows of fixed pay."""
    if not steps:
        raise ValueError("a curve needs at least one row")
    _check_ascending([step.edge for step in steps])
    if steps[0].edge.is_zero and steps[0].above is None:
        raise ValueError("from 0 a step would pay without a sale; write above: 0")
    _check_pay([text for step in steps for text in (step.pays, step.per_point) if text])
    has_money = any(step.edge.unit == "money" for step in steps)
    if has_money and any(step.per_point for step in steps):
        raise ValueError("per_point counts points of attainment: it needs edges in % of quota")


def _check_pay(texts: list[str]) -> None:
    units = {parse_amount(text).unit for text in texts} - {"zero"}
    if len(units) > 1:
        raise ValueError("pay must be of one kind: all money or all % of target")


def check_points(points: list[Point]) -> None:
    """Check the points of a payout line."""
    if len(points) < 2:
        raise ValueError("a payout line needs at least two points")
    _check_ascending([parse_amount(point.at) for point in points])
    _check_pay([point.pays for point in points])

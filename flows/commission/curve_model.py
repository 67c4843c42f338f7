"""The rows of a payout curve, and what they must keep to."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from .imported_table import refuse_upper_edges
from .measures import MEASURES, edge_unit_of
from .plan_part import CurveRateText, EdgeText, PayText, PlanPart
from .units import Quantity, parse_amount, parse_curve_rate


class EdgeRow(PlanPart):
    """One row of a curve: from (reached) or above (exceeded) an edge.

    Keys:
        from: Lower edge of the row: reaching it is enough.
        above: Lower edge of the row that must be exceeded.
    """

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
    """From an edge on, this rate; `over` is added for what lies beyond the edge of a whole row.

    Keys:
        rate: Share of the measure, money for each unit, order or customer, or (x) times the target
            for each 100% of quota.
        over: Of `whole`, a rate that is added for what lies beyond the row's edge.
    """

    rate: CurveRateText
    over: CurveRateText | None = None


class Step(EdgeRow):
    """From an edge on, this pay, and what each percentage point of attainment beyond it adds.

    Keys:
        pays: Pay from the edge on.
        per_point: Pay added for each percentage point of attainment beyond the edge, parts of a
            point in proportion.
    """

    pays: PayText
    per_point: PayText | None = None


Tiers = Annotated[list[Tier], BeforeValidator(refuse_upper_edges)]
Steps = Annotated[list[Step], BeforeValidator(refuse_upper_edges)]


class Point(PlanPart):
    """One point of a payout line: at this attainment or amount, this pay.

    Keys:
        at: Where the point lies.
        pays: Pay at the point.
    """

    at: EdgeText
    pays: PayText


def check_kinds(edges: list[Quantity]) -> None:
    """Refuse edges of several kinds."""
    units = {edge.unit for edge in edges if edge.unit != "zero"}
    if len(units) > 1:
        raise ValueError("edges must be of one kind: all money, all units, all % or all % of quota")


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
        raise ValueError(
            "rates must be of one kind: all %, all money per unit, or all x (times the target)"
        )
    if "target" in units and any(edge.unit not in ("zero", "quota", "share") for edge in edges):
        raise ValueError("rates in x (times the target) need edges in % of quota")


def check_steps(steps: list[Step]) -> None:
    """Check the rows of fixed pay."""
    if not steps:
        raise ValueError("a curve needs at least one row")
    _check_ascending([step.edge for step in steps])
    # A margin rate of 0% is one of a sale.
    if steps[0].edge.is_zero and steps[0].above is None and steps[0].edge.unit != "share":
        raise ValueError("from 0 a step would pay without a sale; write above: 0")
    _check_pay([text for step in steps for text in (step.pays, step.per_point) if text])
    if any(step.per_point and step.edge.unit not in ("zero", "quota", "share") for step in steps):
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


CURVES = ("rate", "marginal", "whole", "running", "steps", "points")


class Curve(PlanPart):
    """What is paid for a measure, said in one of several ways; base of whatever has a curve.

    Keys:
        rate: One rate from zero on.
        marginal: Each slice between two edges at its own rate.
        whole: Everything in the window at the rate of the row reached.
        running: Each sale at the rate of the row that the running total lies in, which it keeps.
        steps: The pay of the last row reached.
        points: Straight lines between points; nothing below the first, flat beyond the last.
        marginal_above: Of `whole`, the edge of a row from which on each slice has its own rate.
        only_above: Of `rate`, `marginal` and `whole`: only what lies above this is paid.
        rate_at: Of `running`, whether the total before or after the sale picks its rate; unless
            said after.
    """

    rate: CurveRateText | None = None
    marginal: Tiers | None = None
    whole: Tiers | None = None
    running: Tiers | None = None
    steps: Steps | None = None
    points: list[Point] | None = None
    marginal_above: EdgeText | None = None
    only_above: EdgeText | None = None
    rate_at: Literal["before", "after"] | None = None

    @model_validator(mode="after")
    def _right_curve(self) -> Self:
        if len(self.curves_said) > 1:
            raise ValueError(
                f"say exactly one of {', '.join(CURVES)}; found {', '.join(self.curves_said)}"
            )
        for rows in (self.marginal, self.whole, self.running):
            if rows is not None:
                check_tiers(rows)
        if self.steps is not None:
            check_steps(self.steps)
        if self.points is not None:
            check_points(self.points)
        self._check_edges_of_their_own()
        self._check_over()
        return self

    def _check_over(self) -> None:
        over = [tier for tier in self.tiers if tier.over is not None]
        if over and (self.whole is None or self.marginal_above or self.only_above):
            raise ValueError("over goes with whole, without marginal_above and only_above")
        for tier in over:
            units = {parse_curve_rate(str(text)).unit for text in (tier.rate, tier.over)}
            if len(units - {"zero"}) > 1:
                raise ValueError("rate and over must be of one kind: both %, or both x")

    def _check_edges_of_their_own(self) -> None:
        if self.rate_at is not None and self.running is None:
            raise ValueError("rate_at says which total picks the rate of a running curve")
        if self.marginal_above is not None:
            edges = [tier.edge for tier in self.whole or []]
            if parse_amount(self.marginal_above) not in edges[1:]:
                raise ValueError("marginal_above is the edge of a row of whole, behind the first")
        if self.only_above is not None:
            if not self.tiers or self.running is not None or self.marginal_above is not None:
                raise ValueError("only_above goes with rate, marginal or whole")
            check_kinds([*(tier.edge for tier in self.tiers), parse_amount(self.only_above)])

    @property
    def curves_said(self) -> list[str]:
        """The ways in which the curve is said: one, or none where it may be left out."""
        return [name for name in CURVES if getattr(self, name) is not None]

    @property
    def tiers(self) -> list[Tier]:
        """The rows of a curve of rates; a single rate is a row from zero."""
        if self.rate is not None:
            return [Tier(**{"from": "0", "rate": self.rate})]
        return self.marginal or self.whole or self.running or []

    @property
    def pays_of_target(self) -> bool:
        """Whether the curve pays shares of a target incentive."""
        rises = [step.per_point for step in self.steps or [] if step.per_point]
        pays = [step.pays for step in self.steps or []]
        points = [point.pays for point in self.points or []]
        amounts = [parse_amount(text) for text in [*pays, *points, *rises]]
        rates = [parse_curve_rate(tier.rate) for tier in self.tiers]
        return any(said.unit == "target" for said in [*amounts, *rates])

    @property
    def edges(self) -> list[Quantity]:
        """Every lower edge of the curve."""
        rows = [*self.tiers, *(self.steps or [])]
        texts = [*(point.at for point in self.points or []), self.marginal_above, self.only_above]
        return [row.edge for row in rows] + [parse_amount(text) for text in texts if text]

    @property
    def needs_quota(self) -> bool:
        """Whether it has an edge in % of quota, or pays by attainment."""
        return (
            any(edge.unit == "quota" for edge in self.edges)
            or any(step.per_point for step in self.steps or [])
            or any(parse_curve_rate(tier.rate).unit == "target" for tier in self.tiers)
        )

    @property
    def money_texts(self) -> list[str]:
        """Every number of the curve that may be money."""
        rows = [*self.tiers, *(self.steps or [])]
        edges = [row.from_ or row.above for row in rows]
        rates = [text for tier in self.tiers for text in (tier.rate, tier.over)]
        pays = [text for step in self.steps or [] for text in (step.pays, step.per_point)]
        points = [text for point in self.points or [] for text in (point.at, point.pays)]
        texts = [*edges, *rates, *pays, *points, self.marginal_above, self.only_above]
        return [text for text in texts if text is not None]

    def check_measure(self, name: str, picked_by: str | None = None) -> None:
        """Refuse edges and rates in other units than those of the measure called `name`.

        Edges are of the measure that picks the rate, where that is another one.
        """
        measure = MEASURES[name]
        said = f"by: {picked_by}" if picked_by else f"of: {name}"
        units = {edge_unit_of(picked_by)} if picked_by else {measure.edge_unit, "quota"}
        wrong = [edge for edge in self.edges if edge.unit not in units | {"zero"}]
        if wrong and wrong[0].unit == "share":
            raise ValueError("a percentage alone is an edge of a score; write 80% of quota")
        if wrong:
            raise ValueError(f"edges in {wrong[0].unit} do not go with {said}")
        paid = f"per {measure.paid_per}" if measure.paid_per else "share"
        texts = [text for tier in self.tiers for text in (tier.rate, tier.over) if text]
        if any(parse_curve_rate(text).unit not in ("zero", "target", paid) for text in texts):
            said = f"money per {measure.paid_per}" if measure.paid_per else "%"
            raise ValueError(f"of: {name} is paid in {said} or in x (times the target)")

"""What a plan file may say: the plan language as pydantic models.

A key of the language that niaga does not calculate yet is refused by name, because a term that is
read and not calculated would pay people wrongly.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from .units import (
    Quantity,
    parse_amount,
    parse_curve_rate,
    parse_rate,
    parse_yearly_money,
)

_IDENTIFIER = re.compile(r"^[a-z][a-z0-9_-]*$")
CURVES = ("rate", "marginal", "whole", "running", "steps", "points")
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_PLAN_KEYS_TO_COME = {"who", "rounding", "cap", "draw", "negative_pay", "exchange", "accounting"}
_COMPONENT_KEYS_TO_COME = {
    "payee", "where", "from", "to", "deduct", "share_out", "count_once", "by", "grid",
    "differential", "fixed", "pool", "contest", "bands", "terms", "max_per_order", "min_per_order",
    "fixed_per_order", "target", "gates", "multiply",
    "cap", "floor", "returns", "clawback", "release",
}  # fmt: skip


def _identifier(text: str) -> str:
    if not _IDENTIFIER.match(text):
        raise ValueError("use lower-case letters, digits, - and _, beginning with a letter")
    return text


def _rate_text(text: str) -> str:
    parse_rate(text)
    return text


def _curve_rate_text(text: str) -> str:
    parse_curve_rate(text)
    return text


def _edge_text(text: str) -> str:
    amount = parse_amount(text)
    if amount.unit == "target":
        raise ValueError("an edge is 0, money or a % of quota")
    if amount.value < 0:
        raise ValueError("an edge can't be negative")
    return text


def _pay_text(text: str) -> str:
    if parse_amount(text).unit == "quota":
        raise ValueError("a payment is 0, money or a % of target")
    return text


def _target_text(text: str) -> str:
    if text != "from participant":
        parse_yearly_money(text)
    return text


Identifier = Annotated[str, AfterValidator(_identifier)]
RateText = Annotated[str, AfterValidator(_rate_text)]
CurveRateText = Annotated[str, AfterValidator(_curve_rate_text)]
EdgeText = Annotated[str, AfterValidator(_edge_text)]
PayText = Annotated[str, AfterValidator(_pay_text)]
TargetText = Annotated[str, AfterValidator(_target_text)]


class PlanPart(BaseModel):
    """Base of all parts: unknown keys are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _refuse_keys_to_come(values: Any, keys: set[str]) -> Any:
    if isinstance(values, dict) and (found := sorted(keys & set(values))):
        raise ValueError(
            f"{', '.join(found)}: part of the plan language, but not calculated yet; "
            "a plan that needs it can't be paid by this version"
        )
    return values


class Approval(PlanPart):
    """Who approved the plan, and when; an unapproved plan calculates and never posts."""

    by: list[str] = Field(min_length=1)
    on: date


class EdgeRow(PlanPart):
    """One row of a curve: from (reached) or above (exceeded) an edge."""

    from_: EdgeText | None = Field(default=None, alias="from")
    above: EdgeText | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_upper_edge(cls, values: Any) -> Any:
        if isinstance(values, dict) and "to" in values:
            raise ValueError("write lower edges only; the next row ends this one")
        return values

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


class Point(PlanPart):
    """One point of a payout line: at this attainment or amount, this pay."""

    at: EdgeText
    pays: PayText


class QuotaRule(PlanPart):
    """Which rows of the feed `quota` the component is measured against."""

    type: str | None = None


class Component(PlanPart):
    """One line of a plan: what is measured, over which window, and what it pays."""

    title: str | None = None
    note: str | None = None
    of: Literal["net_amount", "margin"] = "net_amount"
    on: Literal["order", "invoice", "ship"] = "order"
    window: Literal["month", "quarter", "half", "year"] | None = None
    credit: Literal["direct", "rollup"] = "direct"
    shares: Literal["100%", "overlay"] = "100%"
    weight: RateText = "100%"
    quota: QuotaRule | None = None
    rate: CurveRateText | None = None
    marginal: list[Tier] | None = None
    whole: list[Tier] | None = None
    running: list[Tier] | None = None
    steps: list[Step] | None = None
    points: list[Point] | None = None
    marginal_above: EdgeText | None = None
    only_above: EdgeText | None = None
    rate_at: Literal["before", "after"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _calculated(cls, values: Any) -> Any:
        return _refuse_keys_to_come(values, _COMPONENT_KEYS_TO_COME)

    @model_validator(mode="after")
    def _one_curve(self) -> Component:
        said = [name for name in CURVES if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError(
                f"say exactly one of {', '.join(CURVES)}; found {', '.join(said) or 'none'}"
            )
        if said[0] in ("marginal", "whole", "running"):
            _check_tiers(self.tiers)
        if self.steps is not None:
            _check_steps(self.steps)
        if self.points is not None:
            _check_points(self.points)
        self._check_edges_of_their_own()
        return self

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
            _check_kinds([*(tier.edge for tier in self.tiers), parse_amount(self.only_above)])

    @property
    def tiers(self) -> list[Tier]:
        """The rows of a curve of rates; a single rate is a row from zero."""
        if self.rate is not None:
            return [Tier(**{"from": "0", "rate": self.rate})]
        return self.marginal or self.whole or self.running or []


class Plan(PlanPart):
    """A plan as a rep signs it: one version of it per file."""

    plan: Identifier
    title: str | None = None
    note: str | None = None
    version: Annotated[int, Field(ge=1)] = 1
    from_: date = Field(alias="from")
    to: date | None = None
    approved: Approval | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    pay: Literal["month", "quarter", "half", "year"] = "month"
    target: TargetText = "from participant"
    components: dict[Identifier, Component] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _calculated(cls, values: Any) -> Any:
        return _refuse_keys_to_come(values, _PLAN_KEYS_TO_COME)

    @model_validator(mode="after")
    def _consistent(self) -> Plan:
        if self.to is not None and self.to < self.from_:
            raise ValueError(f"to {self.to} is before from {self.from_}")
        for name, component in self.components.items():
            window = component.window or self.pay
            if MONTHS[window] < MONTHS[self.pay]:
                raise ValueError(f"{name}: a window of a {window} can't be paid by the {self.pay}")
            for text in _money_texts(component):
                amount = parse_amount(text)
                if amount.unit == "money" and amount.currency != self.currency:
                    raise ValueError(
                        f"{name}: {text} is not in the plan's currency {self.currency}"
                    )
        return self


def _money_texts(component: Component) -> list[str]:
    rows = [*component.tiers, *(component.steps or [])]
    edges = [row.from_ or row.above for row in rows]
    pays = [text for step in component.steps or [] for text in (step.pays, step.per_point)]
    points = [text for point in component.points or [] for text in (point.at, point.pays)]
    texts = [*edges, *pays, *points, component.marginal_above, component.only_above]
    return [text for text in texts if text is not None]


def _check_kinds(edges: list[Quantity]) -> None:
    units = {edge.unit for edge in edges if edge.unit != "zero"}
    if len(units) > 1:
        raise ValueError("edges must be of one kind: all money or all % of quota")


def _check_ascending(edges: list[Quantity]) -> None:
    _check_kinds(edges)
    for lower, upper in pairwise(edges):
        if upper.value <= lower.value:
            raise ValueError("edges must ascend from row to row")


def _check_tiers(tiers: list[Tier]) -> None:
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


def _check_steps(steps: list[Step]) -> None:
    if not steps:
        raise ValueError("a curve needs at least one row")
    _check_ascending([step.edge for step in steps])
    if steps[0].edge.is_zero and steps[0].above is None:
        raise ValueError("from 0 a step would pay without a sale; write above: 0")
    _check_pay([text for step in steps for text in (step.pays, step.per_point) if text])
    if any(step.per_point and step.edge.unit != "quota" for step in steps):
        raise ValueError("per_point counts points of attainment: it needs edges in % of quota")


def _check_pay(texts: list[str]) -> None:
    units = {parse_amount(text).unit for text in texts} - {"zero"}
    if len(units) > 1:
        raise ValueError("pay must be of one kind: all money or all % of target")


def _check_points(points: list[Point]) -> None:
    if len(points) < 2:
        raise ValueError("a payout line needs at least two points")
    _check_ascending([parse_amount(point.at) for point in points])
    _check_pay([point.pays for point in points])

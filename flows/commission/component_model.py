"""One component of a plan: what is measured, over which window, and what it pays."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from .curve_model import (
    Point,
    Steps,
    Tier,
    Tiers,
    check_kinds,
    check_points,
    check_steps,
    check_tiers,
)
from .period_kinds import WindowKind
from .plan_part import CurveRateText, EdgeText, PlanPart, RateText, refuse_keys_to_come
from .quota_model import QuotaRule
from .returns_model import ReturnRule
from .units import parse_amount, parse_curve_rate

CURVES = ("rate", "marginal", "whole", "running", "steps", "points")
_KEYS_TO_COME = {
    "payee", "where", "from", "to", "deduct", "share_out", "count_once", "by", "grid",
    "differential", "fixed", "pool", "contest", "bands", "terms", "max_per_order", "min_per_order",
    "fixed_per_order", "target", "gates", "multiply",
    "cap", "floor", "clawback", "release",
}  # fmt: skip


class Component(PlanPart):
    """One line of a plan: what is measured, over which window, and what it pays."""

    title: str | None = None
    note: str | None = None
    of: Literal["net_amount", "margin", "payments"] = "net_amount"
    on: Literal["order", "invoice", "ship", "payment"] = "order"
    window: WindowKind | None = None
    credit: Literal["direct", "rollup"] = "direct"
    shares: Literal["100%", "overlay"] = "100%"
    weight: RateText = "100%"
    quota: QuotaRule | Literal["none"] | None = None
    rate: CurveRateText | None = None
    marginal: Tiers | None = None
    whole: Tiers | None = None
    running: Tiers | None = None
    steps: Steps | None = None
    points: list[Point] | None = None
    marginal_above: EdgeText | None = None
    only_above: EdgeText | None = None
    rate_at: Literal["before", "after"] | None = None
    returns: ReturnRule = ReturnRule()

    @model_validator(mode="before")
    @classmethod
    def _calculated(cls, values: Any) -> Any:
        return refuse_keys_to_come(values, _KEYS_TO_COME)

    @model_validator(mode="after")
    def _dated_by_what_is_measured(self) -> Component:
        if (self.of == "payments") != (self.on == "payment"):
            raise ValueError("money received counts on its own date: `of: payments, on: payment`")
        return self

    @model_validator(mode="after")
    def _one_curve(self) -> Component:
        said = [name for name in CURVES if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError(
                f"say exactly one of {', '.join(CURVES)}; found {', '.join(said) or 'none'}"
            )
        if said[0] in ("marginal", "whole", "running"):
            check_tiers(self.tiers)
        if self.steps is not None:
            check_steps(self.steps)
        if self.points is not None:
            check_points(self.points)
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
            check_kinds([*(tier.edge for tier in self.tiers), parse_amount(self.only_above)])

    @property
    def tiers(self) -> list[Tier]:
        """The rows of a curve of rates; a single rate is a row from zero."""
        if self.rate is not None:
            return [Tier(**{"from": "0", "rate": self.rate})]
        return self.marginal or self.whole or self.running or []

    @property
    def needs_quota(self) -> bool:
        """Whether the curve has an edge in % of quota, or pays by attainment."""
        is_of_quota = any(parse_amount(text).unit == "quota" for text in self._curve_texts)
        is_by_point = any(step.per_point for step in self.steps or [])
        return (
            is_of_quota
            or is_by_point
            or any(parse_curve_rate(tier.rate).unit == "target" for tier in self.tiers)
        )

    @property
    def money_texts(self) -> list[str]:
        """Every number of the component that may be money."""
        quota = self.quota.money_texts if isinstance(self.quota, QuotaRule) else []
        return [*self._curve_texts, *quota]

    @property
    def _curve_texts(self) -> list[str]:
        rows = [*self.tiers, *(self.steps or [])]
        edges = [row.from_ or row.above for row in rows]
        pays = [text for step in self.steps or [] for text in (step.pays, step.per_point)]
        points = [text for point in self.points or [] for text in (point.at, point.pays)]
        texts = [*edges, *pays, *points, self.marginal_above, self.only_above]
        return [text for text in texts if text is not None]

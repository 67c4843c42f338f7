"""One component of a plan: what is measured, over which window, and what it pays."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from .conditions import Call
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
from .factor_model import Gates, Multipliers
from .limit_model import CapTerm, FixedText, LimitText, Prorate, limit_text, parse_limit
from .plan_part import (
    CurveRateText,
    EdgeText,
    PlanPart,
    RateText,
    YearlyMoneyText,
    refuse_keys_to_come,
)
from .state_condition import calls_of
from .units import parse_amount, parse_curve_rate

CURVES = ("rate", "marginal", "whole", "running", "steps", "points", "fixed")
_KEYS_TO_COME = {
    "payee", "where", "from", "to", "deduct", "share_out", "count_once", "by", "grid",
    "differential", "pool", "contest", "bands", "terms", "max_per_order", "min_per_order",
    "fixed_per_order", "returns", "clawback", "release",
}  # fmt: skip


class QuotaRule(PlanPart):
    """Which rows of the feed `quota` the component is measured against."""

    type: str | None = None


class Component(PlanPart):
    """One line of a plan: what is measured, over which window, and what it pays."""

    title: str | None = None
    note: str | None = None
    of: Literal["net_amount", "margin", "payments", "score"] = "net_amount"
    on: Literal["order", "invoice", "ship", "payment"] = "order"
    window: Literal["month", "quarter", "half", "year"] | None = None
    credit: Literal["direct", "rollup"] = "direct"
    shares: Literal["100%", "overlay"] = "100%"
    weight: RateText = "100%"
    target: YearlyMoneyText | None = None
    quota: QuotaRule | None = None
    rate: CurveRateText | None = None
    marginal: Tiers | None = None
    whole: Tiers | None = None
    running: Tiers | None = None
    steps: Steps | None = None
    points: list[Point] | None = None
    fixed: FixedText | None = None
    prorate: Prorate | None = None
    marginal_above: EdgeText | None = None
    only_above: EdgeText | None = None
    rate_at: Literal["before", "after"] | None = None
    gates: Gates | None = None
    multiply: Multipliers | None = None
    cap: CapTerm | None = None
    floor: LimitText | None = None

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
        self._check_measure()
        self._check_limits()
        return self

    def _check_limits(self) -> None:
        cap, floor = limit_text(self.cap), self.floor
        if cap is None or floor is None:
            return
        upper, lower = parse_limit(cap), parse_limit(floor)
        if upper.period == lower.period and upper.value < lower.value:
            raise ValueError(f"cap {cap} is below floor {floor}")

    def _check_measure(self) -> None:
        units = {parse_amount(text).unit for text in self._edge_texts} - {"zero"}
        if self.of != "score" and "share" in units:
            raise ValueError("a percentage alone is an edge of a score; write 80% of quota")
        if self.prorate is not None and self.fixed is None:
            raise ValueError("prorate says how fixed pay is prorated")
        if self.fixed is not None and (self.of, self.credit) != ("net_amount", "direct"):
            raise ValueError("fixed pay measures nothing: leave out of and credit")
        if self.of != "score":
            return
        if self.running is not None:
            raise ValueError("a score is one figure for its window: there is no running total")
        if self.credit != "direct":
            raise ValueError("a score is a participant's own: leave out credit")
        if units - {"share"}:
            raise ValueError("edges of a score are percentages: 80%")
        if {parse_curve_rate(tier.rate).unit for tier in self.tiers} - {"zero", "target"}:
            raise ValueError("a score is paid by the target: rates are written 1x")

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
    def pays_of_target(self) -> bool:
        """Whether the curve pays shares of a target incentive."""
        steps, points = self.steps or [], self.points or []
        pays = [*(step.pays for step in steps), *(point.pays for point in points)]
        rises = [step.per_point for step in steps if step.per_point]
        amounts = [parse_amount(text) for text in [*pays, *rises]]
        rates = [parse_curve_rate(tier.rate) for tier in self.tiers]
        return any(said.unit == "target" for said in [*amounts, *rates])

    @property
    def _edge_texts(self) -> list[str]:
        rows = [*self.tiers, *(self.steps or [])]
        edges = [row.from_ or row.above for row in rows]
        points = [point.at for point in self.points or []]
        texts = [*edges, *points, self.marginal_above, self.only_above]
        return [text for text in texts if text is not None]

    @property
    def money_texts(self) -> list[str]:
        """Every number of the component that may be money, apart from what recurs."""
        pays = [text for step in self.steps or [] for text in (step.pays, step.per_point)]
        points = [point.pays for point in self.points or []]
        edges = [text for multiplier in self.multiply or [] for text in multiplier.money_texts]
        texts = [*self._edge_texts, *pays, *points, *edges]
        return [text for text in texts if text is not None]

    @property
    def calls(self) -> list[Call]:
        """What gates and multipliers ask of other components, objectives and goals."""
        asked = [call for gate in self.gates or [] for call in calls_of(gate.needs)]
        return [*(multiplier.call for multiplier in self.multiply or []), *asked]

    @property
    def recurring_texts(self) -> list[str]:
        """Every amount of the component that is for each period."""
        gate_caps = [gate.else_cap for gate in self.gates or []]
        limits = [limit_text(self.cap), self.floor, *gate_caps]
        money = [text for text in limits if text and parse_limit(text).period]
        return [text for text in (*money, self.fixed, self.target) if text is not None]

"""One component of a plan: what is measured, over which window, and what it pays."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from .band_model import Band
from .condition_model import SaleConditionText
from .conditions import Call
from .credit_model import Differential, LevelsText, check_credit
from .curve_model import CURVES, Curve
from .factor_model import Gates, Multipliers
from .house_model import DeductionTexts, MeasureText, check_deducted, house_of
from .limit_model import CapTerm, FixedText, LimitText, Prorate, limit_text, parse_limit
from .order_model import OrderAmounts, PickingMeasure, check_order
from .period_kinds import WindowKind
from .plan_part import RateText, YearlyMoneyText, refuse_keys_to_come
from .quota_model import QuotaRule
from .returns_model import ReturnRule
from .shared_pay_model import Contest, Pool, check_shared_pay
from .state_condition import calls_of
from .term_model import Term, check_slices
from .units import parse_curve_rate

WITHOUT_CURVE = ("differential", "fixed", "pool", "contest")
"""What pays without being a curve of the running measure."""
_KEYS_TO_COME = {
    "grid", "clawback", "release",
}  # fmt: skip


class Component(Curve, OrderAmounts):
    """One line of a plan: what is measured, over which window, and what it pays."""

    title: str | None = None
    note: str | None = None
    of: MeasureText = "net_amount"
    payee: Literal["participant", "company"] = "participant"
    on: Literal["order", "invoice", "ship", "payment"] = "order"
    where: SaleConditionText | None = None
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    deduct: DeductionTexts | None = None
    window: Literal["order"] | WindowKind | None = None
    credit: Literal["direct", "rollup", "team", "territory"] = "direct"
    levels: LevelsText = "1"
    count_once: Literal["yes", "no"] = "yes"
    shares: Literal["100%", "overlay"] = "100%"
    share_out: Literal["credit", "pay"] = "credit"
    differential: Differential | None = None
    weight: RateText = "100%"
    target: YearlyMoneyText | None = None
    quota: QuotaRule | Literal["none"] | None = None
    by: PickingMeasure | None = None
    fixed: FixedText | None = None
    pool: Pool | None = None
    contest: Contest | None = None
    prorate: Prorate | None = None
    returns: ReturnRule = ReturnRule()
    terms: list[Term] | None = None
    bands: Annotated[list[Band], Field(min_length=1)] | None = None
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
        said = self.curves_said + [
            name for name in WITHOUT_CURVE if getattr(self, name) is not None
        ]
        if len(said) > 1 or not (said or self.terms):
            raise ValueError(
                f"say exactly one of {', '.join((*CURVES, *WITHOUT_CURVE))}; "
                f"found {', '.join(said) or 'none'}"
            )
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"to {self.to} is before from {self.from_}")
        for curve in self.curves:
            curve.check_measure(self.measured, self.by)
        if self.terms:
            check_slices(self)
        check_order(self)
        self._check_other_curves()
        self._check_fixed()
        if self.of == "score":
            self._check_score()
        self._check_limits()
        check_deducted(self)
        check_credit(self)
        check_shared_pay(self)
        self.returns.check_measure(self.measured)
        return self

    def _check_limits(self) -> None:
        cap, floor = limit_text(self.cap), self.floor
        if cap is None or floor is None:
            return
        upper, lower = parse_limit(cap), parse_limit(floor)
        if upper.period == lower.period and upper.value < lower.value:
            raise ValueError(f"cap {cap} is below floor {floor}")

    def _check_other_curves(self) -> None:
        if self.terms is not None and (self.bands is not None or self.fixed is not None):
            raise ValueError("terms do not go with bands or fixed; give them a component each")
        if self.bands is not None and (self.by is not None or self.window == "order"):
            raise ValueError("bands are of a whole window: they do not go with by or orders")

    def _check_fixed(self) -> None:
        if self.prorate is not None and self.fixed is None:
            raise ValueError("prorate says how fixed pay is prorated")
        if self.fixed is None:
            return
        if self.bands is not None:
            raise ValueError("fixed pay has no bands; say gates")
        if (self.of, self.credit, self.where) != ("net_amount", "direct", None):
            raise ValueError("fixed pay measures nothing: leave out of, where and credit")

    def _check_score(self) -> None:
        if self.where is not None or self.terms is not None:
            raise ValueError("a score has no sales: leave out where and terms")
        if any(curve.running is not None for curve in self.curves):
            raise ValueError("a score is one figure for its window: there is no running total")
        if self.credit != "direct":
            raise ValueError("a score is a participant's own: leave out credit")
        if any(edge.unit == "quota" for curve in self.curves for edge in curve.edges):
            raise ValueError("edges of a score are percentages: 80%")
        rates = {parse_curve_rate(tier.rate).unit for c in self.curves for tier in c.tiers}
        if rates - {"zero", "target"}:
            raise ValueError("a score is paid by the target: rates are written 1x")

    @property
    def measured(self) -> str:
        """What is measured of a sale, before something comes off."""
        return "net_amount" if house_of(self.of) else self.of

    @property
    def needs_quota(self) -> bool:
        """Whether a curve of it has an edge in % of quota, or pays by attainment."""
        return super().needs_quota or any(curve.needs_quota for curve in self.other_curves)

    @property
    def conditions(self) -> list[str]:
        """Every condition that is asked of a sale."""
        return [text for text in (self.where, *(term.where for term in self.terms or [])) if text]

    def accumulates_over(self, pay: str) -> str:
        """Give the kind of period that the component's windows are; orders lie in a pay period."""
        return pay if self.window in (None, "order") else str(self.window)

    @property
    def calls(self) -> list[Call]:
        """What bands, gates and multipliers ask of other components, objectives and goals."""
        asked = [call for text in self.state_conditions for call in calls_of(text)]
        return [*(multiplier.call for multiplier in self.multiply or []), *asked]

    @property
    def state_conditions(self) -> list[str]:
        """Every condition that is asked at the end of a period."""
        return [
            *(band.if_ for band in self.bands or []),
            *(gate.needs for gate in self.gates or []),
            *([self.pool.members] if self.pool and self.pool.members else []),
        ]

    @property
    def other_curves(self) -> list[Curve]:
        """The curves of terms or bands, which replace the component's own for some lines."""
        return [*(self.terms or []), *(self.bands or [])]

    @property
    def curves(self) -> list[Curve]:
        """The component's own curve, number 0, and the others by their numbers."""
        return [self, *self.other_curves]

    @property
    def uses_target(self) -> bool:
        """Whether a curve of the component pays shares of a target incentive."""
        return any(curve.pays_of_target for curve in self.curves)

    @property
    def money_texts(self) -> list[str]:
        """Every number of the component that may be money, apart from what recurs."""
        curves = [text for curve in self.other_curves for text in curve.money_texts]
        edges = [text for multiplier in self.multiply or [] for text in multiplier.money_texts]
        shared = [text for part in (self.pool, self.contest) if part for text in part.money_texts]
        quota = self.quota.money_texts if isinstance(self.quota, QuotaRule) else []
        return [
            *super().money_texts,
            *self.order_texts,
            *(self.deduct or []),
            *curves,
            *edges,
            *shared,
            *quota,
        ]

    @property
    def recurring_texts(self) -> list[str]:
        """Every amount of the component that is for each period."""
        gate_caps = [gate.else_cap for gate in self.gates or []]
        limits = [limit_text(self.cap), self.floor, *gate_caps]
        money = [text for text in limits if text and parse_limit(text).period]
        return [text for text in (*money, self.fixed, self.target) if text is not None]

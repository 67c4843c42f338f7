"""One component of a plan: what is measured, over which window, and what it pays."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from .band_model import Band
from .condition_model import SaleConditionText
from .conditions import Call
from .credit_model import Differential, LevelsText, check_credit
from .curve_model import CURVES, Curve
from .factor_model import Gates, Multipliers
from .grid_model import Cells, Grid, cells_by_call, check_cells
from .house_model import DeductionTexts, MeasureText, check_deducted, house_of
from .limit_model import CapTerm, FixedText, FloorText, Prorate, limit_text, parse_limit
from .order_model import OrderAmounts, PickedByText, check_order
from .period_kinds import WindowKind
from .plan_part import RateText, YearlyMoneyText, refuse_keys_to_come
from .quota_model import QuotaRule
from .returns_model import ReturnRule, check_returns
from .shared_pay_model import Contest, Pool, check_shared_pay
from .state_condition import calls_of
from .term_model import Term, check_slices
from .units import parse_curve_rate

WITHOUT_CURVE = ("grid", "differential", "fixed", "pool", "contest")
"""What pays without being one curve of the running measure."""
_KEYS_TO_COME = {
    "clawback", "release",
}  # fmt: skip


class Component(Curve, OrderAmounts):
    """One line of a plan: what is measured, over which window, and what it pays.

    Keys:
        title: Name that is printed; unless said the component's.
        note: Words that are printed on statements.
        of: What is measured, and what the rate multiplies. `score` is a result of the feed
            `objective_result`; `commission(team)` what those below earn in all other components;
            `net_amount - house` what the component `house` of the company leaves.
        deduct: What comes off the top of each order before it is measured, one after the other.
        payee: Who gets it; what the `company` keeps is shown, and paid to nobody.
        on: Which date of a sale counts; `payment` goes with `of: payments`.
        where: Only sales of which this condition holds count.
        from: First day that counts; unless said the plan's.
        to: Last day that counts; unless said the plan's.
        window: What accumulates before it starts again at zero; `order` is every order by itself.
            Unless said it is as paid.
        credit: Whom a sale counts for: `direct` its seller or those of the feed `credit_split`,
            `rollup` those above them, `team` everyone of the seller's team, `territory` everyone
            whose territory holds that of the sale.
        levels: Of `rollup`, how far up: 1 is the manager, at most 8.
        count_once: Of `rollup`, whether an order counts at most once for each person, by however
            many ways it reaches him.
        shares: Whether shares of a split must add up to 100%; `overlay` need not.
        share_out: `credit` gives each his share of the sale; `pay` pays the order once, and shares
            the money.
        differential: Pay by levels, instead of a curve.
        weight: Share of the target incentive. Weights of a plan's components add up to 100%.
        target: A target incentive of the component's own.
        quota: Which quota it is measured against, and how much of it counts; `none` is none.
        returns: At which rate a return takes back.
        by: Another measure than `of` that picks the rate.
        fixed: Pay without a measure, instead of a curve.
        pool: Money shared among several, instead of a curve.
        contest: A prize for whoever wins, instead of a curve.
        grid: Rates or amounts by two measures, instead of a curve.
        prorate: Of `fixed`, how a part of its period is paid: by days of the period (unless said),
            by 365 days a year, by months, or not at all.
        terms: Other curves for some sales or days; the first that holds wins.
        bands: Other curves for the whole window where a condition holds at its end; the first that
            holds wins.
        gates: What is paid less, or at most, where a condition does not hold; at most 4.
        multiply: Factors by what else has been reached; at most 4.
        cap: What the component pays at most.
        floor: What the component pays at least.
    """

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
    by: PickedByText | None = None
    grid: Grid | None = None
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
    floor: FloorText | None = None

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
        if self.cells is not None:
            check_cells(self, self.cells)
        else:
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
        check_returns(self)
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
        if self.grid is not None and (self.terms is not None or self.bands is not None):
            raise ValueError("a grid picks by both of its axes: leave terms and bands out")
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
        own = self.cells is None and super().needs_quota
        return own or any(curve.needs_quota for curve in self.other_curves)

    @property
    def conditions(self) -> list[str]:
        """Every condition that is asked of a sale."""
        of_cells = [pick.condition for pick in self.cells.of_sale] if self.cells else []
        said = [self.where, *(term.where for term in self.terms or []), *of_cells]
        return [text for text in said if text]

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
            *(pick.condition for pick in (self.cells.of_state if self.cells else [])),
            *(gate.needs for gate in self.gates or []),
            *([self.pool.members] if self.pool and self.pool.members else []),
        ]

    @cached_property
    def cells(self) -> Cells | None:
        """What a grid picks, or `by` of what is reached; none where the component has one curve."""
        if self.grid is not None:
            return self.grid.cells
        return cells_by_call(self, self.by) if self.by and self.by.endswith(")") else None

    @property
    def pays_for_window(self) -> bool:
        """Whether it pays one amount at the end of a window, by what is reached then."""
        return self.cells is not None and self.cells.are_pays and self.window != "order"

    @property
    def other_curves(self) -> list[Curve]:
        """The curves of terms, bands or cells, which replace the component's own."""
        if self.cells is not None:
            return list(self.cells.curves[1:])
        return [*(self.terms or []), *(self.bands or [])]

    @property
    def curves(self) -> list[Curve]:
        """The component's own curve, number 0, and the others by their numbers."""
        return [self.cells.curves[0] if self.cells else self, *self.other_curves]

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

"""One component of a plan: what is measured, over which window, and what it pays."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from .condition_model import SaleConditionText
from .curve_model import CURVES, Curve
from .measures import MeasureName
from .order_model import OrderAmounts, PickingMeasure, check_order
from .plan_part import PlanPart, RateText, refuse_keys_to_come
from .term_model import Term, check_slices

_KEYS_TO_COME = {
    "payee", "deduct", "share_out", "count_once", "grid",
    "differential", "fixed", "pool", "contest", "bands", "target", "gates", "multiply",
    "cap", "floor", "returns", "clawback", "release",
}  # fmt: skip


class QuotaRule(PlanPart):
    """Which rows of the feed `quota` the component is measured against."""

    type: str | None = None


class Component(Curve, OrderAmounts):
    """One line of a plan: what is measured, over which window, and what it pays."""

    title: str | None = None
    note: str | None = None
    of: MeasureName = "net_amount"
    on: Literal["order", "invoice", "ship", "payment"] = "order"
    where: SaleConditionText | None = None
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    window: Literal["order", "month", "quarter", "half", "year"] | None = None
    credit: Literal["direct", "rollup"] = "direct"
    shares: Literal["100%", "overlay"] = "100%"
    weight: RateText = "100%"
    quota: QuotaRule | None = None
    by: PickingMeasure | None = None
    terms: list[Term] | None = None

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
        if not self.curves_said and not self.terms:
            raise ValueError(f"say exactly one of {', '.join(CURVES)}; found none")
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"to {self.to} is before from {self.from_}")
        for curve in (self, *(self.terms or [])):
            curve.check_measure(self.of, self.by)
        if self.terms:
            check_slices(self)
        check_order(self)
        return self

    @property
    def conditions(self) -> list[str]:
        """Every condition that is asked of a sale."""
        return [text for text in (self.where, *(term.where for term in self.terms or [])) if text]

    def accumulates_over(self, pay: str) -> str:
        """Give the kind of period that the component's windows are; orders lie in a pay period."""
        return pay if self.window in (None, "order") else str(self.window)

    @property
    def money_texts(self) -> list[str]:
        """Every number of the component that may be money."""
        return [
            *super().money_texts,
            *self.order_texts,
            *(text for term in self.terms or [] for text in term.money_texts),
        ]

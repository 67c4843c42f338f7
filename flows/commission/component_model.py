"""One component of a plan: what is measured, over which window, and what it pays."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from .condition_model import SaleConditionText
from .credit_model import Differential, LevelsText, check_credit
from .curve_model import CURVES, Curve
from .plan_part import PlanPart, RateText, refuse_keys_to_come

WITHOUT_CURVE = ("differential",)
"""What pays without being a curve of the running measure."""
_KEYS_TO_COME = {
    "payee", "deduct", "by", "grid",
    "fixed", "pool", "contest", "bands", "terms", "max_per_order", "min_per_order",
    "fixed_per_order", "target", "gates", "multiply",
    "cap", "floor", "returns", "clawback", "release",
}  # fmt: skip


class QuotaRule(PlanPart):
    """Which rows of the feed `quota` the component is measured against."""

    type: str | None = None


class Component(Curve):
    """One line of a plan: what is measured, over which window, and what it pays."""

    title: str | None = None
    note: str | None = None
    of: Literal["net_amount", "margin", "payments"] = "net_amount"
    on: Literal["order", "invoice", "ship", "payment"] = "order"
    where: SaleConditionText | None = None
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    window: Literal["month", "quarter", "half", "year"] | None = None
    credit: Literal["direct", "rollup", "team", "territory"] = "direct"
    levels: LevelsText = "1"
    count_once: Literal["yes", "no"] = "yes"
    shares: Literal["100%", "overlay"] = "100%"
    share_out: Literal["credit", "pay"] = "credit"
    differential: Differential | None = None
    weight: RateText = "100%"
    quota: QuotaRule | None = None

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
        if len(said) != 1:
            raise ValueError(
                f"say exactly one of {', '.join((*CURVES, *WITHOUT_CURVE))}; "
                f"found {', '.join(said) or 'none'}"
            )
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"to {self.to} is before from {self.from_}")
        check_credit(self)
        return self

    @property
    def conditions(self) -> list[str]:
        """Every condition that is asked of a sale."""
        return [self.where] if self.where else []

    @property
    def money_texts(self) -> list[str]:
        """Every number of the component that may be money."""
        return self.curve_texts

"""One component of a plan: what is measured, over which window, and what it pays."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from .condition_model import SaleConditionText
from .curve_model import CURVES, Curve
from .measures import MeasureName
from .period_kinds import WindowKind
from .plan_part import RateText, refuse_keys_to_come
from .quota_model import QuotaRule
from .returns_model import ReturnRule
from .term_model import Term, check_slices

_KEYS_TO_COME = {
    "payee", "deduct", "share_out", "count_once", "by", "grid",
    "differential", "fixed", "pool", "contest", "bands", "max_per_order", "min_per_order",
    "fixed_per_order", "target", "gates", "multiply",
    "cap", "floor", "clawback", "release",
}  # fmt: skip


class Component(Curve):
    """One line of a plan: what is measured, over which window, and what it pays."""

    title: str | None = None
    note: str | None = None
    of: MeasureName = "net_amount"
    on: Literal["order", "invoice", "ship", "payment"] = "order"
    where: SaleConditionText | None = None
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    window: WindowKind | None = None
    credit: Literal["direct", "rollup"] = "direct"
    shares: Literal["100%", "overlay"] = "100%"
    weight: RateText = "100%"
    quota: QuotaRule | Literal["none"] | None = None
    returns: ReturnRule = ReturnRule()
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
            curve.check_measure(self.of)
        if self.terms:
            check_slices(self)
        self.returns.check_measure(self.of)
        return self

    @property
    def needs_quota(self) -> bool:
        """Whether a curve of it has an edge in % of quota, or pays by attainment."""
        return super().needs_quota or any(term.needs_quota for term in self.terms or [])

    @property
    def conditions(self) -> list[str]:
        """Every condition that is asked of a sale."""
        return [text for text in (self.where, *(term.where for term in self.terms or [])) if text]

    @property
    def money_texts(self) -> list[str]:
        """Every number of the component that may be money."""
        return [
            *super().money_texts,
            *(self.quota.money_texts if isinstance(self.quota, QuotaRule) else []),
            *(text for term in self.terms or [] for text in term.money_texts),
        ]

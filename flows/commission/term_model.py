"""Terms: other rates for some of the sales of a component, or for some days."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from .condition_model import SaleConditionText
from .curve_model import Curve
from .order_model import OrderAmounts

TERM_CURVES = ("rate", "marginal")
"""Curves of which each slice has a rate of its own, whoever sold the slices before it."""


class Term(Curve, OrderAmounts):
    """A rate or marginal rows for sales of which `where` and the dates hold.

    Keys:
        where: Condition on the sale and whoever has credit for it; unless said it holds for all.
        from: First day of the term; unless said the component's.
        to: Last day of the term; unless said the component's.
    """

    where: SaleConditionText | None = None
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None

    @model_validator(mode="after")
    def _term(self) -> Self:
        if not self.curves_said:
            raise ValueError("a term says rate or marginal")
        check_slices(self)
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"to {self.to} is before from {self.from_}")
        return self

    @property
    def money_texts(self) -> list[str]:
        """Every number of the term that may be money."""
        return [*super().money_texts, *self.order_texts]


def check_slices(curve: Curve) -> None:
    """Refuse a curve that re-rates what was sold before: terms may have paid it otherwise."""
    other = [name for name in curve.curves_said if name not in TERM_CURVES]
    if other or curve.only_above:
        raise ValueError(
            f"{(other or ['only_above'])[0]} does not go with terms; "
            "say rate or marginal, or give it a component of its own"
        )

"""What a component says of single orders, and what picks its rate: `by`, amounts per order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from ..wording import Refusal, did_you_mean
from .factor_model import parse_picking_call
from .measures import RATES
from .plan_part import PlanPart
from .units import parse_money

if TYPE_CHECKING:
    from .component_model import Component

PICKING_MEASURES = ("net_amount", "margin", "quantity", *RATES)


def _picked_by_text(text: str) -> str:
    if text in PICKING_MEASURES:
        return text
    if text.endswith(" before"):
        raise Refusal(
            f'"{text}": the total before the sale is said beside the curve',
            "say running with rate_at: before",
        )
    if text.endswith(")"):
        parse_picking_call(text)
        return text
    known = (*PICKING_MEASURES, "attainment(component)")
    raise Refusal(
        f'"{text}" is nothing that picks a rate',
        did_you_mean(text, PICKING_MEASURES) or f"known here: {', '.join(known)}",
    )


PickedByText = Annotated[str, AfterValidator(_picked_by_text)]
"""What picks the rate: a measure of what is sold, or what is reached: `attainment(revenue)`."""


def _order_money_text(text: str) -> str:
    parse_money(text)
    return text


def _positive_money_text(text: str) -> str:
    if parse_money(text).value < 0:
        raise ValueError("an amount per order of less than nothing is a fixed_per_order")
    return text


OrderMoneyText = Annotated[str, AfterValidator(_order_money_text), Field(examples=["-3 USD"])]
"""Money for each order, of either sign: a fee is negative."""
OrderLimitText = Annotated[str, AfterValidator(_positive_money_text), Field(examples=["8 USD"])]


class OrderAmounts(PlanPart):
    """What each order has beside its rate, in this order: a fixed amount, a minimum, a maximum.

    Keys:
        fixed_per_order: Money for each order beside its rate; a fee is negative.
        min_per_order: What each order pays at least.
        max_per_order: What each order pays at most.
    """

    fixed_per_order: OrderMoneyText | None = None
    min_per_order: OrderLimitText | None = None
    max_per_order: OrderLimitText | None = None

    @property
    def order_texts(self) -> list[str]:
        """Every amount per order that is said."""
        said = (self.fixed_per_order, self.min_per_order, self.max_per_order)
        return [text for text in said if text is not None]

    def or_of(self, component: OrderAmounts) -> OrderAmounts:
        """Give these amounts, and those of the component where this term says none."""
        return OrderAmounts(
            fixed_per_order=self.fixed_per_order or component.fixed_per_order,
            min_per_order=self.min_per_order or component.min_per_order,
            max_per_order=self.max_per_order or component.max_per_order,
        )

    @model_validator(mode="after")
    def _least_and_most(self) -> Self:
        least, most = self.min_per_order, self.max_per_order
        if least and most and parse_money(most).value < parse_money(least).value:
            raise ValueError(f"max_per_order {most} is below min_per_order {least}")
        return self


def check_order(component: Component) -> None:
    """Check what a component says of orders and of what picks its rate.

    Raises ValueError with what is wrong.
    """
    if component.window == "order":
        if component.running is not None:
            raise ValueError("an order by itself has no running total: say whole")
        if component.on == "payment":
            raise ValueError("money received is no order: window: order goes with sales")
    else:
        parts: list[OrderAmounts] = [component, *(component.terms or [])]
        for text in [text for part in parts for text in part.order_texts]:
            raise ValueError(f"{text} is for each order by itself: say window: order")
    if component.by is not None and component.cells is None:
        _check_by(component, component.by)


def _check_by(component: Component, by: str) -> None:
    if by == component.of:
        raise ValueError(f"by: {by} is what of says already: leave it out")
    if component.rate is not None:
        raise ValueError("by picks one of several rates, and rate is a single one")
    if component.points is not None or any(step.per_point for step in component.steps or []):
        raise ValueError("what rises from point to point rises with of: leave by out")
    if component.marginal is not None and by in RATES:
        raise ValueError(f"a {by} has no slices: say whole or running")
    for name in ("marginal_above", "only_above"):
        if getattr(component, name) is not None:
            raise ValueError(f"{name} is an edge of what of measures, and by picks by {by}")
    if component.measured not in ("net_amount", "margin"):
        raise ValueError("by goes with of: net_amount or margin")
    if component.terms:
        raise ValueError("terms have rates of their own, and by picks one of several: leave by out")

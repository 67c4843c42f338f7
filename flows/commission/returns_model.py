"""What a component says of sales that come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from .plan_part import PlanPart

if TYPE_CHECKING:
    from .component_model import Component

_WITH_THE_SALES_OWN = ("differential", "fixed", "pool", "contest")


class ReturnRule(PlanPart):
    """At which rate a return takes back, and whether it takes from the attainment too.

    `as_sold`: walks back inside the window of its sale, else at the sale's own rate and cents;
    `walk_back`: walks back wherever it falls; `current`: at the rate of the place it falls on;
    `rerate`: as if the part taken back had never been sold.

    Keys:
        rate: Which rate it takes back at.
        attainment: Whether it takes from the running measure too.
    """

    rate: Literal["as_sold", "walk_back", "current", "rerate"] = "as_sold"
    attainment: Literal["reduce", "keep"] = "reduce"

    @model_validator(mode="after")
    def _keeps_what_does_not_walk(self) -> ReturnRule:
        if self.attainment == "keep" and self.rate in ("walk_back", "rerate"):
            raise ValueError(
                f"returns: {self.rate} takes from the attainment; keep goes with as_sold or current"
            )
        return self


def check_returns(component: Component) -> None:
    """Refuse a rule that has no meaning for its component."""
    rule = component.returns
    if rule == ReturnRule():
        return
    is_money = component.of in ("net_amount", "margin")
    if not is_money and (rule.rate == "rerate" or rule.attainment == "keep"):
        raise ValueError(
            f"returns: rerate and keep go with net_amount or margin, not {component.of}"
        )
    own = next((name for name in _WITH_THE_SALES_OWN if getattr(component, name) is not None), None)
    if own or component.share_out == "pay":
        raise ValueError(f"returns: {own or 'shared pay'} takes back what the sale itself has paid")
    if component.window == "order" and rule != ReturnRule(rate="rerate"):
        raise ValueError("returns: an order by itself takes back its own pay, or is rerated")
    if component.by is not None and rule != ReturnRule(rate="walk_back"):
        raise ValueError("returns: with by, a return takes back as sold or walks back")

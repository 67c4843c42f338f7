"""What comes off a sale before it is measured: deductions, and what the company takes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Discriminator, Field, Tag

from ..wording import Refusal, did_you_mean
from .limit_model import limit_text, parse_limit
from .measures import MeasureName
from .period_kinds import in_calendar_of
from .returns_model import ReturnRule
from .units import Quantity, parse_curve_rate, parse_rate

if TYPE_CHECKING:
    from .component_model import Component
    from .plan_model import Plan

_PER_ORDER = " per order"
_REST = re.compile("^net_amount - ([a-z][a-z0-9_-]*)$")
DECIMALS = 6
"""Decimals of what is left after deductions, as an integer."""


@dataclass(frozen=True)
class Deductions:
    """What all deductions of a component leave of an order: `share` of it less `per_order`."""

    share: Fraction = Fraction(1)
    per_order: Fraction = Fraction(0)


def _deduction(text: str) -> Quantity:
    """Read `6%` or `25 USD per order`."""
    if text.endswith(_PER_ORDER):
        found = parse_curve_rate(text)
    else:
        found = Quantity(parse_rate(text), "share")
    if found.value < 0 or (found.unit == "share" and found.value > 1):
        raise ValueError(f'"{text}": a deduction is from 0% to 100%, or money of at least 0')
    return found


def _deduction_text(text: str) -> str:
    _deduction(text)
    return text


def _rest_text(text: str) -> str:
    if not _REST.match(text):
        raise ValueError(
            "what the company leaves of a sale is written net_amount - house, with the name of a "
            "component that has payee: company"
        )
    return text


DeductionTexts = Annotated[
    list[
        Annotated[str, AfterValidator(_deduction_text), Field(examples=["6%", "25 USD per order"])]
    ],
    Field(min_length=1),
]
MeasureText = Annotated[
    Annotated[MeasureName, Tag("measure")]
    | Annotated[
        str,
        AfterValidator(_rest_text),
        Field(json_schema_extra={"pattern": _REST.pattern}, examples=["net_amount - house"]),
        Tag("rest"),
    ],
    Discriminator(lambda said: "rest" if isinstance(said, str) and " - " in said else "measure"),
]
"""A measure, or a measure less the pay of a component of the company: `net_amount - house`."""


def house_of(measure: str) -> str | None:
    """Give the component whose pay a measure is less of."""
    found = _REST.match(measure)
    return found[1] if found else None


def deductions_of(component: Component) -> Deductions:
    """Take the deductions off one after the other, each from what those before have left."""
    left = Deductions()
    for text in component.deduct or []:
        deduction = _deduction(text)
        if deduction.unit == "share":
            kept = 1 - deduction.value
            left = Deductions(left.share * kept, left.per_order * kept)
        else:
            left = Deductions(left.share, left.per_order + deduction.value)
    return left


def is_deducted(component: Component) -> bool:
    """Whether a component measures something else than a whole sale."""
    return component.deduct is not None or house_of(component.of) is not None


def check_deducted(component: Component) -> None:
    """Check a component of which something comes off; raise ValueError with what is wrong."""
    if component.deduct is not None and component.measured != "net_amount":
        raise ValueError("deduct takes off the top of of: net_amount")
    if not is_deducted(component):
        return
    for name in ("by", "grid", "pool", "contest", "differential", "fixed"):
        if getattr(component, name) is not None:
            raise ValueError(f"deduct and net_amount - .. do not go with {name}")
    if component.share_out == "pay":
        raise ValueError("deduct and net_amount - .. do not go with share_out: pay")
    if house_of(component.of) is None:
        return
    if component.rate is None or component.terms or component.bands or component.only_above:
        raise ValueError(
            f"of: {component.of} goes with one rate; tiers are those of what the company takes"
        )
    if parse_curve_rate(component.rate).unit != "share":
        raise ValueError(f"of: {component.of} is paid in %")
    if component.returns != ReturnRule():
        raise ValueError(f"of: {component.of} gives back what the company does not: no returns")


def check_houses(plan: Plan) -> None:
    """Check what components are less of; raise Refusal with the place of what is wrong."""
    for name, component in plan.components.items():
        house = house_of(component.of)
        if house is None:
            continue
        place = ("components", name, "of")
        if house not in plan.components:
            raise Refusal(
                f"there is no component `{house}`", did_you_mean(house, plan.components), at=place
            )
        taking = plan.components[house]
        if taking.payee != "company":
            raise Refusal(
                f"`{house}` is paid to the participant",
                f"say payee: company in `{house}`",
                at=place,
            )
        if (taking.on, taking.credit) != (component.on, component.credit):
            raise Refusal(
                f"`{house}` counts other sales", "say the same on and credit in both", at=place
            )
        _check_house(plan, house, taking)


def _check_house(plan: Plan, name: str, house: Component) -> None:
    """Refuse what changes the pay of lines later: others are less of it line by line."""
    place = ("components", name)
    refused = (
        "terms", "bands", "by", "gates", "multiply", "floor", "running", "fixed", "pool", "contest",
        "differential",
    )  # fmt: skip
    for key in refused:
        if getattr(house, key):
            raise Refusal(
                f"{key}: others are less of its pay, which is known line by line", at=place
            )
    if house_of(house.of) is not None or house.measured != "net_amount":
        raise Refusal(f"of: {house.of}: others are less of its pay: say net_amount", at=place)
    if house.window == "order" or house.share_out == "pay":
        raise Refusal("others are less of its pay: it can't be calculated order by order", at=place)
    if house.returns != ReturnRule():
        raise Refusal("others are less of its pay: it has no returns of its own", at=place)
    cap = limit_text(house.cap)
    period = parse_limit(cap).period if cap else ""
    window = house.accumulates_over(plan.pay)
    if period and in_calendar_of(plan.pay, period) != window:
        raise Refusal(
            f"cap {cap} is not for its window, which is a {window}",
            f"say window: {in_calendar_of(plan.pay, period)}",
            at=place,
        )


def houses_of(plan: Plan) -> set[str]:
    """Give the components whose pay others are less of."""
    return {house for each in plan.components.values() if (house := house_of(each.of))}


def deducted_columns(component: Component, plan_key: str, money_scale: int) -> dict[str, object]:
    """Give what comes off as columns of `plan_component`.

    A sale of one unit of money at the money scale has `kept_parts` millionths left, an order
    `per_order_units` millionths less. Raises ValueError where they are not whole.
    """
    if not is_deducted(component):
        return {"payee": component.payee}
    left = deductions_of(component)
    parts = left.share * Fraction(10**DECIMALS, 10**money_scale)
    per_order = left.per_order * 10**DECIMALS
    for number in (parts, per_order):
        if number.denominator != 1:
            raise ValueError(
                f"deduct: {', '.join(component.deduct or [])} leave an amount of more than "
                f"{DECIMALS} decimals; say fewer decimals, or a smaller money_scale in niaga.yml"
            )
    house = house_of(component.of)
    return {
        "payee": component.payee,
        "house_key": f"{plan_key}/{house}" if house else None,
        "kept_parts": parts.numerator,
        "per_order_units": per_order.numerator,
    }

"""Caps, floors and fixed pay of a plan: money for each period, or shares of the target."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, field_validator

from .plan_part import PlanPart
from .units import parse_amount, parse_recurring

Prorate = Literal["days", "days/365", "months", "none"]


@dataclass(frozen=True)
class Limit:
    """A cap or floor: an amount in `currency` for each `period`, or a share of the target.

    A share of the target has no currency and no period of its own.
    """

    value: Fraction
    currency: str = ""
    period: str = ""


def parse_limit(text: str) -> Limit:
    """Read `5_000 USD per month` or `200% of target`."""
    if text.endswith("of target"):
        return Limit(parse_amount(text).value)
    money = parse_recurring(text)
    return Limit(money.value, money.currency, money.period)


def _floor_text(text: str) -> str:
    parse_limit(text)
    return text


def _limit_text(text: str) -> str:
    if parse_limit(text).value < 0:
        raise ValueError("a limit can't be negative")
    return text


def _fixed_text(text: str) -> str:
    if text.endswith(" per order"):
        raise ValueError("pay for each order is `of: orders` with `rate: 500 USD per order`")
    parse_recurring(text)
    return text


LimitText = Annotated[
    str,
    AfterValidator(_limit_text),
    Field(examples=["5_000 USD per month", "200% of target"]),
]
FloorText = Annotated[
    str,
    AfterValidator(_floor_text),
    Field(examples=["2_000 USD per month", "50% of target", "-500 USD per month"]),
]
"""A floor below zero is the most that what comes back takes from other pay."""
FixedText = Annotated[str, AfterValidator(_fixed_text), Field(examples=["7_000 USD per month"])]


class Cap(PlanPart):
    """A cap with what becomes of the excess.

    Keys:
        amount: The most that is paid.
        excess: What becomes of the rest; `carried` is not calculated yet.
    """

    amount: LimitText
    excess: Literal["lost", "carried"] = "lost"

    @field_validator("excess")
    @classmethod
    def _calculated(cls, excess: str) -> str:
        if excess == "carried":
            raise ValueError(
                "carried: part of the plan language, but not calculated yet; "
                "a plan that needs it can't be paid by this version"
            )
        return excess


CapTerm = Annotated[
    Annotated[LimitText, Tag("amount")] | Annotated[Cap, Tag("terms")],
    Discriminator(lambda said: "amount" if isinstance(said, str) else "terms"),
]
"""A cap as its amount alone, or with what becomes of the excess."""


def limit_text(cap: str | Cap | None) -> str | None:
    """Give the amount of a cap as the plan writes it."""
    return cap.amount if isinstance(cap, Cap) else cap

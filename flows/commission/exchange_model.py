"""How pay that a plan calculates in its currency becomes another currency's."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ..currencies import CURRENCIES
from .plan_part import PlanPart

_NUMBER = re.compile(r"^\d[\d_]*(?:\.\d{1,9})?$")
MARKET_RATES = ("day", "month_average", "month_end")


def parse_exchange_rate(text: str) -> Fraction:
    """Read a bare number above zero, of at most nine decimals."""
    if not _NUMBER.match(text) or Fraction(text.replace("_", "")) == 0:
        raise ValueError(f'"{text}" is no exchange rate; write for example 16_250 or 1.27151')
    return Fraction(text.replace("_", ""))


def _rate_text(text: str) -> str:
    if text not in MARKET_RATES:
        try:
            parse_exchange_rate(text)
        except ValueError as error:
            raise ValueError(f"{error}, or {', '.join(MARKET_RATES)}") from None
    return text


def _number_text(text: str) -> str:
    parse_exchange_rate(text)
    return text


def _currency(text: str) -> str:
    if text not in CURRENCIES:
        raise ValueError(f"no currency of ISO 4217 is called {text}")
    return text


NumberText = Annotated[str, AfterValidator(_number_text), Field(examples=["1.27151"])]


class ExchangeStep(PlanPart):
    """One step that a contract prescribes: times or divide, and perhaps round to so many digits.

    Keys:
        times: What is multiplied with.
        divide: What is divided by.
        round: Decimals to which the result is rounded; unless said it is carried on exactly.
    """

    times: NumberText | None = None
    divide: NumberText | None = None
    round: Annotated[int, Field(ge=0, le=9)] | None = None

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if (self.times is None) == (self.divide is None):
            raise ValueError("a step says either times or divide")
        return self

    @property
    def factor(self) -> Fraction:
        """What the step multiplies with."""
        if self.times is not None:
            return parse_exchange_rate(self.times)
        return 1 / parse_exchange_rate(str(self.divide))


ExchangeRateText = Annotated[
    str,
    AfterValidator(_rate_text),
    Field(examples=["16_250", "day", "month_average", "month_end"]),
]


class Exchange(PlanPart):
    """What pay is changed to, and at which rate: a number, the market's, or steps of a contract.

    Keys:
        to: ISO 4217 code of the currency that is paid.
        rate: Units of it for 1 of the plan's; a number, or what the feed `exchange_rate` says of
            the last day of the period (`day`), of its last month on average, or at that month's
            end.
        of: Whose period picks the rate: that in which it was earned, or in which it is posted.
        steps: The steps of a contract, one after the other, instead of a rate.
    """

    to: Annotated[str, AfterValidator(_currency), Field(examples=["IDR"])]
    rate: ExchangeRateText | None = None
    of: Literal["earning", "payment"] = "payment"
    steps: list[ExchangeStep] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.rate is None) == (self.steps is None):
            raise ValueError("say either rate or steps")
        return self

    @property
    def is_of_market(self) -> bool:
        """Whether the rate comes from the feed `exchange_rate`."""
        return self.rate in MARKET_RATES

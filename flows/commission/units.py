"""The numbers of a plan: every one has a unit and becomes an exact fraction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

NUMBER = r"-?\d[\d_]*(?:\.\d+)?"
_SHARE = re.compile(rf"^({NUMBER})%$")
_TIMES = re.compile(rf"^({NUMBER})x$")
_SHARE_OF = re.compile(rf"^({NUMBER})% of (quota|target)$")
_COUNT = re.compile(rf"^({NUMBER}) (unit|order|customer)s?$")
_MONEY = re.compile(rf"^({NUMBER}) ([A-Z]{{3}})$")
_MONEY_PER = re.compile(rf"^({NUMBER}) ([A-Z]{{3}}) per (unit|order|customer)$")
_RECURRING = re.compile(rf"^({NUMBER}) ([A-Z]{{3}}) per (week|month|quarter|half|year)$")
_CURRENCY = re.compile(r" ([A-Z]{3})\b")
RATE_DIGITS = 10
LARGEST = 2**63 - 1
"""The largest number of 64 bits."""


@dataclass(frozen=True)
class Quantity:
    """A number with its unit.

    Units: `zero`, `money` (in `currency`), `share`, `quota` and `target` (shares of those),
    `units`, `orders`, `customers`; of rates `per unit`, `per order` and `per customer` (money).
    """

    value: Fraction
    unit: str
    currency: str = ""

    @property
    def is_zero(self) -> bool:
        """Whether the number is zero, whatever its unit."""
        return self.value == 0


def fitting(number: int, what: str = "the number") -> int:
    """Give a number of 64 bits; raise ValueError, naming what it is, where it has more."""
    if abs(number) > LARGEST:
        raise ValueError(f"{what} is too large to be calculated exactly")
    return number


def whole(value: Fraction, text: str) -> int:
    """Give the whole smallest units of `text`; raise ValueError where it has parts of one."""
    if value.denominator != 1:
        raise ValueError(f"{text} has more decimals than can be paid or measured")
    return fitting(value.numerator, text)


def _number(text: str) -> Fraction:
    return Fraction(text.replace("_", ""))


def parse_rate(text: str) -> Fraction:
    """Read `5%` as an exact fraction of at most ten decimals; 0 needs no unit."""
    if text == "0":
        return Fraction(0)
    found = _SHARE.match(text)
    if not found:
        raise ValueError(f'"{text}" has no unit a rate can have; write for example 5%')
    return _exact_rate(text, _number(found[1]) / 100)


def parse_curve_rate(text: str) -> Quantity:
    """Read the rate of a curve: `5%` of the measure, `500 USD per order`, or `1.4x`.

    1.4x is 1.4 times the target for 100% of the quota.
    """
    if found := _TIMES.match(text):
        return Quantity(_exact_rate(text, _number(found[1])), "target")
    if found := _MONEY_PER.match(text):
        return Quantity(_exact_rate(text, _number(found[1])), f"per {found[3]}", found[2])
    rate = parse_rate(text)
    return Quantity(rate, "zero" if text == "0" else "share")


def _exact_rate(text: str, rate: Fraction) -> Fraction:
    if (rate * 10**RATE_DIGITS).denominator != 1:
        raise ValueError(f"{text} has more than {RATE_DIGITS} decimals as a fraction")
    return rate


def parse_amount(text: str) -> Quantity:
    """Read an edge or a payment: `0`, `200_000 USD`, `10 units`, `80% of quota`, `50% of target`.

    `80%` alone is a share of something else than a quota: of a price, or of a score.
    """
    if text == "0":
        return Quantity(Fraction(0), "zero")
    if found := _SHARE.match(text):
        return Quantity(_number(found[1]) / 100, "share")
    if found := _COUNT.match(text):
        return Quantity(_number(found[1]), f"{found[2]}s")
    if found := _MONEY.match(text):
        return Quantity(_number(found[1]), "money", found[2])
    if found := _SHARE_OF.match(text):
        return Quantity(_number(found[1]) / 100, found[2])
    raise ValueError(
        f'"{text}" has no unit; write for example 0, 200_000 USD, 10 units, 3 orders, '
        "80% of quota or 50% of target"
    )


def parse_money(text: str) -> Quantity:
    """Read money: `8 USD`, or 0."""
    amount = parse_amount(text)
    if amount.unit not in ("zero", "money"):
        raise ValueError(f'"{text}" is no money; write for example 8 USD')
    return amount


def currency_of(text: str) -> str:
    """Give the currency that an amount or a rate is in; "" where it is no money."""
    found = _CURRENCY.search(text)
    return found[1] if found else ""


@dataclass(frozen=True)
class Recurring:
    """Money in `currency` for each `period`: month, quarter, half or year."""

    value: Fraction
    currency: str
    period: str


def parse_recurring(text: str) -> Recurring:
    """Read money for each period: `5_000 USD per month`."""
    if found := _RECURRING.match(text):
        return Recurring(_number(found[1]), found[2], found[3])
    raise ValueError(
        f'"{text}" is no money for a period; write for example 5_000 USD per month '
        "(or week, quarter, half, year)"
    )


def parse_yearly_money(text: str) -> Recurring:
    """Read a target incentive: `20_000 USD per year`."""
    if _RECURRING.match(text) and text.endswith("per year"):
        return parse_recurring(text)
    raise ValueError(f'"{text}" is no yearly amount; write for example 20_000 USD per year')

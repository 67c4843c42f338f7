"""What a component says of its quota: which one, how it is divided, and for whom it is less."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from .limit_model import Prorate
from .period_kinds import MONTHS
from .plan_part import PlanPart, RateText
from .units import parse_amount, parse_rate

_PART = re.compile(r"^(Q|H|M)(\d{1,2})$")
_MONTHS_OF_PART = {"M": 1, "Q": 3, "H": 6}


def _take_text(text: str) -> str:
    if text.endswith("%"):
        if parse_rate(text) < 0:
            raise ValueError("a ramp can't take less than nothing")
        return text
    amount = parse_amount(text)
    if amount.unit not in ("zero", "money") or amount.value < 0:
        raise ValueError(f'"{text}": write a share of the quota like 50%, or money for a month')
    return text


TakeText = Annotated[str, AfterValidator(_take_text), Field(examples=["50%", "5_000 USD"])]


class RampStep(PlanPart):
    """From a month of tenure on, a part of a month's quota, or money.

    Keys:
        month: Month from which it holds, 1 being the calendar month of the start in the plan.
        take: Share of the month's quota, or what the quota is instead.
    """

    month: Annotated[int, Field(ge=1)]
    take: TakeText


class QuotaRule(PlanPart):
    """Which rows of the feed `quota` the component is measured against, and how.

    Keys:
        type: The `quota_type` of its rows; unless said the component's name.
        period: What a row of the feed is for, where that is longer than the window.
        spread: How the quota of a longer period is divided: `Q1` to `Q4`, `H1` and `H2` or `M1` to
            `M12` with their shares, which add up to 100%. Unless said evenly.
        prorate: What counts for who is on the plan for a part of the window: by days, by 365 days
            a year, by months of which at least half counts, or all of it.
        ramp: Less for who is new, by months of tenure.
        on_change: Of a quota that changes within its period: the newest row for all of it, both
            weighed by their days, or a window of its own for each.
    """

    type: str | None = None
    period: Literal["month", "quarter", "half", "year"] | None = None
    spread: dict[str, RateText] | None = None
    prorate: Prorate = "days"
    ramp: list[RampStep] | None = None
    on_change: Literal["rerate", "blend", "split"] = "rerate"

    @model_validator(mode="before")
    @classmethod
    def _spread_has_rows(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("spread") == {}:
            raise ValueError("spread: write the parts with their shares, like {Q1: 15%, ...}")
        return values

    @model_validator(mode="after")
    def _consistent(self) -> QuotaRule:
        if self.spread is not None:
            _check_spread(self.spread, self.period)
        if self.ramp is not None:
            _check_ramp(self.ramp)
        if self.on_change == "blend" and self.prorate not in ("days", "none"):
            raise ValueError("on_change: blend goes by days; write prorate: days or none")
        return self

    @property
    def spread_months(self) -> int | None:
        """How many months each part of the spread has."""
        return None if self.spread is None else _MONTHS_OF_PART[next(iter(self.spread))[0]]

    @property
    def shares(self) -> list[Fraction]:
        """The parts of the spread in their order."""
        return [parse_rate(share) for share in (self.spread or {}).values()]

    @property
    def months(self) -> int | None:
        """How many months a quota of the feed is for, where the rule says it."""
        if self.spread is not None:
            return len(self.spread) * (self.spread_months or 0)
        return None if self.period is None else MONTHS[self.period]

    @property
    def money_texts(self) -> list[str]:
        """Every number of the rule that may be money."""
        return [step.take for step in self.ramp or [] if not step.take.endswith("%")]


def _check_spread(spread: dict[str, str], period: str | None) -> None:
    found = [_PART.match(name) for name in spread]
    letters = {match[1] for match in found if match}
    if not all(found) or len(letters) != 1:
        raise ValueError("spread: the parts are Q1 to Q4, H1 and H2, or M1 to M12 of one kind")
    numbers = [int(match[2]) for match in found if match]
    if numbers != list(range(1, len(numbers) + 1)):
        raise ValueError("spread: name every part once, in order: Q1, Q2, Q3, Q4")
    months = len(numbers) * _MONTHS_OF_PART[letters.pop()]
    if months not in MONTHS.values() or (period and months != MONTHS[period]):
        raise ValueError(
            f"spread: its parts make {months} months; "
            + (f"the quota is for a {period}" if period else "a quarter, half or year is wanted")
        )
    total = sum((parse_rate(share) for share in spread.values()), Fraction(0))
    if total != 1:
        raise ValueError(f"spread: the parts add to {float(total * 100):g}%, not 100%")


def _check_ramp(ramp: list[RampStep]) -> None:
    if not ramp:
        raise ValueError("ramp: a ramp needs at least one row")
    if ramp[0].month != 1:
        raise ValueError("ramp: the first row begins with month 1")
    for lower, upper in pairwise(ramp):
        if upper.month <= lower.month:
            raise ValueError("ramp: months ascend from row to row")


def check_quota_rule(
    rule: QuotaRule | Literal["none"] | None, window: str, *, needs_quota: bool
) -> None:
    """Refuse a rule that the window of its component has no meaning for."""
    if rule == "none":
        if needs_quota:
            raise ValueError("quota: none, but the curve is in % of quota or x")
        return
    rule = rule or QuotaRule()
    months = MONTHS.get(window)
    if months is None:
        if rule.spread or rule.ramp or rule.period:
            raise ValueError(
                f"quota: spread, ramp and period need a window of months, not of kind {window}"
            )
        if rule.prorate in ("days/365", "months"):
            raise ValueError(f"quota: prorate: {rule.prorate} has no meaning for a {window} window")
        return
    if rule.months is not None and rule.months < months:
        raise ValueError(
            f"quota: period: a quota for {rule.months} months is less than the window's {months}"
        )

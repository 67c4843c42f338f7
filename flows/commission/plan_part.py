"""The parts that every piece of a plan is made of: checked texts, and a strict base."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from .units import parse_amount, parse_curve_rate, parse_rate, parse_yearly_money

_IDENTIFIER = re.compile(r"^[a-z][a-z0-9_-]*$")


def _identifier(text: str) -> str:
    if not _IDENTIFIER.match(text):
        raise ValueError("use lower-case letters, digits, - and _, beginning with a letter")
    return text


def _rate_text(text: str) -> str:
    parse_rate(text)
    return text


def _curve_rate_text(text: str) -> str:
    parse_curve_rate(text)
    return text


def _edge_text(text: str) -> str:
    amount = parse_amount(text)
    if amount.unit == "target":
        raise ValueError("an edge is 0, money, units, orders, customers or a % of quota")
    if amount.value < 0:
        raise ValueError("an edge can't be negative")
    return text


def _pay_text(text: str) -> str:
    if parse_amount(text).unit not in ("zero", "money", "target"):
        raise ValueError("a payment is 0, money or a % of target")
    return text


def _target_text(text: str) -> str:
    if text != "from participant":
        parse_yearly_money(text)
    return text


Identifier = Annotated[str, AfterValidator(_identifier)]
RateText = Annotated[str, AfterValidator(_rate_text)]
CurveRateText = Annotated[str, AfterValidator(_curve_rate_text)]
EdgeText = Annotated[str, AfterValidator(_edge_text)]
PayText = Annotated[str, AfterValidator(_pay_text)]
TargetText = Annotated[str, AfterValidator(_target_text)]


class PlanPart(BaseModel):
    """Base of all parts: unknown keys are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def refuse_keys_to_come(values: Any, keys: set[str]) -> Any:
    """Refuse keys that are not calculated yet: a term only read would pay wrongly."""
    if isinstance(values, dict) and (found := sorted(keys & set(values))):
        raise ValueError(
            f"{', '.join(found)}: part of the plan language, but not calculated yet; "
            "a plan that needs it can't be paid by this version"
        )
    return values

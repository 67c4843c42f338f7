"""Compiles the exchange of a plan into steps of exact integers.

A step turns an integer of minor units (or finer) into the next: round(value * numerator /
denominator), half away from zero. What is not rounded between belongs to one step. The step of a
market rate has what its rate still has to be multiplied with.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ..currencies import currency_digits
from .exchange_model import parse_exchange_rate

if TYPE_CHECKING:
    from .exchange_model import Exchange
    from .plan_model import Plan

_TEXT, _INTEGER = pa.string(), pa.int64()
SCHEMAS: dict[str, pa.Schema] = {
    "plan_exchange": pa.schema(
        [
            ("plan_id", _TEXT), ("plan_version", _INTEGER), ("to_currency", _TEXT),
            ("to_digits", _INTEGER), ("rate_kind", _TEXT), ("rate_of", _TEXT), ("steps", _INTEGER),
        ]
    ),
    "plan_exchange_step": pa.schema(
        [
            ("plan_id", _TEXT), ("plan_version", _INTEGER), ("step_number", _INTEGER),
            ("numerator", _INTEGER), ("denominator", _INTEGER),
        ]
    ),
}  # fmt: skip


def exchange_rows(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of both tables for a plan; none where it pays in its own currency."""
    if plan.exchange is None:
        return {name: [] for name in SCHEMAS}
    key = {"plan_id": plan.plan, "plan_version": plan.version}
    steps = _steps(plan.exchange, currency_digits(plan.currency))
    exchange = {
        **key,
        "to_currency": plan.exchange.to,
        "to_digits": currency_digits(plan.exchange.to),
        "rate_kind": plan.exchange.rate if plan.exchange.is_of_market else "fixed",
        "rate_of": plan.exchange.of,
        "steps": len(steps),
    }
    return {
        "plan_exchange": [exchange],
        "plan_exchange_step": [
            {
                **key,
                "step_number": number,
                "numerator": step.numerator,
                "denominator": step.denominator,
            }
            for number, step in enumerate(steps, start=1)
        ],
    }


def _steps(exchange: Exchange, digits: int) -> list[Fraction]:
    """Multiply what is not rounded between; the last rounding is that of the currency itself."""
    to_digits = currency_digits(exchange.to)
    if exchange.is_of_market:
        return [Fraction(10**to_digits, 10**digits)]
    if exchange.steps is None:
        rate = parse_exchange_rate(str(exchange.rate))
        return [rate * Fraction(10**to_digits, 10**digits)]
    steps: list[Fraction] = []
    factor = Fraction(1)
    for step in exchange.steps:
        factor *= step.factor
        if step.round is not None:
            steps.append(factor * Fraction(10**step.round, 10**digits))
            factor, digits = Fraction(1), step.round
    if factor != 1 or digits != to_digits:
        steps.append(factor * Fraction(10**to_digits, 10**digits))
    return steps

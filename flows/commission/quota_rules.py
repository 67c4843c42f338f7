"""Compiles what the components say of their quotas into rows.

Tables: `plan_quota_rule` (one row a component), `plan_quota_share` (the shares of a spread) and
`plan_ramp` (which part of a month's quota each month of tenure has).
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

import pyarrow as pa

from .component_model import Component
from .period_kinds import MONTHS, kind_of_months
from .quota_model import QuotaRule, RampStep
from .units import parse_amount, parse_rate

_TEXT, _INTEGER = pa.string(), pa.int64()
LAST_MONTH = 1_000_000
SCHEMAS: dict[str, pa.Schema] = {
    "plan_quota_rule": pa.schema(
        [
            ("component_key", _TEXT), ("quota_type", _TEXT), ("quota_kind", _TEXT),
            ("part_kind", _TEXT), ("prorate", _TEXT), ("on_change", _TEXT),
            ("months_of_part", _INTEGER), ("months_of_window", _INTEGER),
        ]
    ),
    "plan_quota_share": pa.schema(
        [
            ("component_key", _TEXT), ("part_number", _INTEGER), ("parts", _INTEGER),
            ("share_numerator", _INTEGER), ("share_denominator", _INTEGER),
        ]
    ),
    "plan_ramp": pa.schema(
        [
            ("component_key", _TEXT), ("from_month", _INTEGER), ("to_month", _INTEGER),
            ("take_numerator", _INTEGER), ("take_denominator", _INTEGER), ("take_units", _INTEGER),
        ]
    ),
}  # fmt: skip


def rule_of(component: Component) -> QuotaRule:
    """Give what the component says of its quota, or what holds where it says nothing."""
    return component.quota if isinstance(component.quota, QuotaRule) else QuotaRule()


def quota_rows(
    key: str, name: str, component: Component, window: str, money_scale: int
) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of one component by table; an amount at the scale `money_scale`."""
    rule = rule_of(component)
    quota_type = None if component.quota == "none" else rule.type or name
    return {
        "plan_quota_rule": [rule_row(key, quota_type, rule, window)],
        "plan_quota_share": _share_rows(key, rule, _months_of_part(rule, window) or 0),
        "plan_ramp": _ramp_rows(key, rule.ramp or [], money_scale),
    }


def rule_row(key: str, quota_type: str | None, rule: QuotaRule, window: str) -> dict[str, Any]:
    """Give the row of `plan_quota_rule`; without a type there is no quota, but a target."""
    part_months = _months_of_part(rule, window)
    return {
        "component_key": key,
        "quota_type": quota_type,
        "quota_kind": kind_of_months(rule.months, window) if rule.months else None,
        "part_kind": kind_of_months(part_months, window) if part_months else window,
        "prorate": rule.prorate,
        "on_change": rule.on_change,
        "months_of_part": part_months,
        "months_of_window": MONTHS.get(window),
    }


def _months_of_part(rule: QuotaRule, window: str) -> int | None:
    months = MONTHS.get(window)
    if months is None:
        return None
    return min(each for each in (months, rule.spread_months, 1 if rule.ramp else None) if each)


def _share_rows(key: str, rule: QuotaRule, part_months: int) -> list[dict[str, Any]]:
    if rule.spread is None:
        return []
    times = (rule.spread_months or 0) // part_months
    shares = [share / times for share in rule.shares for _ in range(times)]
    denominator = lcm(*(share.denominator for share in shares))
    return [
        {
            "component_key": key,
            "part_number": number,
            "parts": len(shares),
            "share_numerator": (share * denominator).numerator,
            "share_denominator": denominator,
        }
        for number, share in enumerate(shares, start=1)
    ]


def _ramp_rows(key: str, ramp: list[RampStep], money_scale: int) -> list[dict[str, Any]]:
    rows = []
    for number, step in enumerate(ramp):
        is_share = step.take.endswith("%")
        take = parse_rate(step.take) if is_share else Fraction(0)
        units = None if is_share else parse_amount(step.take).value * 10**money_scale
        if units is not None and units.denominator != 1:
            raise ValueError(f"quota: {step.take} has more decimals than money_scale in niaga.yml")
        rows.append(
            {
                "component_key": key,
                "from_month": step.month,
                "to_month": ramp[number + 1].month - 1 if ramp[number + 1 :] else LAST_MONTH,
                "take_numerator": take.numerator,
                "take_denominator": take.denominator,
                "take_units": None if units is None else units.numerator,
            }
        )
    return rows

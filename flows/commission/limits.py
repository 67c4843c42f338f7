"""Compiles what stands between the lines of a window and its result: limits, factors, fixed pay.

Tables: `plan_band`, `plan_gate`, `plan_condition`, `plan_multiplier`, `plan_limit`, `plan_fixed`
(columns: `SCHEMAS`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from .curves import Scale, re_rates_at_edges, share_of_target, walk_of
from .grid_model import walk_of_cells
from .limit_model import Limit, limit_text, parse_limit
from .period_kinds import MONTHS, in_calendar_of, length_of
from .state_condition import CONDITION_SCHEMA, condition_rows, decimals_of
from .units import fitting, parse_rate, parse_recurring, whole

if TYPE_CHECKING:
    from .component_model import Component
    from .factor_model import Gate
    from .plan_model import Plan

_TEXT, _INTEGER, _FLAG = pa.string(), pa.int64(), pa.bool_()
SCHEMAS: dict[str, pa.Schema] = {
    "plan_limit": pa.schema(
        [
            ("component_key", _TEXT), ("limit_kind", _TEXT), ("period_kind", _TEXT),
            ("amount_numerator", _INTEGER), ("target_numerator", _INTEGER),
            ("denominator", _INTEGER),
        ]
    ),
    "plan_fixed": pa.schema(
        [
            ("component_key", _TEXT), ("amount_minor", _INTEGER), ("period_kind", _TEXT),
            ("piece_kind", _TEXT), ("period_months", _INTEGER), ("piece_months", _INTEGER),
            ("prorate", _TEXT),
        ]
    ),
    "plan_multiplier": pa.schema(
        [
            ("component_key", _TEXT), ("ordinal", _INTEGER), ("call", _TEXT),
            ("argument", _TEXT), ("row_number", _INTEGER), ("edge_numerator", _INTEGER),
            ("edge_denominator", _INTEGER), ("is_above", _FLAG), ("factor_numerator", _INTEGER),
            ("factor_denominator", _INTEGER),
        ]
    ),
    "plan_gate": pa.schema(
        [
            ("component_key", _TEXT), ("ordinal", _INTEGER), ("condition_id", _TEXT),
            ("factor_numerator", _INTEGER), ("factor_denominator", _INTEGER),
            ("amount_numerator", _INTEGER), ("target_numerator", _INTEGER),
            ("denominator", _INTEGER),
        ]
    ),
    "plan_band": pa.schema(
        [
            ("component_key", _TEXT), ("axis_number", _INTEGER), ("curve_number", _INTEGER),
            ("condition_id", _TEXT), ("walk", _TEXT), ("re_rates_at_edges", _FLAG),
            ("is_of_cells", _FLAG),
        ]
    ),
    "plan_condition": CONDITION_SCHEMA,
}  # fmt: skip
Rows = dict[str, list[dict[str, Any]]]


def rows_of(component: Component, key: str, plan: Plan, scale: Scale) -> Rows:
    """Give the rows of a component; raise ValueError where its numbers can't be exact."""
    window = component.accumulates_over(plan.pay)
    limits = (("cap", limit_text(component.cap)), ("floor", component.floor))
    share = share_of_target(component.weight, window)
    rows: Rows = {
        "plan_limit": [
            limit_row(key, kind, limit_of(plan, text), window, (Fraction(0), share), scale)
            for kind, text in limits
            if text is not None
        ],
        "plan_fixed": [],
        "plan_multiplier": _multiplier_rows(component, key, scale),
        "plan_band": [],
        "plan_gate": [],
        "plan_condition": [],
    }
    for axis, number, condition, common in _picked_at_end(component, plan):
        condition_id = f"{key}/bands/{axis}/{number}"
        rows["plan_condition"] += condition_rows(condition, key, condition_id, scale.money)
        of_band = {"axis_number": axis, "curve_number": number, "condition_id": condition_id}
        rows["plan_band"].append({"component_key": key} | of_band | common)
    for ordinal, gate in enumerate(component.gates or [], start=1):
        condition_id = f"{key}/gates/{ordinal}"
        rows["plan_condition"] += condition_rows(gate.needs, key, condition_id, scale.money)
        rows["plan_gate"].append(
            {"component_key": key, "ordinal": ordinal, "condition_id": condition_id}
            | _otherwise(gate, share, scale)
        )
    if component.fixed is not None:
        money = parse_recurring(component.fixed)
        period = in_calendar_of(plan.pay, money.period)
        is_by_day = component.prorate in (None, "days", "none")
        if plan.pay == "week" and not (period == "week" and is_by_day):
            raise ValueError("paid by the week, fixed pay is per week, prorated by days or none")
        piece = min(period, plan.pay, key=length_of)
        if component.prorate == "months":
            piece = in_calendar_of(plan.pay, "month")
        rows["plan_fixed"].append(
            {
                "component_key": key,
                "amount_minor": whole(money.value * 10**scale.pay, component.fixed),
                "period_kind": period,
                "piece_kind": piece,
                "period_months": MONTHS.get(period, 1),
                "piece_months": MONTHS.get(piece, 1),
                "prorate": component.prorate or "days",
            }
        )
    return rows


def _picked_at_end(
    component: Component, plan: Plan
) -> Iterator[tuple[int, int, str, dict[str, Any]]]:
    """Give bands and the axes of cells: axis, number of the curve, condition, and how it walks."""
    for number, band in enumerate(component.bands or [], start=1):
        walk = "exact" if plan.rounding.scope == "line" else walk_of(band)
        re_rates = re_rates_at_edges(band)
        common = {"walk": walk, "re_rates_at_edges": re_rates, "is_of_cells": False}
        yield 1, number, band.if_, common
    if component.cells is not None:
        walk = walk_of_cells(component.cells, component.window, plan.rounding.scope)
        common = {"walk": walk, "re_rates_at_edges": False, "is_of_cells": True}
        for pick in component.cells.of_state:
            yield pick.axis, pick.number, pick.condition, common


def limit_of(plan: Plan, text: str) -> Limit:
    """Read a limit whose period is one of the plan's calendar."""
    limit = parse_limit(text)
    return replace(limit, period=in_calendar_of(plan.pay, limit.period))


def _otherwise(gate: Gate, share: Fraction, scale: Scale) -> dict[str, Any]:
    if gate.else_cap is not None:
        return _limited(parse_limit(gate.else_cap), (Fraction(0), share), scale)
    factor = parse_rate(gate.else_ or "0")
    return {"factor_numerator": factor.numerator, "factor_denominator": factor.denominator}


def limit_row(
    key: str,
    kind: str,
    limit: Limit,
    window: str,
    target: tuple[Fraction, Fraction],
    scale: Scale,
) -> dict[str, Any]:
    """Give the row of a cap or floor; `target` is what its share is of, see `_limited`."""
    period = limit.period or window
    row = {"component_key": key, "limit_kind": kind, "period_kind": period}
    return row | _limited(limit, target, scale)


def _limited(limit: Limit, target: tuple[Fraction, Fraction], scale: Scale) -> dict[str, Any]:
    """Give a limit in minor units: (amount + target * T) / denominator, T the yearly target.

    `target` is what the limit's share is of: minor units, and a share of T.
    """
    amount, share = limit.value * 10**scale.pay, Fraction(0)
    if not limit.period:
        amount = limit.value * target[0]
        share = limit.value * target[1] * scale.money_to_pay
    denominator = lcm(amount.denominator, share.denominator)
    return {
        "amount_numerator": fitting(int(amount * denominator)),
        "target_numerator": fitting(int(share * denominator)),
        "denominator": denominator,
    }


def _multiplier_rows(component: Component, key: str, scale: Scale) -> list[dict[str, Any]]:
    rows = []
    for ordinal, multiplier in enumerate(component.multiply or [], start=1):
        call = multiplier.call
        common = {
            "component_key": key,
            "ordinal": ordinal,
            "call": call.function,
            "argument": call.argument,
        }
        if multiplier.rows is None:
            rows.append(common | {"row_number": 0})
        for number, row in enumerate(multiplier.rows or [], start=1):
            edge = row.edge.value * 10 ** decimals_of(row.edge.unit, scale.money)
            rows.append(
                common
                | {
                    "row_number": number,
                    "edge_numerator": fitting(edge.numerator),
                    "edge_denominator": edge.denominator,
                    "is_above": row.above is not None,
                    "factor_numerator": row.factor.numerator,
                    "factor_denominator": row.factor.denominator,
                }
            )
    return rows

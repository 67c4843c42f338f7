"""Writes the plans of a workspace as small Parquet tables, which the dbt project reads as sources.

Their columns are in `SCHEMAS`; those of quotas in `quota_rules`; `fiscal_period` has the periods of
the company's fiscal year. Ids are made of plan, version and component, so they stay the same from
run to run.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import ConfigurationError, Fault
from ..fiscal_year import fiscal_periods
from . import limits, quota_rules, shared_pay_model
from .component_model import Component
from .credit_model import (
    CREDIT_SCHEMA,
    LEVEL_SCHEMA,
    TEAM_COMMISSION,
    credit_rows,
    level_rows,
    own_walk_of,
)
from .curves import (
    COEFFICIENTS,
    SHARE_OF_YEAR,
    Line,
    Scale,
    denominator_of,
    is_narrow,
    lines_of,
    needs_quota,
    needs_target,
    order_walk_of,
    re_rates_at_edges,
    share_of_target,
    walk_of,
)
from .eligibility import WHO_SCHEMA, who_rows
from .exchange import SCHEMAS as EXCHANGE_SCHEMAS
from .exchange import exchange_rows
from .filters import FILTER_SCHEMA, Filters, asks_margin
from .grid_model import walk_of_cells
from .house_model import DECIMALS, deducted_columns, houses_of, is_deducted
from .measures import MEASURES
from .order_amounts import ORDER_AMOUNT_SCHEMA, order_amount_rows
from .plan_cap import plan_cap_rows
from .plans import PlanFile, load_plans
from .rounding_model import Rounding
from .score import against_quota
from .units import LARGEST, parse_yearly_money

if TYPE_CHECKING:
    from pathlib import Path

    from ..workspace import Workspace

_TEXT, _INTEGER, _DATE, _FLAG = pa.string(), pa.int64(), pa.date32(), pa.bool_()
_EVENT_OF = {"order": "order", "invoice": "invoice", "ship": "shipment", "payment": "payment"}
SCHEMAS: dict[str, pa.Schema] = {
    "plan_version": pa.schema(
        [
            ("plan_id", _TEXT), ("plan_version", _INTEGER), ("title", _TEXT), ("valid_from", _DATE),
            ("valid_to", _DATE), ("currency", _TEXT), ("digits", _INTEGER), ("pay_period", _TEXT),
            ("target_units", _INTEGER), ("is_approved", _FLAG), ("text_hash", _TEXT),
        ]
    ),
    "plan_component": pa.schema(
        [
            ("component_key", _TEXT), ("plan_id", _TEXT), ("plan_version", _INTEGER),
            ("component_id", _TEXT), ("ordinal", _INTEGER), ("title", _TEXT), ("measure", _TEXT),
            ("event_kind", _TEXT), ("window_kind", _TEXT),
            ("valid_from", _DATE), ("valid_to", _DATE), ("filter_number", _INTEGER),
            ("asks_margin", _FLAG), ("needs_full_split", _FLAG), ("shares_out_pay", _FLAG),
            ("walk", _TEXT), ("picked_by", _TEXT), ("re_rates_at_edges", _FLAG),
            ("needs_quota", _FLAG), ("needs_target", _FLAG), ("is_narrow", _FLAG),
            ("rounds_to_even", _FLAG), ("rounds_each_line", _FLAG), ("rounding_unit", _INTEGER),
            ("component_target_units", _INTEGER),
            ("target_numerator", _INTEGER), ("target_denominator", _INTEGER),
            ("returns_rate", _TEXT), ("returns_keep_attainment", _FLAG),
            ("payee", _TEXT), ("house_key", _TEXT), ("kept_parts", _INTEGER),
            ("per_order_units", _INTEGER),
        ]
    ),
    "plan_segment": pa.schema(
        [
            ("component_key", _TEXT), ("curve_number", _INTEGER), ("segment_number", _INTEGER),
            ("segment_id", _TEXT),
            ("edge_unit", _TEXT), ("edge_numerator", _INTEGER), ("edge_denominator", _INTEGER),
            ("is_above", _FLAG), ("rate", pa.decimal128(18, 9)),
            *((f"{name}_numerator", _INTEGER) for name in COEFFICIENTS),
            ("denominator", _INTEGER),
        ]
    ),
    "plan_credit": CREDIT_SCHEMA,
    "plan_level": LEVEL_SCHEMA,
    **quota_rules.SCHEMAS,
    "fiscal_period": pa.schema(
        [
            ("period_kind", _TEXT), ("period", _TEXT), ("period_start", _DATE),
            ("period_end", _DATE),
        ]
    ),
    "plan_who": WHO_SCHEMA,
    "plan_filter": FILTER_SCHEMA,
    "plan_order_amount": ORDER_AMOUNT_SCHEMA,
    "plan_term": pa.schema(
        [
            ("component_key", _TEXT), ("axis_number", _INTEGER), ("term_number", _INTEGER),
            ("filter_number", _INTEGER),
            ("valid_from", _DATE), ("valid_to", _DATE),
        ]
    ),
    **limits.SCHEMAS,
    **shared_pay_model.SCHEMAS,
    **EXCHANGE_SCHEMAS,
}  # fmt: skip
_LARGEST_RATE_SHOWN = 10**9
OWN_CURVE = 0
"""The number of the curve that the component says itself; others replace it."""


def compile_plans(workspace: Workspace) -> dict[str, pa.Table]:
    """Give the compiled tables of all plans of the workspace.

    Raises ConfigurationError where a plan is wrong, or its numbers are too large to be exact.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    money = workspace.settings.money_scale
    scale = Scale(money, money, workspace.currency_digits)
    filters = Filters(workspace.settings.money_scale)
    for file in load_plans(workspace):
        rows["plan_version"].append(_version_row(file, scale))
        rows["plan_who"] += who_rows(file)
        for table, added in exchange_rows(file.plan).items():
            rows[table] += added
        for ordinal, (name, component) in enumerate(file.plan.components.items(), start=1):
            try:
                component_row, segment_rows = _component_rows(
                    file, ordinal, name, component, scale, filters
                )
                key = component_row["component_key"]
                rows["plan_term"] += _term_rows(component_row, component, filters)
                added_rows = [
                    limits.rows_of(component, key, file.plan, scale),
                    shared_pay_model.rows_of(component, key, scale),
                    _quota_rows(component_row, component, scale),
                    {"plan_order_amount": order_amount_rows(key, component, scale.pay)},
                ]
            except ValueError as error:
                raise ConfigurationError(
                    [Fault(file.path, None, f"components.{name}", str(error))]
                ) from error
            rows["plan_component"].append(component_row)
            rows["plan_segment"] += segment_rows
            rows["plan_credit"] += credit_rows(key, component)
            rows["plan_level"] += level_rows(key, component)
            for table, added in (pair for each in added_rows for pair in each.items()):
                rows[table] += added
        for table, added in plan_cap_rows(file, scale).items():
            rows[table] += added
    rows["fiscal_period"] = fiscal_periods(workspace.settings.fiscal_year)
    rows["plan_filter"] = filters.rows
    return {
        name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in SCHEMAS.items()
    }


def write_plans(tables: dict[str, pa.Table], folder: Path) -> None:
    """Write compiled tables as `folder/<table>.parquet`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")


def _version_row(file: PlanFile, scale: Scale) -> dict[str, Any]:
    plan = file.plan
    target = None
    if plan.target != "from participant":
        try:
            target = _target_units(plan.target, scale)
        except ValueError as error:
            raise ConfigurationError([Fault(file.path, None, "target", str(error))]) from error
    return {
        "plan_id": plan.plan,
        "plan_version": plan.version,
        "title": plan.title or plan.plan,
        "valid_from": plan.from_,
        "valid_to": file.valid_to,
        "currency": plan.currency,
        "digits": scale.pay,
        "pay_period": plan.pay,
        "target_units": target,
        "is_approved": plan.approved is not None,
        "text_hash": file.text_hash,
    }


def _target_units(text: str, scale: Scale) -> int:
    exact = parse_yearly_money(text).value * 10**scale.money
    if exact.denominator != 1:
        raise ValueError("more decimals than the workspace's money_scale")
    return int(exact.numerator)


def _component_rows(
    file: PlanFile, ordinal: int, name: str, component: Component, scale: Scale, filters: Filters
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    window = component.accumulates_over(file.plan.pay)
    plan_key = f"{file.plan.plan}/{file.plan.version}"
    key = f"{plan_key}/{name}"
    target = share_of_target(component.weight, window)
    has_no_events = (
        component.fixed is not None
        or component.pays_for_window
        or component.of in ("score", TEAM_COMMISSION)
    )
    decimals = DECIMALS if is_deducted(component) else MEASURES[component.measured].decimals
    if component.of == TEAM_COMMISSION:
        decimals = scale.pay
    if decimals is not None:
        scale = replace(scale, measure=decimals)
    has_curves = component.curves_said or component.terms or component.cells
    curves = component.curves if has_curves else []
    if component.of == "score":
        curves = [against_quota(curve) for curve in curves]
    picked_by = _picked_by(component)
    lines_of_curves = [lines_of(curve, target, scale, picked_by) for curve in curves]
    lines = [line for lines in lines_of_curves for line in lines]
    if window not in SHARE_OF_YEAR and needs_target(lines):
        raise ValueError(
            f"a target incentive is a year's: a window of kind {window} has no part of it"
        )
    rounding = file.plan.rounding
    rounding_unit = rounding.minor_units_of(scale.pay)
    has_own_rounding = rounding.mode == "half_even" or rounding_unit != 1
    walk = "house" if name in houses_of(file.plan) else _walk_of(component, rounding)
    # What is rounded as one running total needs one denominator.
    adds_up = walk not in ("segments", "reached") or any(curve.running for curve in curves)
    common = lcm(*(denominator_of(line) for line in lines)) if adds_up else None
    component_row = {
        "component_key": key,
        "plan_id": file.plan.plan,
        "plan_version": file.plan.version,
        "component_id": name,
        "ordinal": ordinal,
        "title": component.title or name,
        "measure": _measure_of(component),
        # Pay for a period and scores have no transactions.
        "event_kind": None if has_no_events else _EVENT_OF[component.on],
        "window_kind": window,
        "valid_from": max(file.plan.from_, component.from_ or file.plan.from_),
        "valid_to": min(file.valid_to, component.to or file.valid_to),
        "filter_number": filters.number_of(
            component.where, is_of_order=component.window == "order"
        ),
        "asks_margin": asks_margin(component.conditions),
        "needs_full_split": component.shares == "100%",
        "shares_out_pay": component.share_out == "pay",
        "walk": own_walk_of(component) or walk,
        "picked_by": picked_by,
        "re_rates_at_edges": component.cells is None and re_rates_at_edges(component),
        "needs_quota": needs_quota(lines),
        "needs_target": needs_target(lines),
        "is_narrow": common is None and not has_own_rounding and is_narrow(lines),
        "rounds_to_even": rounding.mode == "half_even",
        "rounds_each_line": rounding.scope == "line",
        "rounding_unit": rounding_unit,
        "component_target_units": (
            _target_units(component.target, scale) if component.target else None
        ),
        "target_numerator": target.numerator,
        "target_denominator": target.denominator,
        "returns_rate": component.returns.rate,
        "returns_keep_attainment": component.returns.attainment == "keep",
        **deducted_columns(component, plan_key, scale.money),
    }
    segments = [
        row
        for number, lines in enumerate(lines_of_curves)
        for row in _segment_rows(key, number, lines, common)
    ]
    return component_row, segments


def _picked_by(component: Component) -> str | None:
    """Give the measure that picks the segment; an order's place in its cell is what it counts."""
    if component.cells is None:
        return component.by
    return component.of if component.window == "order" and component.cells.are_pays else None


def _walk_of(component: Component, rounding: Rounding) -> str:
    if component.cells is not None:
        return walk_of_cells(component.cells, component.window, rounding.scope)
    if component.window == "order":
        return "order_segments" if component.terms else order_walk_of(component, component.by)
    walk = walk_of(component, component.by)
    if rounding.scope == "line" and walk == "reached" and component.by is not None:
        raise ValueError("rounding each line goes with rates of lines: by re-rates all of them")
    if component.terms or (rounding.scope == "line" and walk in ("segments", "reached")):
        return "exact"
    return walk


def _term_rows(
    component_row: dict[str, Any], component: Component, filters: Filters
) -> list[dict[str, Any]]:
    """Give the terms; the number of a term is that of its curve, or what it adds to it."""
    is_of_order = component.window == "order"
    terms = [
        {
            "component_key": component_row["component_key"],
            "axis_number": 1,
            "term_number": number,
            "filter_number": filters.number_of(term.where, is_of_order=is_of_order),
            "valid_from": term.from_ or component_row["valid_from"],
            "valid_to": term.to or component_row["valid_to"],
        }
        for number, term in enumerate(component.terms or [], start=1)
    ]
    of_cells = [
        {
            "component_key": component_row["component_key"],
            "axis_number": pick.axis,
            "term_number": pick.number,
            "filter_number": filters.number_of(
                pick.condition, is_of_order=is_of_order, is_of_size=True
            ),
            "valid_from": component_row["valid_from"],
            "valid_to": component_row["valid_to"],
        }
        for pick in (component.cells.of_sale if component.cells else [])
    ]
    return [*terms, *of_cells]


def _measure_of(component: Component) -> str:
    if component.of == TEAM_COMMISSION:
        return "commission"
    if is_deducted(component):
        return "deducted"
    return "none" if component.fixed or component.pays_for_window else component.of


def _segment_rows(
    component_key: str, curve_number: int, lines: list[Line], common_denominator: int | None
) -> list[dict[str, Any]]:
    key = component_key if curve_number == OWN_CURVE else f"{component_key}/{curve_number}"
    segments = []
    for number, line in enumerate(lines, start=1):
        denominator = common_denominator or denominator_of(line)
        row: dict[str, Any] = {
            "component_key": component_key,
            "curve_number": curve_number,
            "segment_number": number,
            "segment_id": f"{key}/{number}",
            "edge_unit": line.edge_unit,
            "edge_numerator": line.edge.numerator,
            "edge_denominator": line.edge.denominator,
            "is_above": line.is_above,
            "rate": _decimal(line.rate),
            "denominator": denominator,
        }
        for coefficient in COEFFICIENTS:
            value = getattr(line, coefficient) * denominator
            row[f"{coefficient}_numerator"] = value.numerator
        if any(isinstance(cell, int) and abs(cell) > LARGEST for cell in row.values()):
            raise ValueError("the numbers of the curve are too large to be calculated exactly")
        segments.append(row)
    return segments


def _quota_rows(
    row: dict[str, Any], component: Component, scale: Scale
) -> dict[str, list[dict[str, Any]]]:
    decimals = DECIMALS if is_deducted(component) else scale.money
    return quota_rules.quota_rows(
        row["component_key"], row["component_id"], component, row["window_kind"], decimals
    )


def _decimal(rate: Fraction | None) -> Decimal | None:
    """Give a rate to look at: pay is calculated with the coefficients, which are exact."""
    if rate is None or rate >= _LARGEST_RATE_SHOWN:
        return None
    return (Decimal(rate.numerator) / Decimal(rate.denominator)).quantize(Decimal("1e-9"))

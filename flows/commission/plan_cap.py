"""Compiles the cap of a whole plan: a component that carries what the cap takes away."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .curves import SHARE_OF_YEAR, Scale
from .filters import EVERY_SALE
from .limit_model import limit_text
from .limits import Rows, limit_of, limit_row
from .period_kinds import length_of
from .quota_model import QuotaRule
from .quota_rules import rule_row
from .units import parse_rate, parse_yearly_money

if TYPE_CHECKING:
    from .plan_model import Plan
    from .plans import PlanFile

PLAN_CAP = "plan cap"
"""The name of that component: no name in a plan has a space."""


def plan_cap_rows(file: PlanFile, scale: Scale) -> Rows:
    """Give the rows of the cap by table; none where the plan says no cap."""
    if file.plan.cap is None:
        return {}
    row = _component_row(file)
    key = row["component_key"]
    return {
        "plan_component": [row],
        "plan_limit": [_limit_row(file.plan, key, scale)],
        "plan_quota_rule": [rule_row(key, None, QuotaRule(), row["window_kind"])],
    }


def _component_row(file: PlanFile) -> dict[str, Any]:
    """Give the component that carries what the cap of the whole plan takes away."""
    plan = file.plan
    return {
        "component_key": f"{plan.plan}/{plan.version}/{PLAN_CAP}",
        "plan_id": plan.plan,
        "plan_version": plan.version,
        "component_id": PLAN_CAP,
        "ordinal": len(plan.components) + 1,
        "title": "Cap of the plan",
        "measure": "pay",
        "event_kind": None,
        "window_kind": _window(plan),
        "valid_from": plan.from_,
        "valid_to": file.valid_to,
        "filter_number": EVERY_SALE,
        "asks_margin": False,
        "shares_out_pay": False,
        "needs_full_split": False,
        "walk": "segments",
        "re_rates_at_edges": False,
        "needs_quota": False,
        "needs_target": False,
        "is_narrow": True,
        "rounds_to_even": False,
        "rounds_each_line": False,
        "rounding_unit": 1,
        "target_numerator": 0,
        "target_denominator": 1,
        "returns_rate": "as_sold",
        "returns_keep_attainment": False,
        "payee": "participant",
    }


def _window(plan: Plan) -> str:
    """Give the period over which the cap of a plan adds up: its own, else the longest window."""
    period = limit_of(plan, limit_text(plan.cap) or "").period
    windows = [component.accumulates_over(plan.pay) for component in plan.components.values()]
    return period or max(windows, key=length_of)


def _limit_row(plan: Plan, key: str, scale: Scale) -> dict[str, Any]:
    """Give the limit of a plan's sum; its target is that of all its components together."""
    window = _window(plan)
    part_of_year = SHARE_OF_YEAR.get(window, Fraction(1))
    own = Fraction(0)
    of_plan: list[Fraction] = []
    for component in plan.components.values():
        if component.target is not None:
            weight = parse_rate(component.weight)
            own += weight * parse_yearly_money(component.target).value * 10**scale.pay
        elif component.uses_target:
            of_plan.append(parse_rate(component.weight))
    share = sum(of_plan, Fraction(0)) if of_plan or own else Fraction(1)
    limit = limit_of(plan, limit_text(plan.cap) or "")
    return limit_row(key, "cap", limit, window, (own * part_of_year, share * part_of_year), scale)

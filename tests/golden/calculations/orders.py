"""Pay of each order by itself, in the words of the plan language."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..case import Case
from ..words import (
    NotSaid,
    Said,
    decimal_text,
    only,
    pay_of,
    percent,
    put_costs,
    put_plan,
    put_transactions,
    table_rows,
)

_PICKED_BY = {"quantity": "quantity", "margin_pct": "margin_rate", "markup_pct": "markup_rate"}


def txn_tier(case: Case, said: Said) -> None:
    """Each transaction is an order of one line."""
    plan = case.plan
    only(
        ("mode", "measure", "base", "tiers", "boundary", "period", "minimum"),
        plan,
        "txn_tier",
    )
    measure = plan.get("measure", "amount")
    base = plan.get("base", "amount")
    component: dict[str, Any] = {"window": "order"}
    if base == "margin":
        component["of"] = "margin"
    if measure in _PICKED_BY:
        component["by"] = _PICKED_BY[measure]
    elif base == "margin":
        component["by"] = "net_amount"
    put_transactions(case, said)
    scale = put_costs(case, said, [Fraction(tier["from"]) for tier in plan["tiers"]])
    component |= _curve(said, plan, measure, scale)
    if "minimum" in plan:
        component["min_per_order"] = f"{plan['minimum']} {said.currency}"
    put_plan(case, said, pay_of(plan["period"]), {"commission": component})


def _curve(said: Said, plan: dict[str, Any], measure: str, divisor: int) -> dict[str, Any]:
    """Give the curve: rates, or fixed amounts."""
    tiers = plan["tiers"]

    def edge_of(value: str) -> str:
        if measure == "amount":
            return f"{value} {said.currency}" if Fraction(value) else "0"
        if measure == "quantity":
            return f"{value} units" if Fraction(value) else "0"
        return percent(decimal_text(Fraction(value) / divisor))

    def rate(tier: dict[str, Any] | None) -> dict[str, str]:
        return {"rate": percent(tier["rate"] if tier else "0")}

    def amount(tier: dict[str, Any] | None) -> dict[str, str]:
        return {"pays": f"{tier['amount']} {said.currency}" if tier else "0"}

    boundary = plan.get("boundary", "lower_inclusive")
    are_amounts = ["amount" in tier for tier in tiers]
    if not any(are_amounts):
        rows = table_rows(tiers, boundary, edge_of, rate)
        if plan["mode"] == "marginal" and measure.endswith("_pct"):
            raise NotSaid("slices of a margin rate")
        return {plan["mode"]: rows}
    if not all(are_amounts):
        raise NotSaid("a table of rates and amounts")
    rows = table_rows(tiers, boundary, edge_of, amount)
    if "0" in (first := rows[0]).values() and first.get("from") == "0":
        rows[0] = {"above": "0", "pays": first["pays"]}
    return {"steps": rows}


def units_split(case: Case, said: Said) -> None:
    """The money of a transaction is spread over its units, which walk over the tiers."""
    plan = case.plan
    only(("tiers", "period", "accumulate", "boundary"), plan, "units_split")
    rows = table_rows(
        plan["tiers"],
        plan.get("boundary", "lower_inclusive"),
        lambda value: f"{value} units" if Fraction(value) else "0",
        lambda tier: {"rate": percent(tier["rate"] if tier else "0")},
    )
    component = {
        "by": "quantity",
        "window": pay_of(plan.get("accumulate", plan["period"])),
        "marginal": rows,
    }
    put_plan(case, said, pay_of(plan["period"]), {"commission": component})
    put_transactions(case, said)

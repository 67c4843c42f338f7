"""Tables of rates, payout curves and shares, in the words of the plan language."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

from ..case import Case
from ..periods import YEARLY, kind_of, last_day, period_of
from ..words import (
    NotSaid,
    Said,
    component_name,
    days,
    decimal_text,
    edge,
    forget_sale,
    only,
    pay_of,
    percent,
    person,
    product_id,
    put_plan,
    put_quota,
    put_sale,
    put_transactions,
    reps,
    tier_rows,
)


def tier_cum(case: Case, said: Said) -> None:
    plan = case.plan
    only(
        (
            "mode",
            "basis",
            "tiers",
            "period",
            "boundary",
            "quota",
            "accumulate",
            "retro_to",
            "rate_at",
            "apply_to",
            "above",
        ),
        plan,
        "tier_cum",
    )
    basis = plan["basis"]
    mode = plan["mode"]
    rows = tier_rows(
        said, plan["tiers"], basis, plan.get("boundary", "lower_inclusive"), "rate", "%"
    )
    curve = {"running_whole": "running", "hybrid": "whole"}.get(mode, mode)
    component: dict[str, Any] = {curve: rows}
    if mode == "running_whole" and "rate_at" in plan:
        component["rate_at"] = plan["rate_at"]
    if mode == "hybrid":
        component["marginal_above"] = edge(said, plan["retro_to"], basis)
    if plan.get("apply_to") == "above":
        component["only_above"] = edge(said, plan["above"], basis)
    window = plan.get("accumulate", plan["period"])
    window = "life" if window == "all" else pay_of(window)
    component["window"] = window
    pay = "year" if plan["period"] == "all" else pay_of(plan["period"])
    put_plan(case, said, pay, {"commission": component})
    put_transactions(case, said)
    # Each line walks from where the running total is: what comes back has no cents of its sale.
    for line in said.feeds["sales_line"]:
        forget_sale(line)
    _put_openings(case, said, window)
    quotas = {each["rep"]: each["amount"] for each in case.inputs.get("quotas", [])}
    if basis == "attainment":
        for period in sorted({period_of(day, window) for day in days(case)}):
            for rep in reps(case):
                put_quota(case, said, rep, "commission", period, quotas.get(rep) or plan["quota"])


def _put_openings(case: Case, said: Said, window: str) -> None:
    """Put what stood the day before the first sale."""
    for rep, amount in case.inputs.get("opening", {}).items():
        first = min(days(case))
        as_of = first - timedelta(days=1)
        if period_of(as_of, window) != period_of(first, window):
            raise NotSaid("an opening balance before a window's first day")
        said.feeds["opening_balance"].append(
            {
                "participant_id": person(case, rep),
                "component_id": "commission",
                "as_of": as_of.isoformat(),
                "amount": amount,
            }
        )


def target_mult(case: Case, said: Said) -> None:
    only(("target_pay", "components", "cap_multiple"), case.plan, "target_mult")
    components = {}
    for component in case.plan["components"]:
        only(("mode", "tiers", "boundary", "weight"), component, "target_mult")
        boundary = component.get("boundary", "lower_inclusive")
        rows = tier_rows(said, component["tiers"], "attainment", boundary, "multiplier", "x")
        name = component_name(said, component["id"])
        components[name] = {component["mode"]: rows, "weight": component.get("weight")}
    _measured(case, said, components, case.plan["target_pay"])
    if "cap_multiple" in case.plan:
        most = Fraction(case.plan["cap_multiple"]) * Fraction(case.plan["target_pay"])
        said.plan["cap"] = f"{decimal_text(most)} {said.currency} per {said.plan['pay']}"
        if "target" in said.plan:
            said.plan["cap"] = f"{percent(case.plan['cap_multiple'])} of target"


def hurdle(case: Case, said: Said) -> None:
    """Every product is a component; the rate above its quota is a band's."""
    only(("hurdle", "rates"), case.plan, "hurdle")
    components = {}
    for name, rates in case.plan["rates"].items():
        only(("base", "over"), rates, "hurdle")
        over = [
            {"from": "0", "rate": percent(rates["base"])},
            {"from": "100% of quota", "rate": percent(rates["over"])},
        ]
        needs = f"attainment(all) >= {percent(case.plan['hurdle'])}"
        components[component_name(said, name)] = {
            "rate": percent(rates["base"]),
            "bands": [{"if": needs, "marginal": over}],
        }
    _measured(case, said, components, {})


def curve(case: Case, said: Said) -> None:
    """Each segment is a step that goes on rising; a point of attainment is a hundredth."""
    only(("components",), case.plan, "curve")
    components = {}
    targets = {}
    for component in case.plan["components"]:
        known = ("target_pay", "segments", "boundary", "cap", "cap_if_below", "zero_if_below")
        only(known, component, "curve")
        word = "above" if component.get("boundary") == "upper_inclusive" else "from"
        rows = []
        end = None
        for segment in component["segments"]:
            if end is not None and Fraction(segment["from"]) != Fraction(end):
                rows.append({word: edge(said, end, "attainment"), "pays": "0% of target"})
            end = segment["to"]
            row = {word: edge(said, segment["from"], "attainment")}
            if row[word] == "0":
                row = {"above": "0"}
            row["pays"] = f"{percent(segment['start'])} of target"
            if Fraction(segment.get("slope", "0")):
                row["per_point"] = f"{segment['slope']}% of target"
            rows.append(row)
        if end is not None:
            rows.append({word: edge(said, end, "attainment"), "pays": "0% of target"})
        name = component_name(said, component["id"])
        components[name] = {"steps": rows} | _gated(component)
        targets[name] = component["target_pay"]
    _measured(case, said, components, targets)


def _gated(component: dict[str, Any]) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    gates = []
    if "zero_if_below" in component:
        gates.append({"needs": _reached(component["zero_if_below"]), "else": "0%"})
    if "cap_if_below" in component:
        below = component["cap_if_below"]
        gates.append({"needs": _reached(below), "else_cap": f"{percent(below['cap'])} of target"})
    if gates:
        limits["gates"] = gates
    if "cap" in component:
        limits["cap"] = f"{percent(component['cap'])} of target"
    return limits


def _reached(of: dict[str, Any]) -> str:
    return f"attainment({of['component'].lower()}) >= {percent(of['attainment'])}"


def _measured(
    case: Case, said: Said, components: dict[str, Any], target_pay: str | dict[str, str]
) -> None:
    """Put what was measured as one sale on the period's last day, and its quota.

    The target is of all components together, or each has its own.
    """
    if len(components) > 1:
        for name, component in components.items():
            component["where"] = f"product_id = '{product_id(case, name)}'"
            said.feeds["product"].append(
                {"product_id": product_id(case, name), "name": name, "valid_from": "1990-01-01"}
            )
    measures = case.inputs["measures"]
    kinds = {kind_of(measure["period"]) for measure in measures}
    if len(kinds) != 1:
        raise NotSaid("measures of several kinds of periods")
    (kind,) = kinds
    more = {}
    weights = [Fraction(component.get("weight") or 1) for component in components.values()]
    if isinstance(target_pay, str) and sum(weights) == 1:
        more["target"] = _yearly(said, target_pay, kind)
    elif isinstance(target_pay, str):
        # Weights that leave a part out are of a target of each component's own.
        target_pay = dict.fromkeys(components, target_pay)
    if isinstance(target_pay, dict):
        for name, pay in target_pay.items():
            components[name]["target"] = _yearly(said, pay, kind)
    for component in components.values():
        if component.get("weight") is None:
            component.pop("weight", None)
        else:
            component["weight"] = percent(component["weight"])
    put_plan(case, said, kind, components, **more)
    for number, measure in enumerate(measures):
        quota = measure.get("quota", "1000000")
        actual = measure.get("actual") or decimal_text(
            Fraction(measure["attainment"]) * Fraction(quota)
        )
        name = component_name(said, measure["component"])
        put_quota(case, said, measure["rep"], name, measure["period"], quota)
        put_sale(case, said, f"m{number}", last_day(measure["period"]), measure["rep"], actual)
        if len(components) > 1:
            said.feeds["sales_line"][-1]["product_id"] = product_id(case, name)


def _yearly(said: Said, target_pay: str, kind: str) -> str:
    """Write a target that the case states for the period."""
    return f"{decimal_text(Fraction(target_pay) * YEARLY[kind])} {said.currency} per year"


def lump_interp(case: Case, said: Said) -> None:
    only(("tiers", "period"), case.plan, "lump_interp")
    points: list[dict[str, str]] = []
    total = Fraction(0)
    end = None
    for tier in case.plan["tiers"]:
        if end is None or Fraction(tier["from"]) != end:
            at = edge(said, tier["from"], "amount")
            points.append(
                {"at": at, "pays": f"{decimal_text(total)} {said.currency}" if total else "0"}
            )
        end = Fraction(tier["to"])
        total += Fraction(tier["amount"])
        points.append(
            {
                "at": f"{tier['to']} {said.currency}",
                "pays": f"{decimal_text(total)} {said.currency}",
            }
        )
    put_plan(case, said, pay_of(case.plan["period"]), {"commission": {"points": points}})
    put_transactions(case, said)

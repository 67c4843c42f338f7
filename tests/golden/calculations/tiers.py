"""Tables of rates, payout curves and shares, in the words of the plan language."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

from ..case import Case
from ..periods import kind_of, last_day, period_of
from ..words import (
    NotSaid,
    Said,
    days,
    decimal_text,
    edge,
    only,
    order,
    pay_of,
    percent,
    person,
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
    window = pay_of(plan.get("accumulate", plan["period"]))
    component["window"] = window
    put_plan(case, said, pay_of(plan["period"]), {"commission": component})
    put_transactions(case, said)
    _put_openings(case, said, window)
    if basis == "attainment":
        for period in sorted({period_of(day, window) for day in days(case)}):
            for rep in reps(case):
                put_quota(case, said, rep, "commission", period, plan["quota"])


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


def split(case: Case, said: Said) -> None:
    plan = case.plan
    only(("rate", "period", "require_100"), plan, "split")
    component: dict[str, Any] = {"rate": percent(plan["rate"])}
    if not plan.get("require_100"):
        component["shares"] = "overlay"
    put_plan(case, said, pay_of(plan["period"]), {"commission": component})
    put_transactions(case, said)
    for transaction in case.inputs["transactions"]:
        for split in transaction["splits"]:
            if set(split) - {"rep", "share"}:
                raise NotSaid("a rate of one's own in a split")
            said.feeds["credit_split"].append(
                {
                    "rule_id": order(case, transaction["id"]),
                    "order_id": order(case, transaction["id"]),
                    "participant_id": person(case, split["rep"]),
                    "share": split["share"],
                }
            )


def target_mult(case: Case, said: Said) -> None:
    only(("target_pay", "components"), case.plan, "target_mult")
    components = {}
    for component in case.plan["components"]:
        only(("mode", "tiers", "boundary", "weight"), component, "target_mult")
        boundary = component.get("boundary", "lower_inclusive")
        rows = tier_rows(said, component["tiers"], "attainment", boundary, "multiplier", "x")
        components[component["id"]] = {component["mode"]: rows, "weight": component.get("weight")}
    _measured(case, said, components, case.plan["target_pay"])


def curve(case: Case, said: Said) -> None:
    """Each segment is a step that goes on rising; a point of attainment is a hundredth."""
    only(("components",), case.plan, "curve")
    components = {}
    targets = {}
    for component in case.plan["components"]:
        only(("target_pay", "segments", "boundary"), component, "curve")
        word = "above" if component.get("boundary") == "upper_inclusive" else "from"
        rows = []
        for segment in component["segments"]:
            row = {word: edge(said, segment["from"], "attainment")}
            if row[word] == "0":
                row = {"above": "0"}
            row["pays"] = f"{percent(segment['start'])} of target"
            if Fraction(segment.get("slope", "0")):
                row["per_point"] = f"{segment['slope']}% of target"
            rows.append(row)
        components[component["id"]] = {"steps": rows}
        targets[component["id"]] = component["target_pay"]
    if len(targets) > 1:
        raise NotSaid("measures of several components")
    _measured(case, said, components, next(iter(targets.values())))


def _measured(case: Case, said: Said, components: dict[str, Any], target_pay: str) -> None:
    """Put what was measured as one sale on the period's last day, and its quota."""
    if len(components) > 1:
        raise NotSaid("measures of several components")
    measures = case.inputs["measures"]
    kinds = {kind_of(measure["period"]) for measure in measures}
    if len(kinds) != 1:
        raise NotSaid("measures of several kinds of periods")
    (kind,) = kinds
    # The case states the pay of the period, a plan that of the year.
    yearly = Fraction(target_pay) * {"year": 1, "quarter": 4, "month": 12}[kind]
    for component in components.values():
        if component.get("weight") is None:
            component.pop("weight", None)
        else:
            component["weight"] = percent(component["weight"])
    target = f"{decimal_text(yearly)} {said.currency} per year"
    put_plan(case, said, kind, components, target=target)
    for number, measure in enumerate(measures):
        quota = measure.get("quota", "1000000")
        actual = measure.get("actual") or decimal_text(
            Fraction(measure["attainment"]) * Fraction(quota)
        )
        put_quota(case, said, measure["rep"], measure["component"], measure["period"], quota)
        put_sale(case, said, f"m{number}", last_day(measure["period"]), measure["rep"], actual)


def lump_interp(case: Case, said: Said) -> None:
    only(("tiers", "period"), case.plan, "lump_interp")
    points = [{"at": "0", "pays": "0"}]
    total = Fraction(0)
    for tier in case.plan["tiers"]:
        total += Fraction(tier["amount"])
        points.append(
            {
                "at": f"{tier['to']} {said.currency}",
                "pays": f"{decimal_text(total)} {said.currency}",
            }
        )
    put_plan(case, said, pay_of(case.plan["period"]), {"commission": {"points": points}})
    put_transactions(case, said)

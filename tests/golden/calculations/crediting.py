"""Whom an order counts for: splits, roll-up over a hierarchy, and levels."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ..case import Case
from ..periods import period_of
from ..words import (
    NotSaid,
    Said,
    days,
    decimal_text,
    only,
    order,
    pay_of,
    percent,
    person,
    put_plan,
    put_quota,
    put_share,
    put_transactions,
    tier_rows,
)

EVERY_LEVEL = "8"
"""As high as a plan can look."""


def split(case: Case, said: Said) -> None:
    """Shares of an order; pay of one's own is a component of one's own for that order."""
    plan = case.plan
    only(("rate", "fixed", "period", "require_100", "allocate"), plan, "split")
    common: dict[str, Any] = {} if plan.get("require_100") else {"shares": "overlay"}
    if (allocate := plan.get("allocate")) is not None:
        if allocate != "commission_largest_remainder":
            raise NotSaid(f"allocate {allocate}")
        # Shares are weights of the pay there.
        common = {"shares": "overlay", "share_out": "pay"}
    put_transactions(case, said)
    if allocate is not None:
        _divide_weights(said)
    own: dict[tuple[str, str], list[str]] = defaultdict(list)
    for transaction in case.inputs["transactions"]:
        for each in transaction.get("splits", []):
            only(("rep", "share", "rate", "fixed"), each, "a split")
            if "rate" in each or "fixed" in each:
                pay = each.get("rate", plan["rate"]), each.get("fixed", plan.get("fixed", "0"))
                own[pay].append(
                    f"order_id = '{order(case, transaction['id'])}'"
                    f" and participant_id = '{person(case, each['rep'])}'"
                )

    def paid(rate: str, fixed: str) -> dict[str, Any]:
        pay = {"rate": percent(rate), **common}
        if Fraction(fixed):
            pay |= {"window": "order", "fixed_per_order": f"{fixed} {said.currency}"}
        return pay

    components = {"commission": paid(plan["rate"], plan.get("fixed", "0"))}
    for number, ((rate, fixed), whose) in enumerate(own.items(), start=1):
        where = " or ".join(f"({each})" for each in whose)
        components[f"own_{number}"] = paid(rate, fixed) | {"where": where}
    if own:
        every = " or ".join(f"({each})" for whose in own.values() for each in whose)
        components["commission"]["where"] = f"not ({every})"
    said.parts["commission"] = tuple(components)
    put_plan(case, said, pay_of(plan["period"]), components)


def _divide_weights(said: Said) -> None:
    """Make weights shares of at most 1: what counts is how they stand to each other."""
    rows = said.feeds["credit_split"]
    while any(Fraction(row["share"]) > 1 for row in rows):
        for row in rows:
            row["share"] = decimal_text(Fraction(row["share"]) / 10)


def rollup(case: Case, said: Said) -> None:
    """Each rate is a component: of who sold, of a level, or of someone who is named."""
    plan = case.plan
    only(
        ("period", "rates", "dedupe", "override_tiers", "override_threshold", "boundary"),
        plan,
        "rollup",
    )
    above: dict[str, Any] = {"credit": "rollup", "shares": "overlay"}
    above["count_once"] = "yes" if plan.get("dedupe") else "no"
    rates = plan.get("rates", {})
    tiers = plan.get("override_tiers", {})
    boundary = plan.get("boundary", "lower_inclusive")
    named = [name for name in dict.fromkeys([*rates, *tiers]) if not name.startswith("level")]
    names = ", ".join(f"'{person(case, name)}'" for name in named)
    others = f"not participant_id in ({names})" if named else ""
    components: dict[str, Any] = {}

    def paid(of: str) -> dict[str, Any]:
        if of in tiers:
            rows = tier_rows(said, tiers[of], "attainment", boundary, "rate", "%")
            return {"whole": rows, "quota": {"type": "team"}}
        pay = {"rate": percent(rates[of])}
        _put_threshold(said, plan, of, pay)
        return pay

    if "level0" in rates:
        own = {"rate": percent(rates["level0"]), "shares": "overlay"}
        components["commission"] = own | ({"where": others} if others else {})
    for number, name in enumerate(named, start=1):
        where = {"where": f"participant_id = '{person(case, name)}'"}
        components[f"override_{number}"] = {**above, "levels": EVERY_LEVEL, **where, **paid(name)}
        if name in rates and "level0" in rates:
            own = {"rate": percent(rates[name]), "shares": "overlay"}
            components[f"own_{number}"] = own | where
    for level in dict.fromkeys(name for name in [*rates, *tiers] if name.startswith("level")):
        number = level.removeprefix("level")
        if number != "0":
            where = " and ".join(filter(None, (f"level = {number}", others)))
            components[level] = {**above, "levels": number, "where": where, **paid(level)}
    said.parts["commission"] = tuple(components)
    put_plan(case, said, pay_of(plan["period"]), components)
    put_transactions(case, said, credited_by="credits")
    for transaction in case.inputs["transactions"]:
        for credit in transaction.get("credits", []):
            put_share(case, said, transaction["id"], credit)
            said.others.append(credit["rep"])
    for edge in case.inputs.get("hierarchy", []):
        only(("rep", "manager", "share", "from_date", "to_date"), edge, "an edge of a hierarchy")
        said.feeds["reporting_line"].append(
            {
                "participant_id": person(case, edge["rep"]),
                "manager_id": person(case, edge["manager"]),
                "share": edge.get("share", ""),
                "valid_from": edge.get("from_date") or "1990-01-01",
                "valid_to": edge.get("to_date") or "",
            }
        )
        said.others += [edge["rep"], edge["manager"]]
    periods = sorted({period_of(day, plan["period"]) for day in days(case)})
    for quota in case.inputs.get("quotas", []):
        for period in [quota["period"]] if "period" in quota else periods:
            put_quota(case, said, quota["rep"], "team", period, quota["amount"])


def _put_threshold(said: Said, plan: dict[str, Any], name: str, component: dict[str, Any]) -> None:
    threshold = plan.get("override_threshold")
    if isinstance(threshold, dict):
        threshold = threshold.get(name)
    if threshold is not None:
        component["only_above"] = f"{threshold} {said.currency}"


def differential(case: Case, said: Said) -> None:
    """Everyone has a role of his own name; the chain of an order is who reports on its day."""
    plan = case.plan
    only(("period", "levels"), plan, "differential")
    levels = {name: percent(share) for name, share in plan["levels"].items()}
    component = {
        "credit": "rollup",
        "levels": EVERY_LEVEL,
        "differential": {"by": "role", "levels": levels},
    }
    put_plan(case, said, pay_of(plan["period"]), {"commission": component})
    managers: dict[tuple[str, date], str] = {}
    for transaction in case.inputs["transactions"]:
        day = date.fromisoformat(transaction["date"])
        chain = transaction.get("chain", [transaction["rep"]])
        for rep, manager in pairwise(chain):
            if managers.setdefault((rep, day), manager) != manager:
                raise NotSaid("two chains of one day")
        said.others += chain
    put_transactions(case, said, credited_by="chain")
    for (rep, day), manager in managers.items():
        said.feeds["reporting_line"].append(
            {
                "participant_id": person(case, rep),
                "manager_id": person(case, manager),
                "valid_from": day.isoformat(),
                "valid_to": day.isoformat(),
            }
        )
    for rep in plan["levels"]:
        said.columns[rep]["role"] = rep

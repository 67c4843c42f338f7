"""Scores, multipliers, and pay for being there, in the words of the plan language."""

from __future__ import annotations

from calendar import isleap
from datetime import date
from fractions import Fraction
from typing import Any

from ..case import Case
from ..periods import YEARLY, kind_of, last_day
from ..words import (
    NotSaid,
    Said,
    component_name,
    decimal_text,
    only,
    pay_of,
    percent,
    person,
    put_plan,
    put_plan_of,
    put_sale,
    tier_rows,
)


def weighted(case: Case, said: Said) -> None:
    """Each component is a score that is paid in shares of the target."""
    only(("target_pay", "components"), case.plan, "weighted")
    components = {}
    for component in case.plan["components"]:
        only(("weight", "threshold", "cap", "all_or_nothing"), component, "weighted")
        name = component_name(said, component["id"])
        components[name] = {"of": "score"} | _scored(component)
        components[name]["weight"] = percent(component.get("weight", "1"))
    kind = _kind(case)
    target = decimal_text(Fraction(case.plan["target_pay"]) * YEARLY[kind])
    put_plan(case, said, kind, components, target=f"{target} {said.currency} per year")
    for measure in case.inputs["measures"]:
        only(("rep", "period", "component", "score"), measure, "weighted")
        put_score(case, said, measure["component"].lower(), measure, measure["score"])
    open_periods(case, said)


def _scored(component: dict[str, Any]) -> dict[str, Any]:
    threshold = component.get("threshold")
    if component.get("all_or_nothing"):
        least = percent(threshold or "1")
        curve: dict[str, Any] = {"steps": [{"from": least, "pays": "100% of target"}]}
    elif threshold is not None and Fraction(threshold):
        curve = {"whole": [{"from": "0", "rate": "0x"}, {"from": percent(threshold), "rate": "1x"}]}
    else:
        curve = {"rate": "1x"}
    if "cap" in component:
        curve["cap"] = f"{percent(component['cap'])} of target"
    return curve


def multiplier(case: Case, said: Said) -> None:
    """What multiplies is a score of each person, given by the case."""
    only(("tiers", "multipliers"), case.plan, "multiplier")
    component: dict[str, Any] = {
        "marginal": tier_rows(said, case.plan["tiers"], "amount", "lower_inclusive", "rate", "%"),
        "multiply": [_multiplied(each) for each in case.plan["multipliers"]],
    }
    put_plan(case, said, _kind(case), {"commission": component})
    for number, measure in enumerate(case.inputs["measures"]):
        rep, period = measure["rep"], measure["period"]
        put_sale(case, said, f"m{number}", last_day(period), rep, measure["amount"])
        for each in case.plan["multipliers"]:
            name = each.get("measure", _GIVEN)
            put_score(case, said, name, measure, measure.get(name, "1"))


_GIVEN = "given"


def _multiplied(said_so: dict[str, Any]) -> dict[str, Any]:
    only(("measure", "tiers", "boundary", "multiplier", "fixed", "value"), said_so, "multiplier")
    by = {"by": f"score({said_so.get('measure', _GIVEN)})"}
    if "tiers" not in said_so:
        given = said_so.get("multiplier", said_so.get("fixed", said_so.get("value")))
        return by | ({"rows": [{"from": "0%", "times": f"{given}x"}]} if given else {})
    is_upper = said_so.get("boundary") == "upper_inclusive"
    rows: list[dict[str, str]] = []
    last = None
    for number, tier in enumerate(said_so["tiers"]):
        if last not in (None, tier["from"]):
            rows.append({"above" if is_upper else "from": percent(str(last)), "times": "0x"})
        word = "above" if is_upper and number else "from"
        rows.append({word: percent(tier["from"]), "times": f"{tier['multiplier']}x"})
        last = tier["to"]
    if last is not None:
        rows.append({"above" if is_upper else "from": percent(last), "times": "0x"})
    return by | {"rows": rows}


def prorated_bonus(case: Case, said: Said) -> None:
    """Fixed pay for each amount; a component beside it that pays 1 for each day counts the days."""
    only(("denominator_days",), case.plan, "prorated_bonus")
    denominator = case.plan.get("denominator_days")
    if denominator not in (None, "365", 365):
        raise NotSaid(f"a year of {denominator} days")
    assignments = case.inputs["assignments"]
    for each in assignments:
        only(("rep", "period", "amount", "from_date", "to_date"), each, "prorated_bonus")
    kind = _kind_of_all([each["period"] for each in assignments])
    are_leap = any(isleap(int(each["period"][:4])) for each in assignments)
    if kind != "year" and are_leap and not denominator:
        raise NotSaid("a bonus of a part of a year of 366 days")

    def components(amount: str) -> dict[str, Any]:
        return {
            "bonus": {
                # What a period is paid is its days of the year, however long the period.
                "fixed": f"{amount} {said.currency} per year",
                "prorate": "days/365" if denominator or kind != "year" else "days",
            },
            "days": {"fixed": f"365 {said.currency} per year", "prorate": "days/365"},
        }

    said.parts["commission"] = ("bonus",)
    said.readings["days"] = ("days",)
    amounts = {each["rep"]: each["amount"] for each in assignments}
    if any(amounts[each["rep"]] != each["amount"] for each in assignments):
        raise NotSaid("bonuses of several amounts for one person")
    put_plan(case, said, kind, components(assignments[0]["amount"]))
    for number, (rep, amount) in enumerate(amounts.items()):
        if amount != assignments[0]["amount"]:
            put_plan_of(said, rep, number, components(amount))
    for number, each in enumerate(assignments):
        said.feeds["plan_assignment"].append(
            {
                "participant_id": person(case, each["rep"]),
                "plan_id": said.plan_of(each["rep"]),
                "valid_from": each["from_date"],
                "valid_to": each["to_date"],
            }
        )
        _open(case, said, number, each["rep"], date.fromisoformat(each["to_date"]))


def put_score(case: Case, said: Said, objective: str, measure: dict[str, Any], score: str) -> None:
    """Put what was reached of an objective in the period of a measure."""
    row = {
        "participant_id": person(case, measure["rep"]),
        "objective_id": objective,
        "period": measure["period"],
        "achieved_share": score,
    }
    if row not in said.feeds["objective_result"]:
        said.feeds["objective_result"].append(row)


def open_periods(case: Case, said: Said) -> None:
    """Put a sale in every period of the measures: a company without sales has no calendar."""
    for number, measure in enumerate(case.inputs["measures"]):
        _open(case, said, number, measure["rep"], last_day(measure["period"]))


def _open(case: Case, said: Said, number: int, rep: str, day: date) -> None:
    put_sale(case, said, f"open{number}", day, rep, "1")


def _kind(case: Case) -> str:
    return _kind_of_all([measure["period"] for measure in case.inputs["measures"]])


def _kind_of_all(periods: list[str]) -> str:
    kinds = {kind_of(period) for period in periods}
    if len(kinds) != 1:
        raise NotSaid("measures of several kinds of periods")
    return pay_of(kinds.pop())

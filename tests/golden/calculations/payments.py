"""Money received, in the words of the plan language."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..case import Case
from ..periods import last_day
from ..words import (
    NotSaid,
    Said,
    days,
    decimal_text,
    only,
    order,
    percent,
    put_plan,
    put_plan_of,
    put_sale,
    reps,
)


def collected_over_target(case: Case, said: Said) -> None:
    """Every transaction is a payment; those of a person are of one order, sold on the first day."""
    only(("target", "rate"), case.plan, "collected_over_target")
    if len({day.year for day in days(case)}) > 1:
        raise NotSaid("payments of several years")
    component = {
        "of": "payments",
        "on": "payment",
        "window": "year",
        "rate": percent(case.plan["rate"]),
        "only_above": f"{case.plan['target']} {said.currency}",
    }
    put_plan(case, said, "month", {"commission": component})
    for rep in reps(case):
        paid = [each for each in case.inputs["transactions"] if each["rep"] == rep]
        total = sum((Fraction(each["amount"]) for each in paid), Fraction(0))
        put_sale(case, said, f"of.{rep}", min(days(case)), rep, decimal_text(total))
        for each in paid:
            only(("date", "rep", "amount", "type"), each, "a payment")
            said.feeds["payment"].append(
                {
                    "payment_id": order(case, each["id"]),
                    "order_id": order(case, f"of.{rep}"),
                    "payment_date": each["date"],
                    "amount": each["amount"],
                }
            )


def currency(case: Case, said: Said) -> None:
    """Each amount is earned as it stands, and changed by its steps; one plan has one way."""
    only((), case.plan, "currency")
    conversions = case.inputs["conversions"]
    ways: dict[str, dict[str, Any]] = {}
    for each in conversions:
        way = _exchange(said, each)
        if ways.setdefault(each["rep"], way) != way:
            raise NotSaid("several ways of exchange for one person")
    first, *others = ways.items()
    components = {"commission": {"rate": "100%"}}
    approved = {"by": ["A"], "on": "2020-01-01"}
    put_plan(case, said, "month", components, exchange=first[1], approved=approved)
    for number, (rep, way) in enumerate(others, start=1):
        if way != first[1]:
            put_plan_of(said, rep, number, components, exchange=way)
    for number, each in enumerate(conversions):
        only(("rep", "period", "amount", "steps", "digits"), each, "a conversion")
        put_sale(case, said, str(number), last_day(each["period"]), each["rep"], each["amount"])


def _exchange(said: Said, conversion: dict[str, Any]) -> dict[str, Any]:
    """Give the steps, and of the currencies with these digits one that the company has not."""
    of_digits = {0: ("JPY", "IDR"), 2: ("EUR", "USD"), 3: ("BHD", "KWD")}[int(conversion["digits"])]
    return {
        "to": next(each for each in of_digits if each != said.currency),
        "steps": [
            _step(step["op"], step["value"], step.get("round")) for step in conversion["steps"]
        ],
    }


def _step(operation: str, value: str, digits: int | None) -> dict[str, str]:
    word = {"mul": "times", "div": "divide"}[operation]
    return {word: value} | ({} if digits is None else {"round": str(digits)})

"""Money received, in the words of the plan language."""

from __future__ import annotations

from fractions import Fraction

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
    ways = [
        (
            [(step["op"], step["value"], step.get("round")) for step in each["steps"]],
            int(each["digits"]),
        )
        for each in conversions
    ]
    if any(way != ways[0] for way in ways):
        raise NotSaid("several ways of exchange in one case")
    steps = [_step(*step) for step in ways[0][0]]
    # Of the currencies with these digits one that the company does not have.
    others = {0: ("JPY", "IDR"), 2: ("EUR", "USD"), 3: ("BHD", "KWD")}[ways[0][1]]
    to = next(each for each in others if each != said.currency)
    put_plan(
        case, said, "month", {"commission": {"rate": "100%"}}, exchange={"to": to, "steps": steps},
        approved={"by": ["A"], "on": "2020-01-01"},
    )  # fmt: skip
    for number, each in enumerate(conversions):
        only(("rep", "period", "amount", "steps", "digits"), each, "a conversion")
        put_sale(case, said, str(number), last_day(each["period"]), each["rep"], each["amount"])


def _step(operation: str, value: str, digits: int | None) -> dict[str, str]:
    word = {"mul": "times", "div": "divide"}[operation]
    return {word: value} | ({} if digits is None else {"round": str(digits)})

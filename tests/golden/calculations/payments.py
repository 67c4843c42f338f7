"""Money received, in the words of the plan language."""

from __future__ import annotations

from fractions import Fraction

from ..case import Case
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

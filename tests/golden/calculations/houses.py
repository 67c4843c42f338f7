"""What the company keeps of a deal, in the words of the plan language."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..case import Case
from ..periods import kind_of
from ..words import Said, only, pay_of, percent, put_plan, put_transactions

HOUSE = "house"


def broker_cap(case: Case, said: Said) -> None:
    """A fee off the top, the company's share up to its cap, and a fee of each deal for the rest."""
    known = (
        "company_share", "company_cap", "cap", "franchise_fee", "transaction_fee", "period",
        "accumulate",
    )  # fmt: skip
    plan = case.plan
    only(known, plan, "broker_cap")
    window = plan.get("accumulate", "year")
    house = {
        "payee": "company",
        **_off_the_top(plan),
        "window": window,
        "rate": percent(plan["company_share"]),
    }
    if cap := plan.get("company_cap", plan.get("cap")):
        house["cap"] = f"{cap} {said.currency} per {window}"
    rest: dict[str, Any] = {"of": f"net_amount - {HOUSE}", **_off_the_top(plan), "rate": "100%"}
    if Fraction(plan.get("transaction_fee", "0")):
        rest |= {
            "window": "order",
            "fixed_per_order": f"-{plan['transaction_fee']} {said.currency}",
        }
    stated = [figure.period for figure in case.figures if figure.period != "all"]
    period = plan.get("period") or (kind_of(stated[0]) if stated else "month")
    put_plan(case, said, pay_of(period), {HOUSE: house, "commission": rest})
    put_transactions(case, said)


def _off_the_top(plan: dict[str, Any]) -> dict[str, Any]:
    fee = plan.get("franchise_fee", "0")
    return {"deduct": [percent(fee)]} if Fraction(fee) else {}

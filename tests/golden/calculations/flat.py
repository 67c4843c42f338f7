"""One rate for all sales, or for those of some terms, and pay for each deal (SPIFFs)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from ..case import Case
from ..periods import MONTHS, kind_of
from ..words import (
    NotSaid,
    Said,
    decimal_text,
    forget_sale,
    only,
    order,
    pay_of,
    percent,
    person,
    product_id,
    put_costs,
    put_plan,
    put_quota,
    put_transactions,
    reps,
    take_back,
)

_OPEN = "9999-12-31"


def flat_rate(case: Case, said: Said) -> None:
    """A term that needs a least amount is followed by one of the same sales that pays nothing."""
    plan = case.plan
    known = (
        "rate", "base", "period", "threshold_above", "terms", "return_terms", "fixed", "floor",
        "cap", *_LEAST, *_PER_ORDER,
    )  # fmt: skip
    only(known, plan, "flat_rate")
    component: dict[str, Any] = {}
    if plan.get("base", "amount") == "margin":
        component["of"] = "margin"
    if where := _all_of(_least_amount(case, said, plan)):
        component["where"] = where
    if "rate" in plan:
        component["rate"] = percent(plan["rate"])
    if _is_per_order(plan):
        component["window"] = "order"
        component |= _per_order(said, plan)
    if "threshold_above" in plan:
        if _is_per_order(plan):
            raise NotSaid("amounts per order above a threshold of the period")
        component["only_above"] = f"{plan['threshold_above']} {said.currency}"
    if "terms" in plan:
        component["terms"] = [
            term for each in plan["terms"] for term in _terms_of(case, said, each)
        ]
    put_plan(case, said, pay_of(plan["period"]), {"commission": component})
    _put_limits(said, component, plan)
    put_transactions(case, said)
    _put_originals(case, said)


def _put_limits(said: Said, component: dict[str, Any], plan: dict[str, Any]) -> None:
    """Put what a flat rate has beside it: fixed pay, and limits on both together.

    With fixed pay the cap is that of the plan's sum, and the floor is less by what is fixed.
    """
    per = f"{said.currency} per {plan['period']}"
    fixed = Fraction(plan.get("fixed", "0"))
    if fixed:
        said.plan["components"]["fixed"] = {"fixed": f"{plan['fixed']} {per}", "prorate": "none"}
        said.parts["commission"] = ("commission", "fixed", "plan cap")
    if "floor" in plan:
        component["floor"] = f"{decimal_text(Fraction(plan['floor']) - fixed)} {per}"
    if "cap" in plan:
        (said.plan if fixed else component)["cap"] = f"{plan['cap']} {per}"


_PER_ORDER = {"min_per_txn": "min_per_order", "cap_per_txn": "max_per_order"}


def _is_per_order(plan: dict[str, Any]) -> bool:
    return any(key in said for said in (plan, *plan.get("terms", [])) for key in _PER_ORDER)


def _per_order(said: Said, terms: dict[str, Any]) -> dict[str, str]:
    return {
        word: f"{terms[key]} {said.currency}" for key, word in _PER_ORDER.items() if key in terms
    }


_LEAST = {"min_amount_exclusive": ">", "min_amount_inclusive": ">="}


def _least_amount(case: Case, said: Said, terms: dict[str, Any]) -> list[str]:
    """Say which amounts count; a credit note is held against the least amount by its size."""
    conditions = []
    for key, operator in _LEAST.items():
        if key in terms:
            least = f"{terms[key]} {said.currency}"
            condition = f"net_amount {operator} {least}"
            if any(each["type"] == "return" for each in case.inputs["transactions"]):
                condition = f"({condition} or net_amount {operator.replace('>', '<')} -{least})"
            conditions.append(condition)
    return conditions


def _terms_of(case: Case, said: Said, term: dict[str, Any]) -> list[dict[str, str]]:
    known = ("from_date", "to_date", "rep", "product", "rate", *_LEAST, *_PER_ORDER)
    only(known, term, "a term")
    dates = {}
    if term.get("from_date"):
        dates["from"] = term["from_date"]
    if (term.get("to_date") or _OPEN) != _OPEN:
        dates["to"] = term["to_date"]
    whose = []
    if "rep" in term:
        whose.append(f"participant_id = '{person(case, term['rep'])}'")
    if "product" in term:
        whose.append(f"product_id = '{product_id(case, term['product'])}'")
    least = _least_amount(case, said, term)
    pays = {"rate": percent(term["rate"])} | _per_order(said, case.plan | term)
    rows = [_where(whose + least) | dates | pays]
    if least:
        rows.append(_where(whose) | dates | {"rate": "0%"})
    return rows


def _where(conditions: list[str]) -> dict[str, str]:
    return {"where": _all_of(conditions)} if conditions else {}


def _all_of(conditions: Iterable[str]) -> str:
    return " and ".join(conditions)


def _put_originals(case: Case, said: Said) -> None:
    """Let returns take back a sale, or be credit notes on the terms of their own day."""
    transactions = {each["id"]: each for each in case.inputs["transactions"]}
    lines = {line["order_id"]: line for line in said.feeds["sales_line"]}
    for number, transaction in transactions.items():
        line = lines[order(case, number)]
        if transaction["type"] != "return":
            continue
        if case.plan.get("return_terms") == "original":
            if "original_date" in transaction and "ref" not in transaction:
                take_back(line, order(case, _sold_on(transactions, transaction)))
        elif "terms" in case.plan and "ref" in transaction:
            forget_sale(line)


def _sold_on(transactions: dict[str, dict[str, Any]], returned: dict[str, Any]) -> str:
    for number, each in transactions.items():
        if (
            each["type"] == "sale"
            and each["date"] == returned["original_date"]
            and each["rep"] == returned["rep"]
            and each.get("product") == returned.get("product")
            and Fraction(each["amount"]) >= Fraction(returned["amount"])
        ):
            return number
    raise NotSaid("a return of a sale that is not among the transactions")


def spiff(case: Case, said: Said) -> None:
    """Deals are orders; whoever wins or is first is paid by a contest."""
    plan = case.plan
    known = ("policy", "product", "from_date", "to_date", "new_customer_only", "min_quantity",
             "period", "winner_bonus", "first_to", *_PAID)  # fmt: skip
    only(known, plan, "spiff")
    policy = plan.get("policy", "per_deal")
    if policy == "deal_share":
        _put_shares_of_target(case, said, _which_deals(case))
    elif policy in ("per_deal", "once", "milestones", "highest"):
        component = _deals(said, plan) | _which_deals(case)
        components = {"spiff": component} | _contests(case, said)
        said.parts["spiff"] = tuple(components)
        put_plan(case, said, _pay_kind(case), components)
    else:
        raise NotSaid(f"a spiff by {policy}")
    put_transactions(case, said)


_PAID = ("per_deal", "once", "milestones", "sum", "target_pay", "share", "quota")


def _pay_kind(case: Case) -> str:
    period = case.inputs.get("period") or case.plan.get("period") or "month"
    return pay_of(period if period in MONTHS else kind_of(period))


def _which_deals(case: Case) -> dict[str, str]:
    plan = case.plan
    conditions = []
    if "product" in plan:
        conditions.append(f"product_id = '{product_id(case, plan['product'])}'")
    if plan.get("new_customer_only"):
        conditions.append("new_customer")
    if "min_quantity" in plan:
        conditions.append(f"quantity >= {plan['min_quantity']} units")
    dates = {"from": plan.get("from_date"), "to": plan.get("to_date")}
    return _where(conditions) | {key: day for key, day in dates.items() if day}


def _deals(said: Said, plan: dict[str, Any]) -> dict[str, Any]:
    if "milestones" in plan:
        return {"of": "orders", "steps": _milestones(said, plan)}
    pays = f"{plan['per_deal']} {said.currency}"
    if plan.get("once") or plan.get("policy") == "once":
        return {"of": "orders", "steps": [{"from": "1 order", "pays": pays}]}
    return {"of": "orders", "rate": f"{pays} per order"}


def _contests(case: Case, said: Said) -> dict[str, Any]:
    """Give a component for each prize: of most deals, and of who has so many first."""
    plan = case.plan
    counted = {"of": "orders"} | _which_deals(case)
    contests: dict[str, Any] = {}
    if "winner_bonus" in plan:
        prize = f"{plan['winner_bonus']} {said.currency}"
        contests["winner"] = counted | {"contest": {"rank": "1", "prize": prize}}
    if "first_to" in plan:
        only(("count", "bonus"), plan["first_to"], "first_to")
        prize = f"{plan['first_to']['bonus']} {said.currency}"
        first_to = f"{plan['first_to']['count']} orders"
        contests["first"] = counted | {"contest": {"first_to": first_to, "prize": prize}}
    return contests


def _milestones(said: Said, plan: dict[str, Any]) -> list[dict[str, str]]:
    """Give the pay from each number of deals on: added up, or the highest alone."""
    is_sum = plan.get("policy") != "highest" and plan.get("sum", True)
    total = Fraction(0)
    rows = []
    for each in sorted(plan["milestones"], key=lambda each: Fraction(each["count"])):
        bonus = Fraction(each["bonus"])
        total = total + bonus if is_sum else bonus
        rows.append(
            {
                "from": f"{each['count']} orders",
                "pays": f"{decimal_text(total)} {said.currency}",
            }
        )
    return rows


def _put_shares_of_target(case: Case, said: Said, which: dict[str, str]) -> None:
    """Let each deal pay its part of the quota of a share of the target."""
    plan = case.plan
    kind = _pay_kind(case)
    yearly = Fraction(plan["target_pay"]) * Fraction(plan.get("share", "1")) * 12 / MONTHS[kind]
    target = f"{decimal_text(yearly)} {said.currency} per year"
    put_plan(case, said, kind, {"spiff": {"rate": "1x"} | which}, target=target)
    for period in sorted({case.inputs["period"], *(figure.period for figure in case.figures)}):
        for rep in reps(case):
            put_quota(case, said, rep, "spiff", period, plan["quota"])


def margin_filter_nrr(case: Case, said: Said) -> None:
    """Deals count from their product's least margin on."""
    plan = case.plan
    only(("target_pay", "share", "min_margin", "quota", "period"), plan, "margin_filter_nrr")
    enough = [
        f"(product_id = '{product_id(case, product)}' and margin_rate >= {percent(least)})"
        for product, least in plan["min_margin"].items()
    ]
    _put_shares_of_target(case, said, {"where": " or ".join(enough)})
    said.parts["commission"] = ("spiff",)
    put_transactions(case, said)
    put_costs(case, said, [Fraction(least) for least in plan["min_margin"].values()])

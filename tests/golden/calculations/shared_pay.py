"""Money that several people share, and pay on what others earn."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..case import Case
from ..periods import kind_of, last_day
from ..words import (
    NotSaid,
    Said,
    decimal_text,
    only,
    pay_of,
    percent,
    person,
    product_id,
    put_plan,
    put_quota,
    put_sale,
    put_transactions,
)

SELLER = "company"
"""Who has sold what fills a fund; nobody's plan pays him for it."""


def pool(case: Case, said: Said) -> None:
    """The fund is a share of what the company has sold of a product of the case's own."""
    plan, inputs = case.plan, case.inputs
    only(("pool_rate", "allocation", "gate", "min_attainment"), plan, "pool")
    known = {"period", "funding_base", "funding_factor", "gate_actual", "members", "weight_base"}
    if set(inputs) - known:
        raise NotSaid(f"pool: {', '.join(sorted(set(inputs) - known))}")
    period, members = inputs["period"], inputs["members"]
    shared: dict[str, Any] = {"fund": f"{percent(plan['pool_rate'])} of company"}
    if "funding_factor" in inputs:
        shared["factor"] = f"{inputs['funding_factor']}x"
    component: dict[str, Any] = {
        "pool": shared,
        "where": f"product_id = '{product_id(case, 'fund')}'",
    }
    components: dict[str, Any] = {"pool": component}
    _sell(case, said, "fund", period, inputs["funding_base"])
    if "gate" in plan:
        goal = case.case_id.lower()
        component["gates"] = [{"needs": f"goal({goal}) >= 100%", "else": "0%"}]
        _sell(case, said, "gate", period, inputs.get("gate_actual", inputs["funding_base"]))
        said.feeds["company_goal"].append(
            {
                "goal_id": goal,
                "measure": "revenue",
                "scope": f"territory: {product_id(case, 'gate')}",
                "period": period,
                "amount": plan["gate"],
            }
        )
    if plan["allocation"] == "weight":
        shared["share"] = "target_incentive_amount"
        _put_weights(inputs, members, said, shared)
    elif plan["allocation"] != "equal":
        raise NotSaid(f"allocation {plan['allocation']}")
    if "min_attainment" in plan:
        shared["members"] = f"attainment(own) >= {percent(plan['min_attainment'])}"
        components["own"] = {"rate": "0%", "where": f"product_id = '{product_id(case, 'own')}'"}
        for member in members:
            quota = Fraction(1_000_000)
            _sell(
                case, said, "own", period, decimal_text(Fraction(member["attainment"]) * quota),
                rep=member["rep"],
            )  # fmt: skip
            put_quota(case, said, member["rep"], "own", period, decimal_text(quota))
    put_plan(case, said, kind_of(period), components)
    said.others += [SELLER, *(member["rep"] for member in members)]
    for rep in [member["rep"] for member in members] or [SELLER]:
        said.feeds["plan_assignment"].append(
            {
                "participant_id": person(case, rep),
                "plan_id": said.plan["plan"],
                "valid_from": "1990-01-01",
            }
        )


def _put_weights(
    inputs: dict[str, Any], members: list[dict[str, Any]], said: Said, shared: dict[str, Any]
) -> None:
    """Weights are money with two decimals at most; what counts is how they stand to each other."""
    weights = [Fraction(member.get("weight", "0")) for member in members]
    base = Fraction(inputs["weight_base"]) if "weight_base" in inputs else None
    scale = 1
    while any((each * scale).denominator != 1 for each in [*weights, base or Fraction(0)]):
        scale *= 10
    for member, weight in zip(members, weights, strict=True):
        said.columns[member["rep"]]["target_incentive_amount"] = decimal_text(weight * scale)
    if base is not None:
        shared["base"] = f"{decimal_text(base * scale)} {said.currency}"


def _sell(case: Case, said: Said, what: str, period: str, amount: str, rep: str = SELLER) -> None:
    put_sale(case, said, f"{what}.{rep}", last_day(period), rep, amount)
    of_case = product_id(case, what)
    said.feeds["sales_line"][-1] |= {"product_id": of_case, "territory_id": of_case}
    if of_case not in [row["product_id"] for row in said.feeds["product"]]:
        said.feeds["product"].append(
            {"product_id": of_case, "name": of_case, "valid_from": "1990-01-01"}
        )


def override_on_commission(case: Case, said: Said) -> None:
    """What the team has earned is a sale of that amount; the manager has a part of its pay."""
    plan = case.plan
    only(("rate", "period", "rep_rate", "manager"), plan, "override_on_commission")
    managers = list(dict.fromkeys(f.rep for f in case.figures if f.component == "commission"))
    manager = plan.get("manager") or managers[-1]
    components = {
        "commission": {"rate": percent(plan.get("rep_rate", "1"))},
        "override": {"of": "commission(team)", "credit": "rollup", "rate": percent(plan["rate"])},
    }
    said.parts["commission"] = tuple(components)
    earned = next(
        (case.inputs[key] for key in ("commissions", "team", "members") if key in case.inputs), None
    )
    if "transactions" in case.inputs and "rep_rate" in plan:
        put_transactions(case, said)
        kind = pay_of(plan["period"])
    elif earned is not None:
        period = case.inputs.get("period") or earned[0]["period"]
        kind = kind_of(period)
        for number, each in enumerate(earned):
            amount = each.get("commission") or each.get("amount") or each.get("earned")
            if amount is None:
                raise NotSaid("what the team has earned")
            day = last_day(each.get("period", period))
            put_sale(case, said, f"earned{number}", day, each["rep"], amount)
    else:
        raise NotSaid("what the team has earned")
    put_plan(case, said, kind, components)
    for row in said.feeds["sales_line"]:
        rep = row["sales_rep_id"].removeprefix(f"{case.case_id}.")
        if rep != manager:
            said.managers[rep] = manager

"""Quotas that are spread, prorated, ramped and changed, in the words of the plan language."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from math import lcm
from typing import Any

from ..case import Case
from ..periods import MONTHS, first_day, kind_of, last_day, period_of
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
    take_back,
    tier_rows,
)

COMPONENT = "commission"


def quota_calc(case: Case, said: Said) -> None:
    """Each row is a participant on the plan: what is asked is the quota, and pay by attainment."""
    plan = case.plan
    only(
        ("policy", "annual_quota", "full_quota", "ramp", "tiers", "target_pay", "boundary"),
        plan,
        "quota_calc",
    )
    rows = case.inputs["assignments"]
    kinds = {kind_of(row["period"]) for row in rows}
    if len(kinds) != 1:
        raise NotSaid("quotas of several kinds of periods")
    (kind,) = kinds
    is_target = any(row.get("item") == "target_pay" for row in rows)
    component = _pay_of_target(said) if is_target else _by_attainment(case, said)
    component["quota"] = {"type": COMPONENT} | _rule(case, said, rows)
    put_plan(case, said, kind, {COMPONENT: component})
    said.parts["quota"] = (COMPONENT,)
    put = _PUT[plan["policy"]]
    for number, row in enumerate(rows):
        spans = put(case, said, row)
        for start, end in spans:
            _assign(case, said, row["rep"], start, end)
        last = min(last_day(row["period"]), max(end for _, end in spans))
        put_sale(case, said, f"q{number}", last, row["rep"], row.get("actual", "0"))


def _rule(case: Case, said: Said, rows: list[dict[str, Any]]) -> dict[str, Any]:
    policy = case.plan["policy"]
    if policy == "weighted_months":
        spreads = [[percent(quarter["weight"]) for quarter in row["quarters"]] for row in rows]
        if any(spread != spreads[0] for spread in spreads):
            raise NotSaid("a spread of one's own")
        names = [f"Q{number}" for number in range(1, 5)]
        return {"prorate": "months", "spread": dict(zip(names, spreads[0], strict=True))}
    if policy == "months":
        return {"prorate": "months"}
    if policy == "days":
        return {"on_change": "blend"}
    if policy not in ("ramp", "cumulative_ramp"):
        raise NotSaid(f"a quota by {policy}")
    return {
        "ramp": [
            {
                "month": str(step["from_month"]),
                "take": percent(step["fraction"])
                if "fraction" in step
                else f"{step['amount']} {said.currency}",
            }
            for step in case.plan["ramp"]
        ]
    }


def _by_attainment(case: Case, said: Said) -> dict[str, Any]:
    """The case's target pay is that of the row, prorated already: it is said as money."""
    if "tiers" not in case.plan:
        return {"rate": "0%"}
    pay = Fraction(case.plan["target_pay"])
    total = Fraction(0)
    rows: list[dict[str, str]] = []
    for tier in case.plan["tiers"]:
        lower = Fraction(tier["from"])
        rows.append(
            {
                **({"from": edge(said, tier["from"], "attainment")} if lower else {"above": "0"}),
                "pays": f"{decimal_text(total)} {said.currency}",
                "per_point": f"{decimal_text(pay * Fraction(tier['multiplier']) / 100)}"
                f" {said.currency}",
            }
        )
        if tier.get("to") is not None:
            total += pay * Fraction(tier["multiplier"]) * (Fraction(tier["to"]) - lower)
    return {"steps": rows}


def _pay_of_target(said: Said) -> dict[str, Any]:
    points = [("0", "0"), ("100% of quota", "100% of target")]
    return {"points": [{"at": at, "pays": pays} for at, pays in points]}


def _assign(case: Case, said: Said, rep: str, start: date, end: date) -> None:
    row = {
        "participant_id": person(case, rep),
        "plan_id": said.plan["plan"],
        "valid_from": start.isoformat(),
        "valid_to": end.isoformat(),
    }
    if row not in said.feeds["plan_assignment"]:
        said.feeds["plan_assignment"].append(row)


Spans = list[tuple[date, date]]


def _weighted_months(case: Case, said: Said, row: dict[str, Any]) -> Spans:
    year = int(row["period"])
    amount = row.get("annual_quota") or case.plan["annual_quota"]
    put_quota(case, said, row["rep"], COMPONENT, row["period"], amount)
    return [
        (_month(year, 3 * number - months + 1), last_day(f"{year}-Q{number}"))
        for number, quarter in enumerate(row["quarters"], start=1)
        if (months := int(quarter["active_months"]))
    ]


def _months(case: Case, said: Said, row: dict[str, Any]) -> Spans:
    """Whoever is there for some of the months is there for the last of them."""
    months, active = int(row["period_months"]), int(row["active_months"])
    if months != MONTHS[kind_of(row["period"])] or not active:
        raise NotSaid(f"{active} of {months} months of {row['period']}")
    put_quota(case, said, row["rep"], COMPONENT, row["period"], row["amount"])
    end = last_day(row["period"])
    return [(_month(end.year, end.month - active + 1), end)]


def _days(case: Case, said: Said, row: dict[str, Any]) -> Spans:
    start, end = (date.fromisoformat(row[f"period_{side}"]) for side in ("from", "to"))
    if (start, end) != (first_day(row["period"]), last_day(row["period"])):
        raise NotSaid("a period of its own dates")
    if row.get("item", "quota") not in ("quota", "target_pay"):
        raise NotSaid(f"the item {row['item']}")
    spans = []
    for number, span in enumerate(row["spans"]):
        since, until = (date.fromisoformat(span[f"{side}_date"]) for side in ("from", "to"))
        spans.append((since, until))
        if row.get("item") == "target_pay":
            yearly = Fraction(span["amount"]) * 12 / MONTHS[kind_of(row["period"])]
            said.targets.append((row["rep"], since, decimal_text(yearly)))
            continue
        put_quota(case, said, row["rep"], COMPONENT, row["period"], span["amount"])
        if number:
            said.feeds["quota"][-1]["valid_from"] = since.isoformat()
    if row.get("item") == "target_pay":
        put_quota(case, said, row["rep"], COMPONENT, row["period"], "1000000")
    return spans


def _ramp(case: Case, said: Said, row: dict[str, Any]) -> Spans:
    month = first_day(row["period"])
    amount = row.get("full_quota") or case.plan["full_quota"]
    put_quota(case, said, row["rep"], COMPONENT, row["period"], amount)
    return _in_tenure(month, int(row["tenure_month"]))


def _cumulative_ramp(case: Case, said: Said, row: dict[str, Any]) -> Spans:
    """The full quota is that of a month."""
    first = first_day(row["period"])
    months = int(row["to_month"]) - int(row["from_month"]) + 1
    if months != MONTHS[kind_of(row["period"])]:
        raise NotSaid(f"{months} months in {row['period']}")
    amount = row.get("full_quota") or case.plan["full_quota"]
    for number in range(months):
        period = period_of(_month(first.year, first.month + number), "month")
        put_quota(case, said, row["rep"], COMPONENT, period, amount)
    return _in_tenure(first, int(row["from_month"]))


def _in_tenure(month: date, tenure_month: int) -> Spans:
    """Give the time since the month that makes this one the so-many'th."""
    return [(_month(month.year, month.month - tenure_month + 1), date(2099, 12, 31))]


def _month(year: int, month: int) -> date:
    months = year * 12 + month - 1
    return date(months // 12, months % 12 + 1, 1)


_PUT = {
    "weighted_months": _weighted_months,
    "months": _months,
    "days": _days,
    "ramp": _ramp,
    "cumulative_ramp": _cumulative_ramp,
}


def incremental_ytd(case: Case, said: Said) -> None:
    """A sale each period makes the year to date what the case says."""
    plan = case.plan
    only(("target_pay", "quota", "tiers", "boundary"), plan, "incremental_ytd")
    rows = tier_rows(
        said,
        plan["tiers"],
        "attainment",
        plan.get("boundary", "lower_inclusive"),
        "multiplier",
        "x",
    )
    measures = case.inputs["measures"]
    # Only the attainment counts: sales that are no decimal number become one.
    times = lcm(
        *(
            _reached_by(plan, Fraction(each["prior_paid"])).denominator
            for each in measures
            if "prior_paid" in each
        )
    )
    plan = plan | {"quota": decimal_text(Fraction(plan["quota"]) * times)}
    measures = [
        each | {"ytd_actual": decimal_text(Fraction(each["ytd_actual"]) * times)}
        for each in measures
    ]
    kind = kind_of(measures[0]["period"])
    target = f"{plan['target_pay']} {said.currency} per year"
    component = {"window": "year", "marginal": rows}
    put_plan(case, said, pay_of(kind), {COMPONENT: component}, target=target)
    for rep in reps(case):
        reached: dict[int, Fraction] = {}
        for number, measure in enumerate(each for each in measures if each["rep"] == rep):
            end = last_day(measure["period"])
            before = reached.get(end.year, Fraction(0))
            if end.year not in reached:
                put_quota(case, said, rep, COMPONENT, f"{end.year}", plan["quota"])
            if "prior_paid" in measure:
                # What was paid until then is what the sales until then have paid.
                stood = _reached_by(plan, Fraction(measure["prior_paid"]))
                day = first_day(measure["period"]) - timedelta(days=1)
                if stood != before and day.year == end.year:
                    amount = decimal_text(stood - before)
                    put_sale(case, said, f"{rep}-{number}-before", day, rep, amount)
                    before = stood
                elif stood != before:
                    raise NotSaid("paid before the year began")
            actual = Fraction(measure["ytd_actual"])
            put_sale(case, said, f"{rep}-{number}", end, rep, decimal_text(actual - before))
            reached[end.year] = actual


def _reached_by(plan: dict[str, Any], pay: Fraction) -> Fraction:
    """Give the sales that pay so much."""
    left = pay / Fraction(plan["target_pay"])
    attainment = Fraction(0)
    for tier in plan["tiers"]:
        times = Fraction(tier["multiplier"])
        width = None if tier["to"] is None else Fraction(tier["to"]) - Fraction(tier["from"])
        if not left:
            return attainment * Fraction(plan["quota"])
        if times and (width is None or left <= width * times):
            return (attainment + left / times) * Fraction(plan["quota"])
        left -= width * times
        attainment += width
    raise NotSaid("more paid than the table can pay")


def quota_rerun(case: Case, said: Said) -> None:
    """Each version is a night: its sales have come, and its quota with them."""
    plan = case.plan
    only(("tiers", "accumulate", "period", "boundary"), plan, "quota_rerun")
    window = pay_of(plan.get("accumulate", plan["period"]))
    boundary = plan.get("boundary", "lower_inclusive")
    rows = tier_rows(said, plan["tiers"], "attainment", boundary, "rate", "%")
    put_plan(
        case,
        said,
        pay_of(plan["period"]),
        {COMPONENT: {"window": window, "marginal": rows}},
        approved={"by": ["a"], "on": "1990-01-01"},
    )
    put_transactions(case, said)
    sales = said.feeds.pop("sales_line")
    windows = sorted({period_of(day, window) for day in days(case)})
    landed: set[str] = set()
    for version in sorted(case.inputs["versions"], key=lambda each: int(each["version"])):
        night = said.night(period_of(date.fromisoformat(version["as_of"]), plan["period"]))
        for sale in sales:
            if sale["order_date"] <= version["as_of"] and sale["order_id"] not in landed:
                landed.add(sale["order_id"])
                night["sales_line"].append(sale)
        for rep in reps(case):
            for period in windows:
                put_quota(case, said, rep, COMPONENT, period, version["quota"])
                row = said.feeds["quota"].pop()
                night["quota"].append(row | {"valid_from": version["as_of"]})
    del said.feeds["quota"]


def version_delta(case: Case, said: Said) -> None:
    """Each version is a night; a result is one sale at 100%, which the next one may correct."""
    only((), case.plan, "version_delta")
    versions = case.inputs["versions"]
    kind = kind_of(versions[0]["run_period"])
    put_plan(
        case, said, pay_of(kind), {COMPONENT: {"rate": "100%"}},
        approved={"by": ["a"], "on": "1990-01-01"},
    )  # fmt: skip
    for version in versions:
        night = said.night(version["run_period"])
        for result in version["results"]:
            name = f"{result['rep']}-{result['period']}"
            day = last_day(result["period"])
            put_sale(case, said, name, day, result["rep"], result["amount"])
            night["sales_line"].append(said.feeds["sales_line"].pop())
    del said.feeds["sales_line"]


def claw(case: Case, said: Said) -> None:
    """The sales are of the year before, and add up over a life; they come back in the period."""
    plan = case.plan
    policy = plan["policy"]
    only(("policy", "tiers", "boundary", "reduce_attainment"), plan, "claw")
    put = _TAKEN_BACK.get(policy)
    if put is None:
        raise NotSaid(f"the clawback {policy}")
    rows = case.inputs["clawbacks"]
    if len(rows) > 1 and policy in ("current_rate", "original_rate"):
        raise NotSaid("clawbacks at rates of one's own")
    component = put(case, said, rows)
    keeps = plan.get("reduce_attainment") is False
    component["returns"]["attainment"] = "keep" if keeps else "reduce"
    component["window"] = "life"
    put_plan(
        case, said, "month", {"clawback": component},
        approved={"by": ["a"], "on": "1990-01-01"},
    )  # fmt: skip


def _at_a_rate(case: Case, said: Said, rows: list[dict[str, Any]]) -> dict[str, Any]:
    (row,) = rows
    policy = case.plan["policy"]
    only(
        ("rep", "period", "credit", "paid", "original_rate", "current_rate", "attainment_before"),
        row,
        "a clawback",
    )
    credit = row["credit"]
    before = row.get("attainment_before", credit)
    original = row.get("original_rate") or row["current_rate"]
    if Fraction(before) > Fraction(credit):
        rest = decimal_text(Fraction(before) - Fraction(credit))
        put_sale(case, said, "rest", _sold(row, 1), row["rep"], rest)
    put_sale(case, said, "sold", _sold(row, 2), row["rep"], credit)
    _take_back(case, said, row, "sold", credit)
    if policy == "original_rate":
        return {"rate": percent(original), "returns": {"rate": "as_sold"}}
    later = {"from": f"{before} {said.currency}", "rate": percent(row["current_rate"])}
    return {
        "marginal": [{"from": "0", "rate": percent(original)}, later],
        "returns": {"rate": "current"},
    }


def _recalculated(case: Case, said: Said, rows: list[dict[str, Any]]) -> dict[str, Any]:
    boundary = case.plan.get("boundary", "lower_inclusive")
    tiers = tier_rows(said, case.plan["tiers"], "amount", boundary, "rate", "%")
    is_running = case.plan["policy"] == "running_rate_recalc"
    for number, row in enumerate(rows):
        if "deals" in row:
            only(("rep", "period", "deals", "cancelled"), row, "a clawback")
            deals = [(deal["id"], deal["amount"]) for deal in row["deals"]]
            cancelled = row["cancelled"]
        else:
            before = next((key for key in _BEFORE if key in row), None)
            back = next((key for key in ("credit", "amount", "cancelled") if key in row), None)
            if before is None or back is None:
                raise NotSaid(f"a clawback of {', '.join(sorted(row))}")
            rest = Fraction(row[before]) - Fraction(row[back])
            deals = [(f"{number}-rest", decimal_text(rest)), (f"{number}-sold", row[back])]
            cancelled = f"{number}-sold"
        for place, (name, amount) in enumerate(deals, start=1):
            put_sale(case, said, name, _sold(row, place), row["rep"], amount)
        night = said.night(row["period"])
        _take_back(case, said, row, cancelled, dict(deals)[cancelled])
        night["sales_line"].append(said.feeds["sales_line"].pop())
    if is_running:
        return {"running": tiers, "rate_at": "before", "returns": {"rate": "rerate"}}
    return {"marginal": tiers, "returns": {"rate": "walk_back"}}


_BEFORE = ("total_before", "cumulative_before", "sales_before", "total", "attainment_before")
_TAKEN_BACK = {
    "original_rate": _at_a_rate,
    "current_rate": _at_a_rate,
    "tier_recalc": _recalculated,
    "running_rate_recalc": _recalculated,
}


def _sold(row: dict[str, Any], place: int) -> date:
    return date(int(row["period"][:4]) - 1, 12, place)


def _take_back(case: Case, said: Said, row: dict[str, Any], sold: str, amount: str) -> None:
    put_sale(
        case, said, f"{sold}-back", last_day(row["period"]), row["rep"],
        decimal_text(-Fraction(amount)),
    )  # fmt: skip
    take_back(said.feeds["sales_line"][-1], order(case, sold))

"""Say a case in niaga's own words: a plan file, and rows of feeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .case import Case
from .periods import kind_of, last_day, period_of

CURRENCIES = {0: "IDR", 2: "USD", 3: "KWD"}
"""The company's currency by its digits: the money of a case is only money."""


class NotSaid(Exception):
    """The plan language does not calculate yet what a case needs; the words say what."""


@dataclass
class Said:
    """A case in niaga's words: its plan, and the rows of each feed."""

    currency: str
    plan: dict[str, Any]
    feeds: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))


def say(case: Case) -> Said:
    """Translate a case; raise NotSaid where the language has no word for it yet."""
    calculation = case.plan["calc"]
    translate = _CALCULATIONS.get(calculation)
    if translate is None:
        raise NotSaid(f"the calculation {calculation}")
    rounding = case.plan["rounding"]
    if rounding["mode"] != "half_up" or rounding.get("scope", "total") != "total":
        raise NotSaid(f"rounding {rounding['mode']}, scope {rounding.get('scope')}")
    said = Said(CURRENCIES[int(rounding["digits"])], {})
    translate(case, said)
    _put_people(case, said)
    return said


def person(case: Case, rep: str) -> str:
    return f"{case.case_id}.{rep}"


def order(case: Case, transaction: str) -> str:
    return f"{case.case_id}.{transaction}"


def _only(known: Iterable[str], said: dict[str, Any], what: str) -> None:
    always = {"calc", "currency", "rounding", "id"}
    if unknown := sorted(set(said) - set(known) - always):
        raise NotSaid(f"{what}: {', '.join(unknown)}")


def _number(value: Fraction) -> str:
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(share: str) -> str:
    return f"{_number(Fraction(share) * 100)}%"


def _edge(said: Said, value: str, basis: str) -> str:
    if Fraction(value) == 0:
        return "0"
    if basis == "attainment":
        return f"{_percent(value)} of quota"
    return f"{value} {said.currency}"


def _rows(
    said: Said, tiers: list[dict[str, Any]], basis: str, boundary: str, key: str, form: str
) -> list[dict[str, str]]:
    """Give the rows of a table of rates; the last one is open."""
    if boundary == "closed":
        raise NotSaid("tables closed at both ends")
    word = "above" if boundary == "upper_inclusive" else "from"
    rows = []
    for tier in tiers:
        edge = _edge(said, tier["from"], basis)
        rate = _percent(tier[key]) if form == "%" else f"{tier[key]}x"
        rows.append({"from" if edge == "0" else word: edge, "rate": rate})
    return rows


def _plan(case: Case, said: Said, pay: str, components: dict[str, Any], **more: Any) -> None:
    said.plan = {
        "plan": case.case_id.lower(),
        "currency": said.currency,
        "from": "1990-01-01",
        "pay": pay,
        **more,
        "components": components,
    }


def _pay_of(period: str) -> str:
    if period not in ("month", "quarter", "year"):
        raise NotSaid(f"a pay period of {period}")
    return period


def _tier_cum(case: Case, said: Said) -> None:
    plan = case.plan
    _only(
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
    if "opening" in case.inputs:
        raise NotSaid("opening balances")
    basis = plan["basis"]
    mode = plan["mode"]
    rows = _rows(said, plan["tiers"], basis, plan.get("boundary", "lower_inclusive"), "rate", "%")
    curve = {"running_whole": "running", "hybrid": "whole"}.get(mode, mode)
    component: dict[str, Any] = {curve: rows}
    if mode == "running_whole" and "rate_at" in plan:
        component["rate_at"] = plan["rate_at"]
    if mode == "hybrid":
        component["marginal_above"] = _edge(said, plan["retro_to"], basis)
    window = _pay_of(plan.get("accumulate", plan["period"]))
    component["window"] = window
    _plan(case, said, _pay_of(plan["period"]), {"commission": component})
    _put_transactions(case, said)
    if basis == "attainment":
        for period in sorted({period_of(day, window) for day in _days(case)}):
            for rep in _reps(case):
                _put_quota(case, said, rep, "commission", period, plan["quota"])


def _flat_rate(case: Case, said: Said) -> None:
    plan = case.plan
    _only(("rate", "period", "threshold_above"), plan, "flat_rate")
    component: dict[str, Any] = {"rate": _percent(plan["rate"])}
    if "threshold_above" in plan:
        component["only_above"] = f"{plan['threshold_above']} {said.currency}"
    _plan(case, said, _pay_of(plan["period"]), {"commission": component})
    _put_transactions(case, said)


def _split(case: Case, said: Said) -> None:
    plan = case.plan
    _only(("rate", "period", "require_100"), plan, "split")
    component: dict[str, Any] = {"rate": _percent(plan["rate"])}
    if not plan.get("require_100"):
        component["shares"] = "overlay"
    _plan(case, said, _pay_of(plan["period"]), {"commission": component})
    _put_transactions(case, said)
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


def _target_mult(case: Case, said: Said) -> None:
    _only(("target_pay", "components"), case.plan, "target_mult")
    components = {}
    for component in case.plan["components"]:
        _only(("mode", "tiers", "boundary", "weight"), component, "target_mult")
        boundary = component.get("boundary", "lower_inclusive")
        rows = _rows(said, component["tiers"], "attainment", boundary, "multiplier", "x")
        components[component["id"]] = {component["mode"]: rows, "weight": component.get("weight")}
    _measured(case, said, components, case.plan["target_pay"])


def _curve(case: Case, said: Said) -> None:
    """Each segment is a step that goes on rising; a point of attainment is a hundredth."""
    _only(("components",), case.plan, "curve")
    components = {}
    targets = {}
    for component in case.plan["components"]:
        _only(("target_pay", "segments", "boundary"), component, "curve")
        word = "above" if component.get("boundary") == "upper_inclusive" else "from"
        rows = []
        for segment in component["segments"]:
            row = {word: _edge(said, segment["from"], "attainment")}
            if row[word] == "0":
                row = {"above": "0"}
            row["pays"] = f"{_percent(segment['start'])} of target"
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
            component["weight"] = _percent(component["weight"])
    target = f"{_number(yearly)} {said.currency} per year"
    _plan(case, said, kind, components, target=target)
    for number, measure in enumerate(measures):
        quota = measure.get("quota", "1000000")
        actual = measure.get("actual") or _number(Fraction(measure["attainment"]) * Fraction(quota))
        _put_quota(case, said, measure["rep"], measure["component"], measure["period"], quota)
        _put_sale(case, said, f"m{number}", last_day(measure["period"]), measure["rep"], actual)


def _lump_interp(case: Case, said: Said) -> None:
    _only(("tiers", "period"), case.plan, "lump_interp")
    points = [{"at": "0", "pays": "0"}]
    total = Fraction(0)
    for tier in case.plan["tiers"]:
        total += Fraction(tier["amount"])
        points.append(
            {"at": f"{tier['to']} {said.currency}", "pays": f"{_number(total)} {said.currency}"}
        )
    _plan(case, said, _pay_of(case.plan["period"]), {"commission": {"points": points}})
    _put_transactions(case, said)


_CALCULATIONS: dict[str, Callable[[Case, Said], None]] = {
    "tier_cum": _tier_cum,
    "flat_rate": _flat_rate,
    "split": _split,
    "target_mult": _target_mult,
    "curve": _curve,
    "lump_interp": _lump_interp,
}


def _days(case: Case) -> list[date]:
    return [date.fromisoformat(each["date"]) for each in case.inputs["transactions"]]


def _reps(case: Case) -> list[str]:
    """Everyone that the case names, in order of the first mention."""
    said = [
        *(each["rep"] for each in case.inputs.get("transactions", [])),
        *(
            split["rep"]
            for each in case.inputs.get("transactions", [])
            for split in each.get("splits", [])
        ),
        *(each["rep"] for each in case.inputs.get("measures", [])),
        *(figure.rep for figure in case.figures if figure.rep != "*"),
    ]
    return list(dict.fromkeys(said))


def _put_people(case: Case, said: Said) -> None:
    days = [date.fromisoformat(row["order_date"]) for row in said.feeds["sales_line"]]
    for rep in _reps(case):
        said.feeds["participant"].append(
            {"participant_id": person(case, rep), "name": rep, "valid_from": "1990-01-01"}
        )
        said.feeds["plan_assignment"].append(
            {
                "participant_id": person(case, rep),
                "plan_id": said.plan["plan"],
                "valid_from": f"{min(days).year}-01-01",
                "valid_to": f"{max(days).year}-12-31",
            }
        )


def _put_transactions(case: Case, said: Said) -> None:
    for transaction in case.inputs["transactions"]:
        _only(("date", "rep", "amount", "type", "ref", "splits"), transaction, "a transaction")
        amount = Fraction(transaction["amount"])
        if transaction["type"] not in ("sale", "return"):
            raise NotSaid(f"a transaction of type {transaction['type']}")
        day = date.fromisoformat(transaction["date"])
        # A return that names no sale is a credit note: a sale of a negative amount.
        signed = amount if transaction["type"] == "sale" else -amount
        _put_sale(case, said, transaction["id"], day, transaction["rep"], _number(signed))
        if transaction["type"] == "return" and "ref" in transaction:
            said.feeds["sales_line"][-1] |= {
                "document_type": "return",
                "original_order_id": order(case, transaction["ref"]),
                "original_line_number": "1",
            }


def _put_sale(case: Case, said: Said, number: str, day: date, rep: str, amount: str) -> None:
    said.feeds["sales_line"].append(
        {
            "order_id": order(case, number),
            "line_number": "1",
            "document_type": "sale",
            "order_date": day.isoformat(),
            "product_id": "product",
            "sales_rep_id": person(case, rep),
            "quantity": "-1" if amount.startswith("-") else "1",
            "net_amount": amount,
        }
    )


def _put_quota(case: Case, said: Said, rep: str, kind: str, period: str, amount: str) -> None:
    said.feeds["quota"].append(
        {
            "participant_id": person(case, rep),
            "quota_type": kind,
            "period": period,
            "amount": amount,
        }
    )

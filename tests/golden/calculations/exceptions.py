"""What a plan or its data must be told of, in the words of the plan language and the feeds."""

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import Any

from ..case import Case
from ..periods import last_day
from ..words import (
    NotSaid,
    Said,
    decimal_text,
    edge,
    only,
    order,
    percent,
    person,
    put_plan,
    put_sale,
    take_back,
)


def pre_rules(case: Case, said: Said) -> None:
    """Each check is data of its participant; a table of tiers is for `niaga plan check`."""
    only((), case.plan, "pre_rules")
    put_plan(case, said, "month", {"commission": {"rate": "1%"}})
    for number, check in enumerate(case.inputs["checks"]):
        put = _CHECKS.get(check["check"])
        if put is None:
            raise NotSaid(f"the check {check['check']}")
        only(("rep", "period", "check", *_KEYS[check["check"]]), check, f"check {check['check']}")
        put(case, said, check, str(number))


def _tiers(case: Case, said: Said, check: dict[str, Any], number: str) -> None:
    rows = []
    for tier in check["tiers"]:
        row = {"from": edge(said, tier["from"], "amount"), "rate": percent(tier["rate"])}
        if tier["to"] is not None:
            row["to"] = edge(said, tier["to"], "amount")
        rows.append(row)
    put_plan(case, said, "month", {"commission": {"marginal": rows}})
    said.plans_to_check[check["rep"]], said.plan = said.plan, {}
    put_plan(case, said, "month", {"commission": {"rate": "1%"}})
    _sale(case, said, check, number)


def _plan(case: Case, said: Said, check: dict[str, Any], number: str) -> None:
    put_sale(case, said, number, date.fromisoformat(check["date"]), check["rep"], "100")
    for assignment in check["plan_assignments"]:
        said.feeds["plan_assignment"].append(
            {
                "participant_id": person(case, assignment["rep"]),
                "plan_id": said.plan["plan"],
                "valid_from": assignment["from_date"],
                "valid_to": assignment.get("to_date") or "",
            }
        )


def _duplicate(case: Case, said: Said, check: dict[str, Any], number: str) -> None:
    for transaction, times in Counter(check["ids"]).items():
        for _ in range(times):
            put_sale(
                case, said, f"{number}.{transaction}", last_day(check["period"]), check["rep"], "1"
            )


def _cycle(case: Case, said: Said, check: dict[str, Any], number: str) -> None:
    _sale(case, said, check, number)
    for below, above in check["edges"]:
        said.managers[below] = above


def _return(case: Case, said: Said, check: dict[str, Any], number: str) -> None:
    """A return without amounts is of all that was sold."""
    known = check["known"]
    sold = known if isinstance(known, dict) else dict.fromkeys(known, check.get("sold", "100"))
    day = last_day(check["period"])
    for transaction, amount in sold.items():
        put_sale(case, said, f"{number}.{transaction}", day, check["rep"], amount)
    back = check.get("amount") or sold.get(check["ref"], "100")
    returned = f"-{decimal_text(abs(Fraction(back)))}"
    put_sale(case, said, f"{number}.return", day, check["rep"], returned)
    take_back(said.feeds["sales_line"][-1], order(case, f"{number}.{check['ref']}"))


def _sale(case: Case, said: Said, check: dict[str, Any], number: str) -> None:
    put_sale(case, said, number, last_day(check["period"]), check["rep"], "100")


_CHECKS = {
    "tiers": _tiers,
    "plan": _plan,
    "duplicate": _duplicate,
    "cycle": _cycle,
    "return": _return,
}
_KEYS = {
    "tiers": ("tiers",),
    "plan": ("date", "plan_assignments"),
    "duplicate": ("ids",),
    "cycle": ("edges",),
    "return": ("ref", "known", "amount", "sold"),
}

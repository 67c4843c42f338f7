"""Every example of docs/examples/plans pays what its comment says, in one company."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from niaga.commission.plans import check_plans
from niaga.progress import Silent
from niaga.refresh import stage
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import rows
from tests.support.lake import put

FOLDER = Path(__file__).parents[2] / "docs" / "examples" / "plans"
OWN = ("participant_id", "sales_rep_id", "manager_id", "order_id", "original_order_id", "rule_id")
"""Columns whose names are an example's own: many of them have an ani."""
FIRST_DAY = "2026-01-01"
_CLAIM = re.compile(r"^# (\w+) (\d{4}(?:-\w+)?)(?: (\w+))?: (.+) = ([-\d,.]+)(?:, [a-z ]+ (\S+))?$")
_TERM = re.compile(r"[\d.]+%?|[-+*/()]")


@dataclass(frozen=True)
class Claim:
    """What the comment of an example says that someone is paid."""

    plan: str
    participant: str
    period: str
    component: str | None
    arithmetic: str
    equals: Fraction
    paid: Fraction


@dataclass
class Example:
    """A plan, in as many files as it has versions, and the rows of the feeds beside it."""

    name: str
    text: str
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    @property
    def claims(self) -> list[Claim]:
        found = [match.groups() for line in self.text.splitlines() if (match := _CLAIM.match(line))]
        return [
            Claim(self.name, who, period, component, sum_, _number(value), _number(paid or value))
            for who, period, component, sum_, value, paid in found
        ]

    @property
    def people(self) -> set[str]:
        return {
            row[column]
            for rows_ in self.rows.values()
            for row in rows_
            for column in ("participant_id", "sales_rep_id", "manager_id")
            if column in row
        }


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))


def _calculated(arithmetic: str) -> Fraction:
    """Work out `10,000 x 5% + 20,000 x 8%` exactly."""
    text = arithmetic.replace(",", "").replace(" x ", " * ")
    terms = _TERM.findall(text)
    assert "".join(terms) == text.replace(" ", ""), f"{arithmetic} is no arithmetic"
    exact = [
        f"Fraction('{term.rstrip('%')}') / {100 if term.endswith('%') else 1}"
        if term[0].isdigit()
        else term
        for term in terms
    ]
    value = eval(" ".join(f"({term})" if "F" in term else term for term in exact))
    assert isinstance(value, Fraction)
    return value


def examples() -> list[Example]:
    texts: dict[str, str] = defaultdict(str)
    for path in sorted(FOLDER.glob("*.yml")):
        plan = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)["plan"]
        texts[plan] += path.read_text("utf-8")
    return [Example(name, text, _feeds(name)) for name, text in texts.items()]


def _feeds(name: str) -> dict[str, list[dict[str, str]]]:
    said = yaml.load((FOLDER / "feeds" / f"{name}.yml").read_text("utf-8"), yaml.BaseLoader)
    for row in (row for feed in said.values() for row in feed):
        for column, text in row.items():
            row[column] = f"{name}.{text}" if column in OWN else text.replace("_", "")
    return said


def _sale(name: str, number: int, row: dict[str, str]) -> dict[str, str]:
    """Give a line of sales what an example leaves out."""
    is_return = row["net_amount"].startswith("-")
    kind = "return" if is_return else "sale"
    defaults = {
        "order_id": f"{name}.{number}", "line_number": "1", "document_type": kind,
        "product_id": "any", "quantity": "-1" if is_return else "1",
    } | ({"original_line_number": "1"} if is_return else {})  # fmt: skip
    return defaults | row


def _land(workspace: Workspace, state: State, all_examples: list[Example]) -> None:
    feeds: dict[str, list[dict[str, str]]] = defaultdict(list)
    for example in all_examples:
        said = dict(example.rows)
        said["sales_line"] = [
            _sale(example.name, number, row)
            for number, row in enumerate(said.get("sales_line", []), start=1)
        ]
        known = {row["participant_id"] for row in said.get("participant", [])}
        feeds["participant"] += [{"participant_id": who} for who in example.people - known]
        assigned = said.pop("plan_assignment", [{"participant_id": who} for who in example.people])
        feeds["plan_assignment"] += [
            {"plan_id": example.name, "valid_from": FIRST_DAY} | row for row in assigned
        ]
        for feed, added in said.items():
            feeds[feed] += added
    known = {row["product_id"] for row in feeds["product"]}
    sold = {row["product_id"] for row in feeds["sales_line"]}
    feeds["product"] += [{"product_id": product} for product in sold - known]
    for feed, content in feeds.items():
        put(workspace, state, feed, content)


def test_each_example_pays_what_it_says(workspace: Workspace, state: State) -> None:
    for path in FOLDER.glob("*.yml"):
        (workspace.plans_folder / path.name).write_bytes(path.read_bytes())
    check_plans(workspace)
    all_examples = examples()
    _land(workspace, state, all_examples)
    stage.register(workspace, state, state.start_run("nightly"), is_posting=True)
    stage.build_staging(workspace, Silent())
    stage.build_marts(workspace, Silent())

    paid = rows(
        workspace,
        "select participant_id, period, component_id, commission_amount "
        "from commission.commission_summary where commission_amount <> 0",
    )
    exchanged = rows(
        workspace,
        "select participant_id, period, paid_amount from commission.statement "
        "where paid_currency <> currency and paid_amount <> 0",
    )
    found: dict[tuple[str, str, str], dict[str, Fraction]] = defaultdict(dict)
    for person, period, component, amount in paid:
        plan, _, who = person.rpartition(".")
        found[plan, who, period][component] = Fraction(amount)
    for person, period, amount in exchanged:
        plan, _, who = person.rpartition(".")
        found[plan, who, period] = {"exchanged": Fraction(amount)}
    assert _faults(all_examples, found) == []


def _faults(
    all_examples: list[Example], found: dict[tuple[str, str, str], dict[str, Fraction]]
) -> list[str]:
    faults = []
    for claim in (claim for example in all_examples for claim in example.claims):
        if _calculated(claim.arithmetic) != claim.equals:
            faults.append(f"{claim}: is {_calculated(claim.arithmetic)}")
        components = found[claim.plan, claim.participant, claim.period]
        names = [claim.component] if claim.component else list(components)
        amount = sum((components.pop(name, Fraction(0)) for name in names), Fraction(0))
        if amount != claim.paid:
            faults.append(f"{claim}: niaga pays {amount}")
    return faults + [f"not said: {key} {rest}" for key, rest in found.items() if rest]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_each_example_says_what_it_pays(example: Example) -> None:
    assert example.claims, "its comment has a line like: # ani 2026-01: 1,000 x 5% = 50.00"

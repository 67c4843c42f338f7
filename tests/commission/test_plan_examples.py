"""Every example of docs/examples/plans pays what its comment says, and says why, in one company."""

from __future__ import annotations

import contextlib
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from niaga.commission.plans import check_plans
from niaga.operate import explanation
from niaga.operate.show_explanation import show_explanations
from niaga.progress import Silent
from niaga.publish.stage import publish
from niaga.refresh import stage
from niaga.state import State
from niaga.terminal import Terminal
from niaga.workspace import Workspace, create_workspace

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


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A company that all examples are plans of, built and published once."""
    workspace = create_workspace(tmp_path_factory.mktemp("examples") / "company", "Company", "USD")
    for path in FOLDER.glob("*.yml"):
        (workspace.plans_folder / path.name).write_bytes(path.read_bytes())
    check_plans(workspace)
    with State.open(workspace) as state:
        _land(workspace, state, examples())
        run_id = state.start_run("nightly")
        stage.register(workspace, state, run_id, is_posting=True)
        stage.build_staging(workspace, Silent())
        stage.build_marts(workspace, Silent())
        stage.build_operations(workspace, state, Silent())
        publish(workspace, state, run_id, Silent())
    return workspace


def test_each_example_pays_what_it_says(company: Workspace) -> None:
    workspace, all_examples = company, examples()
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


WORDS = {
    "gates budi adjustment": (
        "gate: measure(revenue) >= 50_000 USD, else 25% of it",
        "(measure(revenue) is 49,990.00, component revenue)",
        "-1,500.00: the period's 2,000.00 become 500.00",
    ),
    "bands ani sale coffee": (
        "band 1: if attainment(training) >= 95%",
        "(attainment(training) is 95.00%, 95,000.00 of 100,000.00, component training)",
    ),
    "gate-of-a-goal ani adjustment": (
        "gate: goal(upland) >= 100%, else 50% of it (goal(upland) is 99.99%, feed company_goal)",
    ),
    "else-cap ani adjustment": ("at most 1_000 USD per month (score(safety) is 75.00%",),
    "else-cap ani sale": ("-500.00 in the period by gate: gate: score(safety) >= 80%",),
    "multiply ani adjustment stepped": (
        "multiplied by score(quality): from 0% 0.9x, above 90% 1x (score(quality) is 85.00%",
        "-500.00: the period's 5,000.00 become 4,500.00",
    ),
    "cap-and-floor ani adjustment": ("floor: 250 USD per month", "140.00 become 250.00"),
    "cap-and-floor budi adjustment": ("cap: 5_000 USD per month", "5,600.00 become 5,000.00"),
    "plan-cap ani adjustment": ("cap of the plan: 3_000 USD per month",),
    "fixed ani fixed": ("fixed: 900 USD per month, prorated by days",),
    "score ani fixed": ("of: score, a result of the feed objective_result",),
    "pool ani fixed": (
        "1% of company, shared by measure among 2; members: attainment(sales) >= 60%",
        "fund is 1,300.00, funded_amount; own measure is 75.00%, 90,000.00 of 120,000.00",
        "attainment(sales) is 90.00%, 90,000.00 of 100,000.00, component sales",
    ),
    "contest ani fixed": ("rank 1, prize 2_500 USD, ties: share, winners: 3 (prize is 2,500.00",),
    "commission-of-the-team budi fixed": (
        "of: commission(team), what those below have earned in the period",
        "5,000.00 x 4% = 200",
    ),
    "amounts-per-order ani per-order": (
        "fixed_per_order -3 USD, min_per_order 8 USD, max_per_order 500 USD",
        "3.00: the order is paid 3.00 per-order and 5.00 sale",
    ),
    "terms ani sale": ("term 1: product_id = 'tea', to 2026-06-30",),
    "rollup dewi sale": (
        "as manager at level 2",
        "rollup.ani > rollup.budi > rollup.dewi: 100% of what rollup.ani sells",
    ),
    "count-once dewi sale": (
        "ani > count-once.budi > count-once.dewi, count-once.ani > count-once.citra > count-once",
        "200% of what",
    ),
    "credit-of-a-team budi sale": (
        "100% of it, with the team",
        "team north: 100% of what anyone of it sells",
    ),
    "credit-of-a-territory budi sale": (
        "100% of it, by territory",
        "credited as whoever has the territory of the sale",
    ),
    "differential budi sale": ("one's own level less the highest below it: agent 80%, general",),
    "share-out ani sale": ("the order is paid once, and the money shared by pay_share",),
}
"""What is said of the first line of an example, a participant, a kind and perhaps a component."""


@pytest.fixture(scope="module")
def told_of(company: Workspace) -> Iterator[Callable[[str], str]]:
    """Give what `niaga explain` says of a line, without the breaks of its table."""
    plans, segments = explanation._plans(company), explanation._segments(company)

    def tell(line: str) -> str:
        written = io.StringIO()
        with contextlib.redirect_stdout(written):
            show_explanations(Terminal(), explanation.explain(company, line, None))
        return " ".join(written.getvalue().split())

    with pytest.MonkeyPatch.context() as patch:
        # Reading fifty plans for each line would take longer than all else.
        patch.setattr(explanation, "_plans", lambda _: plans)
        patch.setattr(explanation, "_segments", lambda _: segments)
        yield tell


@pytest.mark.parametrize("about", WORDS)
def test_an_example_is_explained_in_the_words_of_its_plan(
    company: Workspace, told_of: Callable[[str], str], about: str
) -> None:
    plan, who, kind, *component = about.split()
    [(line,), *_] = rows(
        company,
        "select commission_line_id from commission.commission_line "
        f"where plan_id = '{plan}' and participant_id = '{plan}.{who}' and line_kind = '{kind}' "
        f"and component_id in ({', '.join(map(repr, component)) or 'component_id'}) "
        "order by period_start, commission_line_id",
    )
    told = told_of(line)
    for words in WORDS[about]:
        assert words in told


def test_what_no_rate_explains_has_a_cause(
    company: Workspace, told_of: Callable[[str], str]
) -> None:
    lines = rows(
        company,
        "select commission_line_id from commission.commission_line "
        "where line_kind in ('adjustment', 'fixed', 'per-order')",
    )
    assert [line for (line,) in lines if " because " not in told_of(line)] == []

"""After any single row has changed, a build that goes on pays what one that starts anew does.

Companies within a company: each has its own people, products and plans, and one row that changes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale, taken_back
from tests.support.lake import put

GROUPS = 8
SEED = 20261126
SELLERS = ("ani", "budi", "citra")
TABLES = ("commission_line", "commission_summary", "commission_exception", "reached")
HEAD = "currency: USD\nfrom: 2026-01-01\napproved: {by: [a], on: 2025-12-01}\n"


@dataclass
class Group:
    """A small company: its plans, what it has sold, and the row that changes."""

    name: str
    chance: random.Random
    lines: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number in range(9):
            self.lines.append(self._sale(f"{self.name}-{number}"))
        for line in self.lines[:3]:
            self.lines.append(self._return_of(line, f"{line['order_id']}-r"))

    def _day(self) -> str:
        return str(date(2026, 1, 1) + timedelta(days=self.chance.randrange(150)))

    def _sale(self, order: str) -> dict[str, str]:
        return sale(
            order,
            self._day(),
            f"{self.chance.randint(100, 9_000) / 100:.2f}",
            f"{self.name}.{self.chance.choice(SELLERS)}",
            product_id=f"{self.name}-{self.chance.choice(['main', 'main', 'side'])}",
            customer_id=f"{self.name}-{self.chance.randint(1, 3)}",
            cost_amount="0.50",
            territory_id=self.name,
        )

    def _return_of(self, line: dict[str, str], order: str) -> dict[str, str]:
        day = date.fromisoformat(line["order_date"]) + timedelta(days=self.chance.randrange(60))
        part = self.chance.choice([1, 2, 3])
        amount = f"-{float(line['net_amount']) / part:.2f}"
        kept = {name: line[name] for name in ("product_id", "customer_id", "territory_id")}
        return taken_back(
            order, str(day), amount, line["order_id"], line["sales_rep_id"], **kept,
            cost_amount="-0.10",
        )  # fmt: skip

    def change(self) -> dict[str, str]:
        """Give the one row that is new or is not as it was."""
        sales = self.lines[:9]
        kind = self.chance.choice(
            ["new", "side", "side", "back", "void", "amount", "day", "seller", "product"]
        )
        line = self.chance.choice(sales)
        if kind == "new":
            return self._sale(f"{self.name}-new")
        if kind == "side":
            # Enough to move what bands, gates and members go by, in windows of other components.
            more = {"product_id": f"{self.name}-side", "net_amount": "95"}
            return self._sale(f"{self.name}-new") | more
        if kind == "back":
            return self._return_of(self.chance.choice(sales[3:]), f"{self.name}-back")
        other = self._sale(line["order_id"])
        key = {"amount": "net_amount", "day": "order_date", "seller": "sales_rep_id"}.get(kind)
        if kind == "void":
            return line | {"status": "void"}
        return line | {key or "product_id": other[key or "product_id"]}

    def plans(self) -> dict[str, str]:
        """Give the text of each plan of the group, the one of its sellers first."""
        name, pick = self.name, self.chance.choice
        main, side = (f"where: product_id = '{name}-{kind}'" for kind in ("main", "side"))
        asked = pick(["attainment(side) >= 50%", "measure(side) > 30 USD", f"goal({name}) >= 70%"])
        rates = "[{from: 0, rate: 5%}, {from: 60 USD, rate: 8.5%}]"
        curve = pick(["marginal", "whole", "running"])
        window = pick(["month", "quarter", "half"])
        prize = pick(["rank: 1", "first_to: 80 USD"])
        limit = pick(["", "    cap: 6 USD per month\n", "    floor: 3 USD per month\n"])
        sellers = f"""plan: {name}-sellers
{HEAD}cap: 20 USD per quarter
components:
  side: {{{side}, window: quarter, rate: 1%}}
  main:
    {main}
    window: {window}
    {curve}: {rates}
    bands: [{{if: {asked}, whole: [{{from: 0, rate: 10%}}]}}]
    gates: [{{needs: {asked}, else: 40%}}]
    multiply: [{{by: attainment(side), rows: [{{from: 0%, times: 1x}}, {{above: 90%, times: 2x}}]}}]
{limit}  bonus: {{fixed: 5 USD per month, gates: [{{needs: {asked}, else_cap: 1 USD per month}}]}}
  buyers: {{of: customers, window: {window}, rate: 1 USD per customer}}
  orders: {{{main}, window: order, rate: 2%, min_per_order: 0.50 USD}}
  pool:
    {main}
    window: quarter
    pool: {{fund: 3% of company, members: {asked}, share: measure}}
  race: {{window: quarter, contest: {{{prize}, prize: 7 USD, ties: share}}}}
"""
        managers = f"""plan: {name}-managers
{HEAD}components:
  team:
    credit: rollup
    levels: 2
    count_once: {pick(["yes", "no"])}
    window: {window}
    {curve}: {rates}
  mates: {{credit: team, rate: 0.5%}}
  levels: {{credit: rollup, levels: 2, differential: {{by: role, levels: {{a: 2%, b: 3%}}}}}}
  override: {{of: commission(team), credit: rollup, levels: 2, rate: 4%}}
"""
        return {f"{name}-sellers": sellers, f"{name}-managers": managers}

    def masters(self) -> dict[str, list[dict[str, str]]]:
        name = self.name
        ani, budi, citra, manager, other, director = (
            f"{name}.{who}" for who in (*SELLERS, "manager", "other", "director")
        )
        first = {"valid_from": "2026-01-01"}
        return {
            "participant": [
                {"participant_id": ani, "manager_id": manager, "team": name, "role": "a"},
                {"participant_id": budi, "manager_id": manager, "role": "a"},
                {"participant_id": citra, "manager_id": other},
                {"participant_id": manager, "manager_id": director, "team": name, "role": "b"},
                {"participant_id": other, "role": "b"},
                {"participant_id": director, "role": "b"},
            ],
            # A diamond in part of the time, with a dotted line.
            "reporting_line": [
                {"participant_id": ani, "manager_id": other, "share": "0.5"}
                | {"valid_from": "2026-02-10", "valid_to": "2026-04-15"},
                {"participant_id": other, "manager_id": director} | first,
            ],
            "territory": [{"territory_id": name}],
            "company_goal": [
                {"goal_id": name, "measure": "revenue", "scope": f"territory: {name}"}
                | {"period": period, "amount": "250"}
                for period in ("2026-Q1", "2026-Q2")
            ],
            "product": [{"product_id": f"{name}-{kind}"} for kind in ("main", "side")],
            "credit_split": [
                {"rule_id": name, "customer_id": f"{name}-1", "participant_id": who, "share": share}
                for who, share in ((ani, "0.7"), (citra, "0.3"))
            ],
            "quota": [
                {"participant_id": who, "quota_type": "side", "period": period, "amount": "60"}
                for who in (ani, budi)
                for period in ("2026-Q1", "2026-Q2")
            ],
            "plan_assignment": [
                {"participant_id": who, "plan_id": f"{name}-{plan}"} | first
                for plan, people in (
                    ("sellers", (ani, budi, citra)),
                    ("managers", (manager, other, director)),
                )
                for who in people
            ],
        }


def _results(workspace: Workspace, group: Group) -> list[list[tuple[object, ...]]]:
    """Give what is published of a group, apart from when a row was first seen."""
    kept = {"commission_exception": "* exclude (first_seen_at)"}
    return [
        rows(
            workspace,
            f"select {kept.get(table, '*')} from commission.{table} "
            f"where starts_with(participant_id, '{group.name}.') order by all",
        )
        for table in TABLES
    ]


def test_a_build_that_goes_on_pays_what_one_that_starts_anew_does(
    workspace: Workspace, state: State
) -> None:
    groups = [Group(f"g{number}", random.Random(SEED + number)) for number in range(GROUPS)]
    feeds: dict[str, list[dict[str, str]]] = {"sales_line": []}
    for group in groups:
        for plan, text in group.plans().items():
            (workspace.plans_folder / f"{plan}.yml").write_text(text)
        for feed, masters in group.masters().items():
            feeds.setdefault(feed, []).extend(masters)
        feeds["sales_line"] += group.lines
    for feed, content in feeds.items():
        put(workspace, state, feed, content)
    assert build(workspace, state).is_full

    changes = [group.change() for group in groups]
    before = [_results(workspace, group) for group in groups]
    # The second of two builds that go on repeats what dbt ran in the first.
    for day, of_day in enumerate((changes[::2], changes[1::2]), start=1):
        put(workspace, state, "sales_line", of_day, business_date=date(2027, 1, day))
        assert not build(workspace, state).is_full
    went_on = [_results(workspace, group) for group in groups]

    put(workspace, state, "product", [{"product_id": "new"}])
    assert build(workspace, state).is_full, "masters have changed"
    anew = [_results(workspace, group) for group in groups]
    wrong = [
        (group.name, change)
        for group, change, goes_on, starts in zip(groups, changes, went_on, anew, strict=True)
        if goes_on != starts
    ]
    assert wrong == []
    changed = sum(old != new for old, new in zip(before, anew, strict=True))
    assert changed > GROUPS / 4, "the changes change something"

"""Mistakes that other commission systems are known for: niaga makes none of them.

Two nights of one company, with real exports: its sales, then a correction and new sales, with the
first export once more and under another name.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import yaml
from niaga.ingest.contracts import contracts
from niaga.operate.run import run_verb
from niaga.operate.stages import NIGHT, STAGES_OF
from niaga.progress import Silent
from niaga.workspace import Workspace, create_workspace

from tests.support.builds import rows, sale, taken_back

HEAD = "currency: USD\nfrom: 2026-01-01\napproved: {by: [a], on: 2025-12-01}\ncomponents:\n"
TIERS = "[{from: 0, rate: 5%}, {from: 100 USD, rate: 8%}, {from: 200 USD, rate: 10%}]"
PLANS = {
    "flat": "  revenue: {rate: 5%}\n",
    "slices": f"  revenue: {{window: quarter, marginal: {TIERS}}}\n",
    "all": f"  revenue: {{window: quarter, whole: {TIERS}}}\n",
    "reached": (
        "  revenue: {whole: [{from: 0, rate: 5%}, {from: 100% of quota, rate: 8%}]}\n"
        "  bonus:\n    fixed: 7 USD per month\n"
        "    gates: [{needs: attainment(revenue) >= 100%, else: 0%}]\n"
    ),
    "managers": "  team: {credit: rollup, levels: 2, rate: 1%}\n",
}
ON_PLAN = {
    "flat": ["refunded", "repeated", "leaver", "abroad", "left", "right"],
    "slices": ["tiers", "settled"],
    "all": ["edited", "jumper"],
    "reached": ["almost", "there"],
    "managers": ["manager", "director"],
}
MANAGERS = {"left": "manager", "right": "manager", "manager": "director"}
FIRST = [
    sale("f1", "2026-01-10", "1000", "refunded"),
    taken_back("f2", "2026-01-20", "-400", "f1", "refunded"),
    sale("t1", "2026-01-10", "250", "tiers"),
    sale("r1", "2026-01-10", "100", "repeated"),
    sale("e1", "2026-01-10", "150", "edited"),
    sale("e2", "2026-01-11", "60", "edited"),
    sale("s1", "2026-01-10", "90", "settled"),
    sale("j1", "2026-01-10", "90", "jumper"),
    sale("m1", "2026-01-10", "100", "left"),
    sale("l1", "2026-01-31", "100", "leaver"),
    sale("l2", "2026-02-02", "100", "leaver"),
    taken_back("l3", "2026-02-03", "-100", "l1", "leaver"),
    sale("a1", "2026-01-10", "99.99", "almost"),
    sale("a2", "2026-01-10", "100", "there"),
    # Six in the evening in Greenwich is the next day, and the next month, in Jakarta.
    sale("z1", "2026-01-31", "100", "abroad") | {"order_date": "2026-01-31T18:00:00+0000"},
    sale("z2", "2026-01-31", "200", "abroad") | {"order_date": "2026-02-01T05:30:00+0700"},
    sale("z3", "2026-01-31", "400", "abroad") | {"order_date": "2026-01-31T23:59:59+0700"},
]
SECOND = [
    sale("e1", "2026-01-10", "50", "edited"),
    sale("s2", "2026-02-10", "30", "settled"),
    sale("j2", "2026-02-10", "30", "jumper"),
]
DATED = {"order_date": {"type": "date", "date": "%Y-%m-%dT%H:%M:%S%z"}}


@dataclass(frozen=True)
class Company:
    """The company after its nights."""

    workspace: Workspace

    def paid(self, participant: str) -> dict[str, str]:
        """Give what the statements of a participant pay, by period, where it is anything."""
        found = rows(
            self.workspace,
            "select period, payable_amount from commission.statement "
            f"where participant_id = '{participant}' and payable_amount <> 0 order by period",
        )
        return {period: f"{amount:.2f}" for period, amount in found}


def land(workspace: Workspace, feed: str, day: str, lines: list[dict[str, str]]) -> None:
    """Write an export of a feed, and the source that takes it column by column."""
    names = [column.name for column in contracts()[feed].columns]
    export: dict[str, Any] = {"file": f"{feed}_{{date:%Y-%m-%d}}*.csv"}
    if feed == "sales_line":
        export["columns"] = DATED
        at_nine = [line | {"order_date": _moment(line["order_date"])} for line in lines]
        lines = at_nine
    selected = ", ".join(f'"{name}"' for name in names)
    source = {
        "source": feed,
        "exports": {"lines": export},
        "feeds": {feed: f"select _row_number, {selected} from lines"},
    }
    (workspace.sources_folder / f"{feed}.yml").write_text(yaml.safe_dump(source, sort_keys=False))
    with (workspace.landing / f"{feed}_{day}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(lines)


def _moment(day: str) -> str:
    return day if "T" in day else f"{day}T09:00:00+0700"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    root = tmp_path_factory.mktemp("mistakes") / "company"
    workspace = create_workspace(root, "Company", "USD", "Asia/Jakarta")
    for plan, components in PLANS.items():
        text = f"plan: {plan}\n{HEAD}{components}"
        (workspace.plans_folder / f"{plan}.yml").write_text(text)
    _land_masters(workspace)
    with pytest.MonkeyPatch.context() as patch:
        # Gates and publishing add nothing to what is paid.
        calculating = tuple(s for s in NIGHT if "gate" not in s.name and s.name != "publish")
        patch.setitem(STAGES_OF, "nightly", calculating)
        for exports in (
            {"2026-02-05": FIRST},
            {"2026-02-15": SECOND, "2026-02-05": FIRST, "2026-02-05_again": FIRST},
        ):
            for day, lines in exports.items():
                land(workspace, "sales_line", day, lines)
            run_verb("nightly", workspace, Silent())
    return Company(workspace)


def _land_masters(workspace: Workspace) -> None:
    everyone = [(who, plan) for plan, people in ON_PLAN.items() for who in people]
    manager = [{"participant_id": who, "manager_id": above} for who, above in MANAGERS.items()]
    others = [{"participant_id": who} for who, _ in everyone if who not in MANAGERS]
    assigned = [
        {"participant_id": who, "plan_id": plan, "valid_from": "2026-01-01"}
        for who, plan in everyone
    ]
    quota = {"quota_type": "revenue", "period": "2026-01", "amount": "100"}
    half = {"rule_id": "m1", "order_id": "m1", "share": "0.5"}
    for feed, lines in {
        "participant": [*manager, *others],
        "product": [{"product_id": "p"}],
        "plan_assignment": assigned,
        "quota": [quota | {"participant_id": who} for who in ON_PLAN["reached"]],
        "credit_split": [half | {"participant_id": who} for who in ("left", "right")],
    }.items():
        land(workspace, feed, "2025-12-31", lines)
    # That someone has left is heard of some weeks later.
    left = {"participant_id": "leaver", "leave_date": "2026-01-31"}
    land(workspace, "participant", "2026-02-20", [left])


def test_refunds_added_instead_of_subtracted(company: Company) -> None:
    """1,000 less 400 at 5%."""
    assert company.paid("refunded") == {"2026-01": "30.00"}


def test_lower_tiers_left_out(company: Company) -> None:
    """250: 100 at 5%, 100 at 8%, 50 at 10%."""
    assert company.paid("tiers") == {"2026-01": "18.00"}


def test_paid_again_on_repetition(company: Company) -> None:
    """The same export under the same name, then under another: 100 at 5% once."""
    assert company.paid("repeated") == {"2026-01": "5.00"}
    assert rows(
        company.workspace, "select count(*) from core.sales_line where order_id = 'r1'"
    ) == [(1,)]


def test_pay_left_as_it_was_when_the_order_is_edited(company: Company) -> None:
    """150 becomes 50: of 210 all had 10%, 21.00, which goes; of 110 all have 8%, 8.80."""
    assert company.paid("edited") == {"2026-01": "8.80"}
    corrected = rows(
        company.workspace,
        "select reason, sum(amount) from commission.ledger where participant_id = 'edited' "
        "group by reason order by reason",
    )
    assert corrected == [("correction", -21), ("new", Decimal("29.80"))]


def test_earlier_settlements_forgotten_at_the_next_tier(company: Company) -> None:
    """90 in January at 5%. February's 30: 10 at 5% and 20 at 8%; or all 120 at 8% less 4.50."""
    assert company.paid("settled") == {"2026-01": "4.50", "2026-02": "2.10"}
    assert company.paid("jumper") == {"2026-01": "4.50", "2026-02": "5.10"}


def test_a_shared_manager_credited_twice(company: Company) -> None:
    """Both halves of 100 reach one manager, and his: 1% of 100 each."""
    assert company.paid("manager") == {"2026-01": "1.00"}
    assert company.paid("director") == {"2026-01": "1.00"}


def test_a_rep_who_left_still_earning(company: Company) -> None:
    """The last day counts, the days after do not; what comes back later is taken back."""
    assert company.paid("leaver") == {"2026-01": "5.00", "2026-02": "-5.00"}
    assert rows(
        company.workspace,
        "select reason, transaction_id, amount from commission.commission_exception "
        "where participant_id = 'leaver'",
    ) == [("participant_left", "l2:1:sale", 100)]


def test_lines_that_differ_from_totals(company: Company) -> None:
    """Of everyone and every period the lines, the results, the ledger and the statements agree."""
    by = "participant_id, {period}, sum({amount}) from commission.{table} group by all having sum"
    tables = [
        ("commission_line", "period", "commission_amount"),
        ("commission_summary", "period", "commission_amount"),
        ("ledger", "earned_period", "amount"),
        ("statement", "period", "payable_amount"),
    ]
    totals = [
        rows(
            company.workspace,
            f"select {by.format(table=table, period=period, amount=amount)}({amount}) <> 0 "
            "order by all",
        )
        for table, period, amount in tables
    ]
    assert len(totals[0]) > 10
    assert all(total == totals[0] for total in totals)


def test_a_time_zone_that_moves_a_sale_into_another_month(company: Company) -> None:
    """By the company's clock 400 are January's; 100 and 200 are February's."""
    assert company.paid("abroad") == {"2026-01": "20.00", "2026-02": "15.00"}


def test_attainment_rounded_before_the_tier_is_picked(company: Company) -> None:
    """99.99 of 100 is not 100%, for the rate and for the gate."""
    assert company.paid("almost") == {"2026-01": "5.00"}
    assert company.paid("there") == {"2026-01": "15.00"}

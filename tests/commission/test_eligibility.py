"""Whom a plan is for, and what is told where a sale pays nobody."""

from __future__ import annotations

from datetime import date

from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale
from tests.support.lake import put

LEADS = """
plan: leads
currency: USD
from: 2026-01-01
to: 2026-03-31
who: role in ('lead', 'chief') and not team = 'inside'
components: {revenue: {rate: 10%}}
"""
OTHERS = """
plan: others
currency: USD
from: 2026-01-01
components:
  tea: {terms: [{where: "customer_id = 'k'", rate: 1%}]}
  buyers: {of: customers, where: net_amount > 5 USD, rate: 1 USD per customer}
  rich: {where: margin_rate > 50%, rate: 1%}
"""


def test_a_plan_pays_whom_it_is_for_while_it_is(workspace: Workspace, state: State) -> None:
    """Ani leads from 10 February on, a chief from the 20th; Budi is inside; Cici is named."""
    (workspace.plans_folder / "leads.yml").write_text(LEADS)
    (workspace.plans_folder / "others.yml").write_text(OTHERS)
    people = [
        {"participant_id": "ani", "name": "ani", "role": "rep", "valid_from": "2026-01-01"},
        {"participant_id": "ani", "name": "ani", "role": "lead", "valid_from": "2026-02-10"},
        {"participant_id": "ani", "name": "ani", "role": "chief", "valid_from": "2026-02-20"},
        {"participant_id": "budi", "name": "budi", "role": "lead", "team": "inside"},
        {"participant_id": "cici", "name": "cici"},
        {"participant_id": "dodo", "name": "dodo"},
    ]
    put(workspace, state, "participant", people)
    assigned = {"participant_id": "cici", "plan_id": "leads", "valid_from": "2026-02-01"}
    other = {"participant_id": "dodo", "plan_id": "others", "valid_from": "2026-01-01"}
    put(workspace, state, "plan_assignment", [assigned | {"valid_to": "2026-02-28"}, other])
    days = ("2026-02-09", "2026-02-10", "2026-03-31", "2026-04-01")
    sales = [
        sale(f"{name}-{day}", day, "100", name) for name in ("ani", "budi", "cici") for day in days
    ]
    sales += [
        sale("known", "2026-02-01", "100", "dodo", customer_id="k", cost_amount="10"),
        sale("unknown", "2026-02-02", "100", "dodo"),
        sale("small", "2026-02-03", "5", "dodo", cost_amount="5"),
    ]
    put(workspace, state, "sales_line", sales)
    build(workspace, state)

    assert rows(
        workspace,
        "select participant_id, transaction_date from commission.commission_line "
        "where plan_id = 'leads' order by all",
    ) == [
        ("ani", date(2026, 2, 10)),
        ("ani", date(2026, 3, 31)),
        ("cici", date(2026, 2, 9)),
        ("cici", date(2026, 2, 10)),
    ]
    assert rows(
        workspace,
        "select valid_from, valid_to from intermediate.int_commission__assignment "
        "where participant_id = 'ani'",
    ) == [(date(2026, 2, 10), date(2026, 3, 31))]
    assert rows(
        workspace,
        "select reason, transaction_id from commission.commission_exception "
        "where participant_id = 'dodo' order by all",
    ) == [
        ("no_cost", "unknown:1:sale"),
        ("no_customer", "unknown:1:sale"),
        ("no_rate", "small:1:sale"),
        ("no_rate", "unknown:1:sale"),
    ]

"""A build that goes on from the last one equals one that starts anew, whatever has arrived."""

from __future__ import annotations

import json
import shutil
from datetime import date
from decimal import Decimal

import pytest
from niaga.errors import NiagaError
from niaga.refresh import stage
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale, taken_back
from tests.support.lake import put

PLAN = """
plan: reps
currency: USD
from: 2026-01-01
approved: {by: [a], on: 2025-12-01}
components:
  revenue:
    window: month
    whole: [{from: 0, rate: 5%}, {from: 100 USD, rate: 10%}]
"""
# Pay of one component goes by another's sales, and the plan's cap by both.
BANDED = """
plan: banded
currency: USD
from: 2026-01-01
approved: {by: [a], on: 2025-12-01}
cap: 12 USD per quarter
components:
  side: {where: product_id = 'side', window: quarter, rate: 1%}
  main:
    where: product_id = 'main'
    rate: 5%
    bands: [{if: attainment(side) >= 50%, whole: [{from: 0, rate: 10%}]}]
    gates: [{needs: attainment(side) >= 60%, else: 50%}]
    multiply: [{by: attainment(side), rows: [{from: 0%, times: 1x}, {from: 70%, times: 2x}]}]
    cap: 9 USD per month
"""
COUNTS = """
plan: counts
currency: USD
from: 2026-01-01
components:
  deals:
    of: orders
    window: month
    marginal: [{from: 0, rate: 3 USD per order}, {from: 2 orders, rate: 5 USD per order}]
  buyers:
    of: customers
    window: month
    steps: [{from: 1 customer, pays: 2 USD}, {from: 2 customers, pays: 7 USD}]
  boxes:
    of: quantity
    window: month
    where: net_amount > 9 USD
    steps: [{from: 2 units, pays: 4 USD}]
  lines:
    window: month
    rate: 1%
    terms: [{where: "customer_id = 'k'", from: 2026-02-01, rate: 3%}]
  single:
    window: order
    marginal: [{from: 0, rate: 3.33%}, {from: 50 USD, rate: 7%}]
    min_per_order: 2 USD
  spread:
    window: quarter
    by: quantity
    marginal: [{from: 0, rate: 3.33%}, {from: 2 units, rate: 7.77%}]
  sized:
    window: order
    grid:
      down: {quantity: [from 1 unit, from 2 units]}
      across: {measure(lines): [from 0 USD, from 60 USD]}
      rates: [[3%, 5%], [7%, 11%]]
  bonus:
    by: measure(lines)
    steps: [{from: 20 USD, pays: 1 USD}, {from: 60 USD, pays: 3 USD}]
"""
BUYERS = """
plan: counts
currency: USD
from: 2026-01-01
approved: {by: [a], on: 2025-12-01}
components:
  buyers: {of: customers, window: month, rate: 1 USD per customer}
"""
RESULTS = (
    "select * exclude (first_seen_at) from commission.commission_exception order by all",
    "select * from commission.commission_line order by all",
    "select * from commission.commission_summary order by all",
    "select * from core.sales_line order by all",
    "select * from quota.rep_attainment order by all",
)


def people(workspace: Workspace, state: State) -> None:
    (workspace.plans_folder / "reps.yml").write_text(PLAN)
    (workspace.plans_folder / "banded.yml").write_text(BANDED)
    names = ("ani", "budi", "cici")
    put(workspace, state, "participant", [{"participant_id": n, "name": n} for n in names])
    plans = sorted(path.stem for path in workspace.plans_folder.glob("*.yml"))
    put(
        workspace,
        state,
        "plan_assignment",
        [
            {"participant_id": name, "plan_id": plan, "valid_from": "2026-01-01"}
            for name in names
            for plan in plans
        ],
    )
    quota = {"participant_id": "cici", "quota_type": "side", "period": "2026-Q1", "amount": "100"}
    put(workspace, state, "quota", [quota])


def statements(workspace: Workspace) -> dict[str, str]:
    """Give what dbt ran of each model in a build that went on."""
    found = {}
    for file in (workspace.warehouse / "dbt" / "ran").glob("*.json"):
        found |= {one["model"]: one["sql"] for one in json.loads(file.read_text())["statements"]}
    assert len(found) > 60
    return found


def test_step_by_step_equals_all_at_once(workspace: Workspace, state: State) -> None:
    (workspace.plans_folder / "counts.yml").write_text(COUNTS)
    people(workspace, state)
    put(
        workspace,
        state,
        "sales_line",
        [
            sale("a", "2026-01-05", "60", customer_id="k"),
            sale("b", "2026-01-06", "70", customer_id="k"),
            sale("c", "2026-03-31", "9", customer_id="l"),
            sale("1", "2026-01-05", "60", "cici", product_id="main"),
            sale("2", "2026-02-06", "70", "cici", product_id="main"),
            taken_back("3", "2026-03-02", "-20", "2", "cici", product_id="main"),
        ],
    )
    assert build(workspace, state).is_full
    # No later step touches the orders of an earlier one, which would mend what it broke.
    steps = [
        [taken_back("r", "2026-02-01", "-10", "m")],
        # Corrected: it was the other sale that came back.
        [taken_back("r", "2026-02-01", "-10", "n")],
        # A return before its sale, then the sale.
        [taken_back("q", "2026-02-10", "-5", "late")],
        [sale("late", "2026-02-02", "50", customer_id="k")],
        # To another rep, to another month; the last day of all moves back.
        [sale("a", "2026-01-05", "60", "budi"), sale("c", "2026-02-28", "9", customer_id="k")],
        # An exchange: a sale that names the one it replaces, and comes back in its turn.
        # Each of the last three changes the curve, the gate and the factor of another component, in
        # all windows from its date on, and with them what a return in a later one takes back.
        [
            sale("x", "2026-02-03", "40", original_order_id="z", original_line_number="1"),
            sale("k2", "2026-02-01", "20", customer_id="k"),
            sale("k3", "2026-02-03", "20", customer_id="k"),
            sale("4", "2026-02-03", "55", "cici", product_id="side"),
        ],
        # The first order of a customer comes back, and another one's counts.
        [
            taken_back("y", "2026-02-20", "-40", "x"),
            taken_back("k4", "2026-03-02", "-20", "k2"),
            sale("5", "2026-01-31", "15", "cici", product_id="side"),
        ],
        [
            sale("b", "2026-01-06", "70", status="void"),
            sale("late", "2026-02-02", "50", customer_id="l"),
            sale("4", "2026-02-03", "5", "cici", product_id="side"),
        ],
    ]
    for number, step in enumerate(steps):
        put(workspace, state, "sales_line", step, business_date=date(2027, 1, 1 + number))
        assert not build(workspace, state).is_full
    incremental = [rows(workspace, sql) for sql in RESULTS]
    # What is run again does not depend on what has arrived since dbt made it.
    ran = statements(workspace)
    shutil.rmtree(workspace.warehouse / "dbt" / "ran")
    assert not build(workspace, state).is_full
    assert statements(workspace) == ran

    build(workspace, state, is_finished=False)
    assert build(workspace, state).is_full, "what a gate has stopped is not gone on from"
    assert [rows(workspace, sql) for sql in RESULTS] == incremental


def test_a_customer_counts_once_when_another_customer_of_the_order_buys(
    workspace: Workspace, state: State
) -> None:
    """Customers c and d at 1.00 each: d counts with v, and not again with its line of x."""
    (workspace.plans_folder / "counts.yml").write_text(BUYERS)
    people(workspace, state)
    steps = [
        [
            sale("v", "2026-01-05", "10", customer_id="d"),
            sale("x", "2026-01-06", "10", customer_id="c"),
            sale("x", "2026-01-07", "10", customer_id="d", line_number="2"),
        ],
        [sale("z", "2026-01-08", "10", customer_id="c")],
        # What brought d comes back, and the line of x counts in its place.
        [taken_back("y", "2026-02-01", "-10", "v")],
        [sale("w", "2026-01-09", "10", customer_id="c")],
        [taken_back("u", "2026-02-02", "-10", "x", original_line_number="2")],
        [sale("t", "2026-01-10", "10", customer_id="c")],
    ]
    paid = "select sum(commission_amount) from commission.commission_line where plan_id = 'counts'"
    found = []
    for number, step in enumerate(steps):
        put(workspace, state, "sales_line", step, business_date=date(2027, 1, 1 + number))
        assert build(workspace, state).is_full == (number == 0)
        found += rows(workspace, paid)
    # Once both have come back one customer is left.
    assert found == [(Decimal(amount),) for amount in (2, 2, 2, 2, 1, 1)]


def test_a_build_that_goes_on_repeats_what_dbt_ran_until_a_plan_changes(
    workspace: Workspace, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(number: int) -> bool:
        day = date(2027, 1, number)
        line = sale(f"s{number}", "2026-01-05", "60")
        put(workspace, state, "sales_line", [line], business_date=day)
        return build(workspace, state).is_full

    people(workspace, state)
    assert [step(1), step(2)] == [True, False]
    with monkeypatch.context() as without:
        without.setattr(stage, "run_dbt", None)
        assert not step(3)
        # Jan 2026: 3 x 60 at 10%.
        paid = "select sum(commission_amount) from commission.commission_summary"
        assert rows(workspace, paid) == [(Decimal(18),)]
    plan = workspace.plans_folder / "reps.yml"
    plan.write_text(PLAN.replace("10%", "20%"))
    assert [step(4), step(5), step(6)] == [True, False, False]
    assert rows(workspace, paid) == [(Decimal(72),)]


def test_a_statement_that_fails_says_of_which_model_it_is(
    workspace: Workspace, state: State
) -> None:
    people(workspace, state)
    build(workspace, state)
    build(workspace, state)
    file = workspace.warehouse / "dbt" / "ran" / "marts.json"
    file.write_text(
        file.read_text().replace(r"\"int_commission__window_total\"", r"\"no_such_table\"")
    )
    with pytest.raises(NiagaError, match=r"the model int_\w+ failed: .*no_such_table") as told:
        build(workspace, state)
    assert (
        told.value.remedy
        == "nothing was published; what was run is in warehouse/dbt/ran/marts.json"
    )


def test_reaching_a_rate_again_after_an_older_return_does_not_pay_twice(
    workspace: Workspace, state: State
) -> None:
    """January: 20 at 5% = 1.00. February: 110 at 10%, 20 of January come back, 20 more are sold.

    11.00 - 1.00 (its own cents) - 5.50 (110 at 5% again) + 2.00 + 4.50 (90 at 10% again) = 11.00.
    """
    people(workspace, state)
    put(
        workspace,
        state,
        "sales_line",
        [
            sale("j", "2026-01-05", "20"),
            sale("f", "2026-02-01", "110"),
            taken_back("r", "2026-02-02", "-20", "j"),
            sale("g", "2026-02-03", "20"),
        ],
    )
    build(workspace, state)

    paid = rows(
        workspace,
        "select transaction_id, line_kind, commission_amount from commission.commission_line "
        "where period = '2026-02' order by transaction_date, line_kind",
    )
    assert [(line, kind, f"{amount:.2f}") for line, kind, amount in paid] == [
        ("f:1:sale", "sale", "11.00"),
        ("r:1:return", "re-rating", "-5.50"),
        ("r:1:return", "reversal", "-1.00"),
        ("g:1:sale", "re-rating", "4.50"),
        ("g:1:sale", "sale", "2.00"),
    ]


def test_a_margin_without_costs_is_an_exception_and_a_costless_return_takes_its_part(
    workspace: Workspace, state: State
) -> None:
    """10% of a margin of 40 = 4.00, taken back whole; what never paid takes nothing back."""
    people(workspace, state)
    (workspace.plans_folder / "reps.yml").write_text(
        PLAN.replace("window: month\n", "of: margin\n").partition("    whole")[0]
        + "    rate: 10%\n"
    )
    put(
        workspace,
        state,
        "sales_line",
        [
            sale("a", "2026-01-05", "100", cost_amount="60"),
            taken_back("r", "2026-01-06", "-100", "a"),
            sale("b", "2026-01-07", "100"),
            taken_back("s", "2026-01-08", "-100", "b", cost_amount="-60"),
        ],
    )
    build(workspace, state)

    assert rows(workspace, "select sum(commission_amount) from commission.commission_line") == [
        (0,)
    ]
    assert rows(
        workspace,
        "select reason, transaction_id from commission.commission_exception order by all",
    ) == [("no_cost", "b:1:sale"), ("no_cost", "s:1:return")]

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest
from niaga.commission.ledger import post
from niaga.errors import ConfigurationError
from niaga.progress import Silent
from niaga.refresh import stage
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import sale
from tests.support.lake import put

DAY = "2026-01-10"
PLAN = """
plan: reps
currency: USD
from: 2026-01-01
approved: {by: [a], on: 2025-12-01}
components: {commission: {rate: 5%}}
"""


def night(workspace: Workspace, state: State) -> int:
    run_id = state.start_run("nightly")
    stage.register(workspace, state, run_id, is_posting=True)
    stage.build_staging(workspace, Silent())
    stage.build_marts(workspace, Silent())
    return post(workspace, state, run_id)


def ledger(workspace: Workspace) -> list[tuple[str, Decimal, str]]:
    with duckdb.connect() as connection:
        return connection.execute(
            "select commission_line_id, amount, reason "
            f"from '{workspace.ledger}/*.parquet' order by all"
        ).fetchall()


@pytest.fixture
def posted(workspace: Workspace, state: State) -> Workspace:
    (workspace.plans_folder / "reps.yml").write_text(PLAN)
    put(workspace, state, "participant", [{"participant_id": "ani", "name": "Ani"}])
    assignment = {"participant_id": "ani", "plan_id": "reps", "valid_from": "2026-01-01"}
    put(workspace, state, "plan_assignment", [assignment])
    put(workspace, state, "sales_line", [sale("o1", DAY, "100.10"), sale("o2", DAY, "100.10")])
    assert night(workspace, state) == 2
    return workspace


def test_an_edited_order_posts_what_it_differs(posted: Workspace, state: State) -> None:
    """5% of 100.10 = 5.005, posted as 5.01 and 5.00; of 200.10 and 100.10: 10.01 and 5.00."""
    put(posted, state, "sales_line", [sale("o1", DAY, "200.10")], business_date=date(2027, 1, 1))

    assert night(posted, state) == 1

    line = "o1:1:sale:order|ani|reps/1/commission|1|sale"
    assert [row for row in ledger(posted) if row[0] == line] == [
        (line, Decimal("5.000000"), "correction"),
        (line, Decimal("5.010000"), "new"),
    ]
    assert sum(row[1] for row in ledger(posted)) == Decimal("15.01")
    assert night(posted, state) == 0


def test_an_unapproved_plan_posts_nothing(workspace: Workspace, state: State) -> None:
    (workspace.plans_folder / "reps.yml").write_text(PLAN.replace("approved", "# approved"))
    put(workspace, state, "participant", [{"participant_id": "ani", "name": "Ani"}])
    assignment = {"participant_id": "ani", "plan_id": "reps", "valid_from": "2026-01-01"}
    put(workspace, state, "plan_assignment", [assignment])
    put(workspace, state, "sales_line", [sale("o1", DAY, "100.10")])

    assert night(workspace, state) == 0


@pytest.mark.parametrize("change", ["removed", "no longer approved"])
def test_a_plan_that_was_paid_can_not_go(posted: Workspace, state: State, change: str) -> None:
    """Else the next night would take back all that it has paid."""
    plan = posted.plans_folder / "reps.yml"
    if change == "removed":
        plan.unlink()
    else:
        plan.write_text(PLAN.replace("approved", "# approved"))

    with pytest.raises(ConfigurationError, match="reps/1/commission: has postings"):
        night(posted, state)

    (text,) = (posted.ledger / "plans").glob("*.yml")
    assert text.read_text() == PLAN

"""What a gate does with what it finds: pass, tell, or stop, and always record."""

from __future__ import annotations

import duckdb
import pytest
import sqlalchemy as sa
from niaga.errors import GateStopped
from niaga.progress import Silent
from niaga.refresh.gates import check
from niaga.state import State, tables
from niaga.workspace import Workspace

from .conftest import Change, Look


@pytest.mark.parametrize("stage", ["landed", "staged", "marts"])
def test_a_right_build_passes_without_a_word(
    look: Look, stage: str, capfd: pytest.CaptureFixture[str]
) -> None:
    report = look(stage)
    failed = [result for result in report.results if not result.success]
    assert failed == []
    assert len(report.passed) == len(report.results) > 20
    assert tuple(capfd.readouterr()) == ("", "")


def test_a_failed_critical_expectation_stops_the_run_and_names_its_rows(
    workspace: Workspace, state: State, change: Change
) -> None:
    change("update staging.stg_quota set amount = -0.5")
    change("update lake.quota set amount = -0.5")
    with pytest.raises(GateStopped, match="stg_quota: a quota is not negative") as stopped:
        check(workspace, state, "run-1", "staged", Silent())
    assert stopped.value.exit_code == 3
    [failed] = stopped.value.report.failed_critical
    assert (failed.suite, failed.severity, failed.unexpected_rows) == ("staged", "critical", 1)
    [row] = failed.sample
    # Money is told exactly, so as text.
    assert (row["participant_id"], row["period"], row["amount"]) == ("andi", "2026-Q1", "-0.5")


def test_a_warning_is_told_and_stops_nothing(
    workspace: Workspace, state: State, change: Change
) -> None:
    change("update staging.stg_sales_line set product_id = 'p9' where order_id = 'A2'")
    report = check(workspace, state, "run-1", "staged", Silent())
    assert report.failed_critical == ()
    [warning] = report.failed_warning
    assert warning.expectation == "each product_id is known in staging.stg_product"
    [row] = warning.sample
    assert row == {"product_id": "p9", "rows": 1, "net_amount": "50.5", "first_order_id": "A2"}


def test_every_result_is_recorded_with_its_failing_rows(
    look: Look, state: State, change: Change
) -> None:
    change("update commission.statement set payable_amount = null where period = '2026-02'")
    report = look("marts")
    with state.engine.connect() as connection:
        recorded = connection.execute(sa.select(tables.check_result)).mappings().all()
    assert {row["run_id"] for row in recorded} == {"run-1"}
    told = [(row["table_name"], row["expectation"], row["success"]) for row in recorded]
    assert told == [(r.table_name, r.expectation, r.success) for r in report.results]
    [failed] = [row for row in recorded if not row["success"]]
    assert failed["suite"] == "marts"
    assert failed["severity"] == "critical"
    assert failed["unexpected_rows"] == 1
    assert failed["detail"]["sample"] == [
        {"participant_id": "andi", "period": "2026-02", "missing": "payable_amount"}
    ]


def test_the_sample_is_bounded_and_the_count_is_not(look: Look, change: Change) -> None:
    change(
        "insert into staging.stg_quota by name "
        "select 'x' || range as participant_id from range(500)"
    )
    failed = {result.expectation: result for result in look("staged").failed_critical}
    filled = failed["participant_id, quota_type, amount are never missing"]
    assert filled.unexpected_rows == 500
    assert len(filled.sample) == 20


@pytest.mark.parametrize(
    ("stage", "table"),
    [
        ("landed", "lake.quota_arrived"),
        ("staged", "staging.stg_product"),
        ("marts", "core.calendar"),
    ],
)
def test_a_missing_table_stops_the_run(look: Look, change: Change, stage: str, table: str) -> None:
    kind = "view" if stage == "landed" else "table"
    change(f"drop {kind} {table}")
    [missing] = [result for result in look(stage).failed_critical if result.table_name == table]
    assert missing.observed == "there is no such table"


def test_a_missing_column_stops_the_run_where_it_was_only_to_warn(
    look: Look, change: Change
) -> None:
    change("alter table staging.stg_channel_cost drop column channel_id")
    failed = {
        result.expectation: result
        for result in look("staged").failed_critical
        if result.table_name == "staging.stg_channel_cost"
    }
    unknown = failed["each channel_id is known in staging.stg_channel"]
    assert unknown.observed.startswith("could not be checked: ")
    assert "channel_id" in unknown.observed


def test_a_view_that_cannot_be_read_stops_the_run(look: Look, change: Change) -> None:
    change("drop view lake.quota_arrived")
    change("create table lake.gone as from lake.quota")
    change("create view lake.quota_arrived as from lake.gone")
    change("drop table lake.gone")
    failed = [r for r in look("landed").failed_critical if r.table_name == "lake.quota_arrived"]
    assert failed
    assert all(result.observed.startswith("could not be checked: ") for result in failed)


@pytest.mark.parametrize("table", ["quota.rep_attainment", "core.sales_line"])
def test_marts_may_be_views(look: Look, change: Change, table: str) -> None:
    name = table.partition(".")[2]
    change(f"alter table {table} rename to kept")
    change(f"create view {table} as from {table.partition('.')[0]}.kept")
    report = look("marts")
    assert report.failed_critical == ()
    assert any(result.table_name.endswith(name) for result in report.passed)


def test_the_build_is_let_go_of_after_a_stop(
    workspace: Workspace, look: Look, change: Change
) -> None:
    change("drop table core.calendar")
    look("marts")
    with duckdb.connect(str(workspace.build_database)) as connection:
        connection.execute("create table core.calendar as select 1 as day")

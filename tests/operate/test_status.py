"""What `niaga status` knows: how fresh the feeds are, and what is held back and why."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import sqlalchemy
from niaga.operate.held import HeldRows
from niaga.operate.status import FeedStatus, read_status
from niaga.state import State, tables, utc_now
from niaga.workspace import Workspace


def insert(state: State, table: sqlalchemy.Table, **values: object) -> None:
    with state.engine.begin() as connection:
        connection.execute(sqlalchemy.insert(table).values(values))


def test_a_new_workspace_has_nothing_to_show(workspace: Workspace) -> None:
    status = read_status(workspace)
    assert status.company == "Toko Maju"
    assert (status.publication, status.last_run) == (None, None)
    assert (status.feeds, status.held_rows, status.held_files, status.checks) == ((), (), (), 0)


def test_a_feed_is_as_fresh_as_the_last_export_of_its_source(workspace: Workspace) -> None:
    landed_at = utc_now() - timedelta(hours=3, minutes=10)
    with State.open(workspace) as state:
        for at, name in ((landed_at - timedelta(days=1), "a"), (landed_at, "b")):
            insert(
                state, tables.export, source="erp", part="lines", export_id=name,
                file_name=name, size_bytes=1, status="loaded", landed_at=at,
            )  # fmt: skip
        for name, status, day in (("a", "current", 1), ("b", "current", 2), ("c", "superseded", 3)):
            insert(
                state, tables.load, load_id=name, source="erp", delivery=name, export_ids={},
                business_date=date(2026, 10, day), rows_read=10, rows_filtered=0, rows_held=0,
                status=status, committed_at=landed_at,
            )  # fmt: skip
            insert(
                state, tables.segment, segment_id=name, load_id=name, feed="sales_line",
                path=f"lake/{name}", rows=10, sha256=name, committed_at=landed_at,
            )  # fmt: skip
    assert read_status(workspace).feeds == (
        FeedStatus("sales_line", "erp", 20, date(2026, 10, 2), landed_at, 3),
    )


def test_held_rows_are_counted_by_reason_with_an_example(workspace: Workspace) -> None:
    path = workspace.quarantine / "load_sales_line.parquet"
    # Row 3 has two faults: it counts once for each of their reasons.
    duckdb.sql(
        f"""
        copy (
            select 'x' as export_id, 'erp' as source, 'sales.csv' as file_name,
                'sales_line' as feed, row_number, column_name, value, reason
            from (values
                (7, 'quantity', 'two', 'is no number'),
                (3, 'quantity', 'ten', 'is no number'),
                (3, 'order_id', null, 'is missing')
            ) as rows(row_number, column_name, value, reason)
        ) to '{path}'
        """
    )
    with State.open(workspace) as state:
        insert(
            state, tables.load, load_id="load", source="erp", delivery="", export_ids={},
            rows_read=10, rows_filtered=0, rows_held=2, status="current", committed_at=utc_now(),
        )  # fmt: skip
        insert(
            state, tables.held, load_id="load", feed="sales_line", rows=2,
            path="quarantine/load_sales_line.parquet",
        )  # fmt: skip
    assert read_status(workspace).held_rows == (
        HeldRows("erp", "sales_line", "quantity", "is no number", 2, "sales.csv, row 3: ten"),
        HeldRows("erp", "sales_line", "order_id", "is missing", 1, "sales.csv, row 3"),
    )


def test_the_last_run_says_why_it_failed(workspace: Workspace) -> None:
    with State.open(workspace) as state:
        run_id = state.start_run("nightly")
        state.finish_run(run_id, "stopped", 3, {"reason": "the landed gate stopped the run"})
    last = read_status(workspace).last_run
    assert last is not None
    assert (last.verb, last.status, last.exit_code) == ("nightly", "stopped", 3)
    assert last.reason == "the landed gate stopped the run"


def test_expectations_that_the_last_checked_run_did_not_meet_are_listed(
    workspace: Workspace,
) -> None:
    with State.open(workspace) as state:
        for run_id, success in (("1", False), ("2", True), ("2", False)):
            insert(
                state, tables.check_result, run_id=run_id, suite="marts", table_name="core.product",
                expectation="adds up", severity="warning", success=success, unexpected_rows=4,
                checked_at=utc_now(),
            )  # fmt: skip
    status = read_status(workspace)
    assert status.checks == 2
    assert [(check.expectation, check.unexpected_rows) for check in status.failed_checks] == [
        ("adds up", 4)
    ]

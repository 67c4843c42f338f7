"""The demo's exports taken in: what is held back, and why."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from niaga.demo import make_demo
from niaga.ingest.sources import load_sources
from niaga.ingest.stage import IngestReport, ingest
from niaga.progress import Silent
from niaga.state import State
from niaga.workspace import find_workspace

from .conftest import BAD_FILE

Taken = tuple[Path, IngestReport]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    root = tmp_path_factory.mktemp("demo")
    make_demo(root, lines=4_000)
    workspace = find_workspace(root)
    with State.open(workspace) as state:
        return root, ingest(workspace, state, state.start_run("ingest"), Silent())


def test_each_bad_row_is_held_for_a_reason_of_its_own(taken: Taken) -> None:
    root, report = taken
    assert report.rows_held == 10
    held = duckdb.sql(
        f"""
        select file_name, column_name, value, reason
        from '{root}/quarantine/*.parquet'
        order by all
        """
    ).fetchall()
    number = 'is no number (decimals after ",", thousands grouped by ".")'
    assert [(file, column, reason) for file, column, _, reason in held] == [
        ("crm_2026-10-31.xlsx", "amount", number),
        (
            "penjualan_2026-02.csv",
            "order_date",
            "is no date after 1900-01-01 in the form %d/%m/%Y",
        ),
        ("penjualan_2026-03.csv", "net_amount", number),
        ("penjualan_2026-04.csv", "product_id", "is missing"),
        ("penjualan_2026-06.csv", None, "the record has 27 instead of 26 fields"),
        ("penjualan_2026-07.csv", "net_amount", number),
        ("penjualan_2026-08.csv", "document_type", "is none of: sale, return, cancellation"),
        ("penjualan_2026-09.csv", None, "the record has 14 instead of 26 fields"),
        ("survey_responses_2026-09.csv", "wish", "is none of: keep, change, drop, add"),
        ("touchpoints_2026-05.jsonl", None, "the record is no JSON"),
    ]
    values = [value for _, column, value, _ in held if column]
    assert values == [
        "sekitar 50 juta", "30/02/2026", "12O.000,00", None, "12.00.00,00", "TUKAR", "improve",
    ]  # fmt: skip


def test_one_file_is_held_and_all_others_are_loaded(taken: Taken) -> None:
    root, report = taken
    rejected = [outcome for outcome in report.outcomes if outcome.status == "rejected"]
    assert [outcome.file_name for outcome in rejected] == [BAD_FILE]
    assert "truncated" in (rejected[0].reason or "")
    assert (root / "rejected" / BAD_FILE).exists()
    others = [outcome for outcome in report.outcomes if outcome not in rejected]
    assert {outcome.status for outcome in others} == {"loaded"}
    # Five sources take a sheet each of four workbooks.
    files = {outcome.file_name for outcome in others}
    assert len(others) == len(files) + 4 * (5 - 1)
    assert 130 < len(files) < 150
    assert list((root / "landing").iterdir()) == []


def test_times_of_the_company_s_zone_and_of_the_export_s_are_utc(taken: Taken) -> None:
    root, _ = taken

    def hours(feed: str, column: str) -> tuple[int, int]:
        return duckdb.sql(
            f"select min(hour({column})), max(hour({column})) from '{root}/lake/{feed}/*.parquet'"
        ).fetchall()[0]

    # Contacts are made from 08:00 to 16:59 in Jakarta, seven hours ahead; tickets, which state
    # their zone, are opened in the same hours.
    assert hours("customer_contact", "contacted_at") == (1, 9)
    assert hours("complaint", "opened_at") == (1, 9)


def test_every_feed_of_the_demo_s_sources_gets_rows(taken: Taken) -> None:
    root, report = taken
    filled = {feed for outcome in report.outcomes for feed, rows in outcome.feeds.items() if rows}
    assert filled == {
        feed for source in load_sources(find_workspace(root)) for feed in source.feeds
    }

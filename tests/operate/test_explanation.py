"""What `niaga explain` says of an amount, from a small publication written by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from niaga.errors import UsageError
from niaga.operate.explanation import LINES_AT_MOST, explain
from niaga.operate.show_explanation import show_explanations
from niaga.state import State, tables, utc_now
from niaga.terminal import Terminal
from niaga.workspace import Workspace, create_workspace

PLAN = """
plan: field
currency: USD
from: 2026-01-01
components:
  revenue:
    marginal:
      - {from: 0, rate: 5%}
      - {from: 100% of quota, rate: 8%}
"""
MARTS = """
create schema core;
create schema commission;
create table core.participant as select 'R1' as participant_id, 'Ani' as name, true as is_current;
create table core.sales_line as
    select
        'S' || number || ':1:sale' as transaction_id, 'S' || number as order_id,
        null::varchar as original_order_id, 1 as line_number, 'sale' as document_type,
        date '2026-10-05' as document_date, 'P1' as product_id, null::varchar as customer_id,
        100.10::decimal(24, 6) as net_amount, 'USD' as currency, 'abc' as export_id,
        4711 as row_number
    from range(1, 2) as numbers(number);
create table commission.commission_line as
    select
        'S1:1:sale:order|R1|field/1/revenue|' || segment || '|sale' as commission_line_id,
        'R1' as participant_id, 'field' as plan_id, 'revenue' as component_id,
        'participant' as payee, '2026-10' as period,
        'S1:1:sale' as transaction_id, date '2026-10-05' as transaction_date,
        1::decimal(18, 9) as credit_share, 0 as credit_level,
        credited::decimal(24, 6) as credited_amount, 950::decimal(24, 6) as measure_before,
        1050.10::decimal(24, 6) as measure_after, 'field/1/revenue/' || segment as segment_id,
        rate::decimal(18, 9) as rate, paid::decimal(24, 6) as commission_amount,
        'USD' as currency, 'sale' as line_kind, null::varchar as cause,
        date '2026-10-01' as window_start, date '2026-10-31' as window_end,
        1 as quota_version, 1 as plan_version
    from (values (1, 50, 0.05, 2.5), (2, 50.10, 0.08, 4.01))
        as rows(segment, credited, rate, paid);
create table commission.commission_summary as
    select
        'R1' as participant_id, 'field' as plan_id, 'revenue' as component_id,
        '2026-10' as period, date '2026-10-01' as window_start,
        1000::decimal(24, 6) as quota_amount, 'USD' as currency, 1 as plan_version,
        null::decimal(24, 6) as funded_amount;
create table commission.reached (
    participant_id varchar, plan_id varchar, plan_version bigint, component_id varchar,
    window_start date, period varchar, asked varchar, reached_by varchar,
    reached_share decimal(18, 9)
);
create table commission.ledger as
    select
        commission_line_id, '2026-10' as posting_period, '2026-10' as earned_period,
        commission_amount as amount, 'new' as reason, timestamp '2026-11-01 01:00:00' as posted_at,
        'run-1' as run_id, 'p1' as posting_id
    from commission.commission_line where segment_id = 'field/1/revenue/1';
"""


@pytest.fixture
def published(tmp_path: Path) -> Workspace:
    workspace = create_workspace(tmp_path / "company", "Acme", "USD")
    (workspace.plans_folder / "field.yml").write_text(PLAN)
    folder = workspace.published / "current" / "all"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "marts.duckdb")) as connection:
        connection.execute(MARTS)
    with State.open(workspace) as state, state.engine.begin() as connection:
        connection.execute(
            tables.export.insert().values(
                source="erp",
                part="lines",
                export_id="abc",
                file_name="sales_2026-10-05.csv",
                size_bytes=1,
                business_date=date(2026, 10, 5),
                status="loaded",
                landed_at=utc_now(),
            )
        )
    return workspace


def test_an_amount_is_explained_down_to_the_file_and_row(
    published: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    show_explanations(Terminal(), explain(published, "S1", "ani"))

    told = capsys.readouterr().out
    # 100.10 on top of 950.00 with a quota of 1,000: 50 x 5% = 2.50 and 50.10 x 8% = 4.008 -> 4.01.
    for words in (
        "2.50 USD for Ani, 2026-10",
        "sale, order S1 line 1 of 2026-10-05: 100.10 net, product P1",
        "sales_2026-10-05.csv, row 4,711 (source erp)",
        "950.00 before, 1,050.10 after; 50.00 of it is paid here",
        "1,000.00 (version 1): 95.00% reached before, 105.01% after",
        "8%, from 100% of quota = 1,000.00",
        "50.00 x 5% = 2.5",
        "50.10 x 8% = 4.008; 4.01 is what the rounded sum to date grows by",
        "2.50 into 2026-10, new, 2026-11-01 01:00 UTC by run run-1",
        "not yet: the next night posts it, if its plan is approved",
    ):
        assert words in told


def test_one_line_can_be_named_and_read_by_a_program(
    published: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "S1:1:sale:order|R1|field/1/revenue|1|sale"
    show_explanations(Terminal(as_json=True), explain(published, line, None))

    (told,) = json.loads(capsys.readouterr().out)["lines"]
    assert told["line"]["commission_line_id"] == line
    assert told["transaction"]["row_number"] == 4711
    assert told["export"]["file_name"] == "sales_2026-10-05.csv"
    assert told["tier"]["words"] == "from 0"
    assert told["next_tier"]["edge"] == "1,000"
    assert [posting["amount"] for posting in told["postings"]] == ["2.500000"]


def test_what_is_no_line_is_told_with_what_to_say(published: Workspace) -> None:
    with pytest.raises(UsageError, match="no line of commission for `S9`"):
        explain(published, "S9", None)
    with pytest.raises(UsageError, match="`S1` and R7"):
        explain(published, "S1", "R7")


def test_too_many_lines_ask_for_a_participant(published: Workspace) -> None:
    marts = published.published / "current" / "all" / "marts.duckdb"
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "insert into commission.commission_line select line.* replace ('line' || id as"
            " commission_line_id) from commission.commission_line as line, range(20) as t(id)"
        )
    with pytest.raises(UsageError, match=f"{LINES_AT_MOST} can be explained"):
        explain(published, "S1", None)


def test_a_plan_that_is_gone_leaves_the_rest(published: Workspace) -> None:
    Path(published.plans_folder / "field.yml").unlink()
    explained = explain(published, "S1", None)
    assert [explanation.tier for explanation in explained] == [None, None]


def test_what_is_counted_is_told_in_its_unit(
    published: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    curve = "[{from: 0, rate: 5 USD per order}, {from: 3 orders, rate: 8 USD per order}]"
    (published.plans_folder / "field.yml").write_text(
        PLAN.partition("    marginal")[0] + f"    of: orders\n    marginal: {curve}\n"
    )
    marts = published.published / "current" / "all" / "marts.duckdb"
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "update commission.commission_line set credited_amount = 1, measure_before = 1,"
            " measure_after = 2, rate = 5, commission_amount = 5"
        )
    show_explanations(
        Terminal(), explain(published, "S1:1:sale:order|R1|field/1/revenue|1|sale", None)
    )

    told = capsys.readouterr().out
    for words in (
        "1 orders before, 2 orders after; 1 orders of it is paid here",
        "5 USD per order, from 0",
        "1 orders x 5 USD per order = 5",
        "8 USD per order from 3: 1 orders more",
    ):
        assert words in told


def test_the_cell_of_a_grid_is_told_in_the_words_of_the_plan(
    published: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    axes = "down: {net_amount: [from 0 USD]}, across: {margin_rate: [from 0%, from 25%]}"
    amounts = "down: {score(a): [from 0%]}, across: {score(b): [from 0%]}, pays: [[9 USD]]"
    (published.plans_folder / "field.yml").write_text(
        PLAN.partition("    marginal")[0]
        + f"    grid: {{{axes}, rates: [[5%, 8%]]}}\n  balance: {{grid: {{{amounts}}}}}\n"
    )
    marts = published.published / "current" / "all" / "marts.duckdb"
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "update commission.commission_line set segment_id = 'field/1/revenue/5/1', rate = 0.08"
        )
    show_explanations(
        Terminal(), explain(published, "S1:1:sale:order|R1|field/1/revenue|2|sale", None)
    )

    told = capsys.readouterr().out
    assert "where net_amount >= 0 USD and margin_rate >= 25%" in " ".join(told.split())

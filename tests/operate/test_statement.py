"""What a participant reads in the published marts, from a small publication written by hand."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest
from niaga.errors import UsageError
from niaga.operate.statement import read_overview, read_statement
from niaga.workspace import Workspace

MARTS = """
create schema core;
create schema commission;
create table core.participant as
    select * from (values ('R1', 'Andi', true), ('R1', 'Andy', false), ('R2', 'Budi', true),
        ('R3', 'Budi', true)) as rows(participant_id, name, is_current);
create table commission.statement as
    select
        participant_id, period, period_start::date as period_start, period_end::date as period_end,
        earned::decimal(24, 6) as earned_amount, adjusted::decimal(24, 6) as adjustment_amount,
        (earned + adjusted)::decimal(24, 6) as payable_amount, 'IDR' as currency
    from (values
        ('R1', '2026-09', '2026-09-01', '2026-09-30', 900, 0),
        ('R1', '2026-10', '2026-10-01', '2026-10-31', 1000, -50),
        ('R2', '2026-Q4', '2026-10-01', '2026-12-31', 2000, 0),
        ('R3', '2026-09', '2026-09-01', '2026-09-30', 10, 0)
    ) as rows(participant_id, period, period_start, period_end, earned, adjusted);
create table commission.commission_summary as
    select
        'R1' as participant_id, '2026-10' as period, 'field' as plan_id,
        'revenue' as component_id, date '2026-10-01' as window_start,
        20000::decimal(24, 6) as measure_amount, 10000::decimal(24, 6) as quota_amount,
        2::decimal(18, 9) as attainment, 1000::decimal(24, 6) as commission_amount,
        'IDR' as currency, null::varchar as reason, payee
    -- What the company keeps is on no statement.
    from (values ('participant'), ('company')) as payees(payee);
create table commission.ledger as
    select
        'R1' as participant_id, '2026-10' as posting_period, earned_period,
        'revenue' as component_id, reason, amount::decimal(24, 6) as amount
    from (values ('2026-10', 'new', 1000), ('2026-09', 'return', -30), ('2026-09', 'return', -20))
        as rows(earned_period, reason, amount);
create table commission.commission_line as
    select
        'R1' as participant_id, '2026-10' as period, 'line' || day as commission_line_id,
        date '2026-09-30' + day::integer as transaction_date, 'order' || day as transaction_id,
        'revenue' as component_id, 'sale' as line_kind, 1::decimal(18, 9) as credit_share,
        5000::decimal(24, 6) as credited_amount, 0.05::decimal(18, 9) as rate,
        250::decimal(24, 6) as commission_amount, payee
    from range(1, 5) as days(day), (values ('participant'), ('company')) as payees(payee);
"""


@pytest.fixture
def published(workspace: Workspace) -> Workspace:
    folder = workspace.published / "current" / "all"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "marts.duckdb")) as connection:
        connection.execute(MARTS)
    return workspace


def test_a_statement_of_the_last_period_with_its_components_corrections_and_first_lines(
    published: Workspace,
) -> None:
    statement = read_statement(published, "R1", None, limit=3)
    assert (statement.name, statement.period, statement.currency) == ("Andi", "2026-10", "IDR")
    assert statement.totals["payable_amount"] == Decimal(950)
    assert [row["commission_amount"] for row in statement.components] == [Decimal(1000)]
    assert statement.corrections == [
        {
            "earned_period": "2026-09",
            "component_id": "revenue",
            "reason": "return",
            "amount": Decimal(-50),
            "postings": 2,
        }
    ]
    assert [row["transaction_id"] for row in statement.lines] == ["order1", "order2", "order3"]
    assert statement.lines_in_all == 4


def test_a_period_and_a_name_can_be_asked_for(published: Workspace) -> None:
    assert read_statement(published, "andi", "2026-09", 1).totals["earned_amount"] == Decimal(900)


def test_what_is_not_there_is_told_with_what_is(published: Workspace) -> None:
    with pytest.raises(UsageError) as no_period:
        read_statement(published, "R1", "2025-01", 1)
    assert no_period.value.remedy == "there is: 2026-10, 2026-09"
    with pytest.raises(UsageError, match="no statement for `R9`"):
        read_statement(published, "R9", None, 1)
    with pytest.raises(UsageError) as several:
        read_statement(published, "Budi", None, 1)
    assert several.value.remedy == "say which: R2, R3"


def test_the_overview_has_the_last_period_of_each_calendar(published: Workspace) -> None:
    overview = read_overview(published, None)
    assert [(row["participant_id"], row["period"]) for row in overview.statements] == [
        ("R2", "2026-Q4"),
        ("R1", "2026-10"),
    ]
    assert overview.periods == ("2026-10", "2026-Q4")
    of_september = read_overview(published, "2026-09").statements
    assert [row["participant_id"] for row in of_september] == ["R1", "R3"]


def test_nothing_published_is_told(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="nothing is published"):
        read_overview(workspace, None)

"""What the gate of the marts says of credits, keys and references."""

from __future__ import annotations

import pytest

from .conftest import Change, Look

CREDITED = "credited + excepted = sold, for each transaction"
EXCEPTION = """
insert into commission.commission_exception
values ('x1', '{}', 'no_participant', 'critical', 'data team', 50.5, date '2026-02-01', 'USD')
"""


def test_a_sale_without_credit_is_seen_unless_an_exception_says_why(
    look: Look, change: Change
) -> None:
    change("delete from intermediate.int_commission__credit where document_id = 'A2:1:sale'")
    [failed] = look("marts").failed_critical
    assert failed.expectation == CREDITED
    assert failed.sample == [
        {
            "transaction_id": "A2:1:sale",
            "event_kind": "order",
            "sold_units": 5050,
            "credited_units": 0,
        }
    ]

    change(EXCEPTION.format("A2:1:sale"))
    report = look("marts")
    assert report.failed_critical == ()
    [warning] = report.failed_warning
    assert warning.expectation == "nothing was left without credit or pay"
    assert warning.sample[0]["reason"] == "no_participant"


def test_what_takes_back_an_excepted_sale_needs_no_credit(look: Look, change: Change) -> None:
    change("delete from intermediate.int_commission__credit where root_order_id = 'A1'")
    change(EXCEPTION.format("A1:1:sale"))
    assert look("marts").failed_critical == ()


def test_one_cent_less_credit_is_seen(look: Look, change: Change) -> None:
    change(
        "update intermediate.int_commission__credit set net_units = net_units - 1 "
        "where document_id = 'A3:1:return'"
    )
    [failed] = look("marts").failed_critical
    assert failed.sample[0]["transaction_id"] == "A3:1:return"


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("core.sales_line", "transaction_id"),
        ("core.product", "product_id"),
        ("core.calendar", "date"),
        ("channel.channel_performance", "month"),
        ("quota.rep_attainment", "participant_id"),
        ("quota.company_goal", "goal_id"),
        ("quota.sales_forecast", "product_id"),
        ("quota.forecast_accuracy", "forecaster"),
        ("channel.price_waterfall", "product_id"),
        ("channel.price_position", "competitor"),
        ("channel.channel_fit", "channel_type"),
        ("commission.commission_line", "commission_line_id"),
        ("commission.commission_summary", "participant_id"),
        ("commission.ledger", "posting_id"),
        ("commission.statement", "participant_id"),
        ("customer.survey_score", "metric"),
        ("customer.complaint_cause", "month"),
        ("customer.follow_up", "follow_up_id"),
        ("customer.save_list", "customer_id"),
        ("customer.product_recommendation", "recommendation_id"),
    ],
)
def test_a_key_that_is_there_twice_is_named(
    look: Look, change: Change, table: str, key: str
) -> None:
    change(f"insert into {table} from (from {table} limit 1)")
    failed = [r for r in look("marts").failed_critical if r.table_name == table]
    unique = next(result for result in failed if result.expectation.endswith("row from another"))
    assert unique.unexpected_rows == 1
    assert unique.sample[0][key]
    assert unique.sample[0]["rows"] == 2


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("core.sales_line", "net_amount"),
        ("channel.channel_performance", "trade_terms_amount"),
        ("channel.price_waterfall", "pocket_amount"),
        ("quota.rep_attainment", "credited_amount"),
        ("commission.commission_line", "commission_amount"),
        ("commission.commission_summary", "earned_amount"),
        ("commission.ledger", "amount"),
        ("commission.statement", "payable_amount"),
        ("commission.commission_summary", "currency"),
    ],
)
def test_money_is_never_missing(look: Look, change: Change, table: str, column: str) -> None:
    change(f"update {table} set {column} = null")
    failed = [r for r in look("marts").failed_critical if r.table_name == table]
    missing = next(result for result in failed if result.expectation.endswith("never missing"))
    assert missing.sample[0]["missing"] == column


def test_a_summary_of_nobody_is_seen(look: Look, change: Change) -> None:
    change("update core.participant set participant_id = 'budi'")
    failed = {result.expectation: result for result in look("marts").failed_critical}
    assert failed["each participant is in core.participant"].sample[0]["participant_id"] == "andi"


def test_a_line_of_no_transaction_is_seen(look: Look, change: Change) -> None:
    change(
        "update commission.commission_line set transaction_id = 'A0:1:sale' "
        "where transaction_id = 'A2:1:sale'"
    )
    [failed] = look("marts").failed_critical
    assert failed.expectation == "each line's transaction is in core.sales_line"
    assert failed.sample[0]["commission_line_id"] == "A2:1:sale|andi"


def test_a_credit_may_have_several_lines(look: Look, change: Change) -> None:
    # The second sale crosses an edge: 30.00 of it lie in one segment, 20.50 in the next.
    change(
        """
        insert into commission.commission_line
        select * replace (
            commission_line_id || '|2' as commission_line_id, 20.5 as credited_amount,
            2.05 as commission_amount
        )
        from commission.commission_line where transaction_id = 'A2:1:sale';
        update commission.commission_line set credited_amount = 30, commission_amount = 3
        where commission_line_id = 'A2:1:sale|andi'
        """
    )
    assert look("marts").failed_critical == ()


def test_a_zero_quota_has_no_attainment(look: Look, change: Change) -> None:
    for table, column in (
        ("quota.rep_attainment", "quota_amount"),
        ("staging.stg_quota", "amount"),
    ):
        change(f"update {table} set {column} = 0")
    change("update quota.rep_attainment set gap_amount = credited_amount")
    [failed] = look("marts").failed_critical
    assert failed.expectation.startswith("attainment is credited_amount / quota_amount")
    change("update quota.rep_attainment set attainment = null")
    assert look("marts").failed_critical == ()


@pytest.mark.parametrize(("last_digit", "is_exact"), [("7", True), ("2", False)])
def test_a_ratio_is_as_exact_as_its_quota_is_shown(
    look: Look, change: Change, last_digit: str, is_exact: bool
) -> None:
    # 130.5 / 195.75 = 0.666 666 666 666...; a quota may be a fraction of a millionth.
    for table, column in (
        ("quota.rep_attainment", "quota_amount"),
        ("staging.stg_quota", "amount"),
    ):
        change(f"update {table} set {column} = 195.75")
    change(
        f"update quota.rep_attainment set gap_amount = -65.25, attainment = 0.66666666{last_digit}"
    )
    assert (look("marts").failed_critical == ()) is is_exact


def test_a_build_outside_the_night_shows_posted_rows_only(look: Look, change: Change) -> None:
    change(
        """
        update run.parameter set is_posting = false;
        delete from commission.ledger where posting_period = '2026-02';
        update commission.statement set earned_amount = 0, payable_amount = 0
        where period = '2026-02'
        """
    )
    assert look("marts").failed_critical == ()


def test_plans_that_are_not_approved_owe_nothing(look: Look, change: Change) -> None:
    change("update commission.commission_summary set is_approved = false where period = '2026-02'")
    [failed] = look("marts").failed_critical
    assert failed.expectation == "posted + pending = commission of approved plans"


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("quota.sales_forecast", "quantity_low"),
        ("quota.forecast_accuracy", "mase"),
        ("channel.price_waterfall", "cost_amount"),
        ("channel.price_position", "own_price_amount"),
        ("channel.channel_fit", "competitor_presence_share"),
    ],
)
def test_what_is_not_estimated_says_why(
    look: Look, change: Change, table: str, column: str
) -> None:
    change(f"update {table} set {column} = null")
    told = [r.expectation for r in look("marts").failed_critical if r.table_name == table]
    assert any(sentence.endswith("is missing, the row says why") for sentence in told)

    change(f"update {table} set reason = 'nobody knows'")
    told = [r.expectation for r in look("marts").failed_critical if r.table_name == table]
    assert not any(sentence.endswith("is missing, the row says why") for sentence in told)


def test_a_projection_that_is_not_compared_is_missed(look: Look, change: Change) -> None:
    change(
        "insert into staging.stg_expert_projection "
        "select * replace ('budi' as expert) from staging.stg_expert_projection"
    )
    [failed] = look("marts").failed_critical
    assert failed.expectation.startswith("each expert's last word")
    assert failed.sample == [{"forecaster": "budi", "projections_here": 0, "projections_there": 1}]


def test_a_sighting_that_is_not_counted_is_missed(look: Look, change: Change) -> None:
    change("insert into staging.stg_competitor_sighting by name select 'p1' as product_id")
    [failed] = look("marts").failed_critical
    assert failed.expectation.startswith("the sightings are those of staging")


def test_a_return_that_states_no_cost_may_have_that_of_its_sale(look: Look, change: Change) -> None:
    change("update staging.stg_sales_line set cost_amount = null where document_type = 'return'")
    told = [r.expectation for r in look("marts").failed_critical]
    assert not [sentence for sentence in told if sentence.startswith("sales and returns are")]
    change("update staging.stg_sales_line set cost_amount = null where order_id = 'A1'")
    told = [r.expectation for r in look("marts").failed_critical]
    assert [sentence for sentence in told if sentence.startswith("sales and returns are")]

"""What the staged gate says of the versions that count."""

from __future__ import annotations

import pytest

from .conftest import Change, Look


def sentences(look: Look, stage: str, table: str) -> list[str]:
    return [r.expectation for r in look(stage).failed_critical if r.table_name == table]


def test_a_later_version_that_is_not_staged_is_seen(look: Look, change: Change) -> None:
    change(
        """
        insert into lake.sales_line
        select * replace (
            51.5 as net_amount, 'e99' as _export_id, date '2026-03-31' as _business_date
        )
        from lake.sales_line where order_id = 'A2'
        """
    )
    [failed] = look("staged").failed_critical
    assert failed.expectation.startswith("each line of the lake is staged in its latest version")
    [row] = failed.sample
    assert (row["order_id"], row["_export_id"]) == ("A2", "e99")
    assert (row["net_amount_in_lake"], row["net_amount"]) == ("51.5", "50.5")


def test_a_line_that_is_not_staged_is_seen(look: Look, change: Change) -> None:
    change("delete from staging.stg_sales_line where order_id = 'A2'")
    [failed] = look("staged").failed_critical
    assert failed.sample[0]["order_id"] == "A2"


@pytest.mark.parametrize("order_id", ["A2", "A9"])
def test_a_line_that_the_lake_does_not_have_is_seen(
    look: Look, change: Change, order_id: str
) -> None:
    change(
        f"""
        insert into staging.stg_sales_line
        select * replace ('{order_id}' as order_id, 2 as line_number, 'e98' as _export_id)
        from lake.sales_line where order_id = 'A2'
        """
    )
    [failed] = look("staged").failed_critical
    assert failed.expectation == "each staged line is a row of the lake"
    assert failed.sample[0]["order_id"] == order_id


def test_a_key_that_is_staged_twice_is_named(look: Look, change: Change) -> None:
    change("insert into staging.stg_sales_line from staging.stg_sales_line where order_id = 'A2'")
    [failed] = look("staged").failed_critical
    assert failed.expectation.startswith("order_id, line_number, document_type together tell")
    assert failed.sample == [
        {"order_id": "A2", "line_number": 1, "document_type": "sale", "rows": 2}
    ]


def test_two_assignments_to_one_plan_at_a_time_would_pay_twice(look: Look, change: Change) -> None:
    for table in ("lake.plan_assignment", "staging.stg_plan_assignment"):
        change(
            f"insert into {table} select * replace (date '2026-02-01' as valid_from, "
            f"'e98' as _export_id) from {table}"
        )
    [failed] = look("staged").failed_critical
    assert failed.expectation.startswith("nobody has one plan twice")
    assert failed.sample[0]["other_valid_from"] == "2026-02-01"

    for table in ("lake.plan_assignment", "staging.stg_plan_assignment"):
        change(
            f"update {table} set valid_to = date '2026-01-31' where valid_from = date '2026-01-01'"
        )
    assert look("staged").failed_critical == ()


@pytest.mark.parametrize(
    ("feed", "fault", "sentence"),
    [
        ("quota", "amount = -1", "a quota is not negative"),
        ("quota", "period = '2026-13'", "a quota's period has a place in the calendar"),
        ("quota", "period = 'FY26-P1'", "a quota's period has a place in the calendar"),
        ("credit_split", "share = 1.5", "share, pay_share lie between 0 and 1 (0.05 is 5%)"),
        ("credit_split", "pay_share = -0.1", "share, pay_share lie between 0 and 1 (0.05 is 5%)"),
    ],
)
def test_what_would_be_paid_wrong_stops_the_run(
    look: Look, change: Change, feed: str, fault: str, sentence: str
) -> None:
    change(f"update lake.{feed} set {fault}")
    change(f"update staging.stg_{feed} set {fault}")
    assert sentences(look, "staged", f"staging.stg_{feed}") == [sentence]


@pytest.mark.parametrize("period", ["2026", "2026-H2", "2026-Q4", "2026-10"])
def test_periods_of_the_calendar_pass(look: Look, change: Change, period: str) -> None:
    for table in ("lake.quota", "staging.stg_quota"):
        change(f"update {table} set period = '{period}'")
    assert look("staged").failed_critical == ()


@pytest.mark.parametrize(
    "fault", ["is_current = false", "valid_to = date '2026-12-31'", "name = 'Coffee'"]
)
def test_the_versions_of_a_master_are_checked(look: Look, change: Change, fault: str) -> None:
    change(f"update staging.stg_product set {fault} where product_id = 'p2'")
    failed = look("staged").failed_critical
    assert {result.table_name for result in failed} == {"staging.stg_product"}
    assert all(row["product_id"] == "p2" for result in failed for row in result.sample)


def test_a_version_that_has_been_lost_between_two_others_is_seen(
    look: Look, change: Change
) -> None:
    change(
        """
        insert into lake.product
        select * replace ('Coffee' as name, 'e97' as _export_id, date '2026-02-01' as valid_from)
        from lake.product where product_id = 'p1';
        insert into lake.product
        select * replace ('Cocoa' as name, 'e98' as _export_id, date '2026-03-01' as valid_from)
        from lake.product where product_id = 'p1' and valid_from is null;
        update staging.stg_product set valid_to = date '2026-02-28', is_current = false
        where product_id = 'p1';
        insert into staging.stg_product
        select * replace (
            'Cocoa' as name, 'e98' as _export_id, date '2026-03-01' as valid_from,
            date '9999-12-31' as valid_to, true as is_current
        )
        from staging.stg_product where product_id = 'p1'
        """
    )
    [failed] = [r for r in look("staged").failed_critical if r.table_name.endswith("stg_product")]
    assert failed.expectation.startswith("what the lake said of a record from any")
    assert failed.sample == [{"product_id": "p1", "said_from": "2026-02-01"}]


def test_personal_data_is_compared_and_not_kept(look: Look, change: Change) -> None:
    change("update staging.stg_customer set email = 'budi@example.com'")
    [failed] = look("staged").failed_critical
    assert failed.expectation.startswith("the current versions are")
    assert "example.com" not in str(failed.sample)


def test_a_projection_of_a_month_that_is_over_is_told(look: Look, change: Change) -> None:
    for table in ("lake.expert_projection", "staging.stg_expert_projection"):
        change(f"update {table} set month = date '2025-12-01'")
    report = look("staged")
    assert report.failed_critical == ()
    [warning] = report.failed_warning
    assert warning.expectation.startswith("a month is projected before it is over")


def test_territories_that_go_round_in_a_circle_are_told(look: Look, change: Change) -> None:
    for table in ("lake.territory", "staging.stg_territory"):
        change(f"update {table} set parent_territory_id = 't2'")
        change(
            f"insert into {table} select * replace ('t2' as territory_id, "
            f"'t1' as parent_territory_id, 2 as _row_number) from {table}"
        )
    [warning] = look("staged").failed_warning
    assert warning.expectation.startswith("no territory lies in itself")
    assert {row["territory_id"] for row in warning.sample} == {"t1", "t2"}


@pytest.mark.parametrize(
    ("basis", "rate", "amount", "is_calculated"),
    [
        ("net_amount", "0.05", "null", True),
        ("month", "null", "100", True),
        (None, "0.05", "100", True),
        ("list_amount", "0.05", "null", False),
        ("year", "null", "100", False),
        ("net_amount", "null", "100", False),
    ],
)
def test_a_trade_term_of_another_basis_is_not_calculated_as_if_it_were_net(
    look: Look, change: Change, basis: str | None, rate: str, amount: str, is_calculated: bool
) -> None:
    term = f"'ch1' as channel_id, 'rebate' as term, {rate} as rate, {amount} as amount"
    word = "null" if basis is None else f"'{basis}'"
    for table in ("lake.trade_term", "staging.stg_trade_term"):
        change(
            f"insert into {table} by name select {term}, {word} as basis, "
            "date '2026-01-01' as valid_from, 'e90' as _export_id, 1 as _row_number, "
            "date '2026-01-01' as _business_date"
        )
    failed = [r.expectation for r in look("staged").failed_critical]
    assert [text[:40] for text in failed] == (
        [] if is_calculated else ["a rate is taken of net_amount, an amount"]
    )

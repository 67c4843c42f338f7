"""What the landed gate says of rows that have just arrived."""

from __future__ import annotations

import pytest
from niaga.refresh.gates import CheckResult

from .conftest import Change, Look
from .small_build import FEEDS

COUNTED = "the lake has the rows that the state database has committed"
RECONCILED = "records read = records loaded + held back + left out + dropped, for each load"
SUPERSEDED = "rows loaded = rows that count + rows of days that a later export says anew"
HELD = "quarantine has the records that the state database counts as held back"
SAID_ONCE = "a key stands in an export once: of several rows only the last counts"
ONCE = "no record of an export is in the lake twice under one key"


def stopped_by(look: Look) -> dict[str, CheckResult]:
    return {result.expectation: result for result in look("landed").failed_critical}


def warned_of(look: Look) -> dict[str, CheckResult]:
    return {result.expectation: result for result in look("landed").failed_warning}


def nothing_new(change: Change, *feeds: str) -> None:
    for feed in feeds:
        change(f"create or replace view lake.{feed}_arrived as from lake.{feed} where false")


def correct(change: Change, order_id: str, mended: str) -> None:
    """Have a later export say the line of an order right; it has one record, and is committed."""
    change(
        f"""
        insert into lake.sales_line
        select * replace ({mended}, 'e99' as _export_id, 1 as _row_number,
            date '2026-03-31' as _business_date)
        from lake.sales_line where order_id = '{order_id}';
        insert into state.load by name
        select 'load-e99' as load_id, 'corrections' as source, '{{"rows": "e99"}}' as export_ids,
            1 as rows_read, 0 as rows_filtered, 0 as rows_held, 0 as rows_dropped,
            'current' as status;
        insert into state.segment by name
        select 'segment-e99' as segment_id, 'load-e99' as load_id, 'sales_line' as feed, 1 as rows
        """
    )


def test_a_lost_row_is_seen_in_its_load(look: Look, change: Change) -> None:
    change("delete from lake.sales_line where order_id = 'A2'")
    stopped = stopped_by(look)
    assert stopped[COUNTED].sample == [{"committed_rows": 4, "rows_in_lake": 3}]
    [row] = stopped[RECONCILED].sample
    assert (row["source"], row["rows_read"], row["rows_held"]) == ("sales_line", 7, 1)
    assert row["rows_in_lake"] == 3


def test_rows_of_one_export_with_one_key_are_told(look: Look, change: Change) -> None:
    change("update lake.sales_line set order_id = 'A1' where order_id = 'A2'")
    [row] = warned_of(look)[SAID_ONCE].sample
    assert (row["order_id"], row["rows"]) == ("A1", 2)
    assert row["first_row"] < row["last_row"]


def test_a_row_that_was_held_back_and_is_in_the_lake_is_seen(look: Look, change: Change) -> None:
    change(
        """
        insert into lake.sales_line
        select * replace ('A5' as order_id, 5 as _row_number)
        from lake.sales_line where order_id = 'A2';
        update state.segment set rows = 5 where feed = 'sales_line'
        """
    )
    assert set(stopped_by(look)) == {RECONCILED}


def test_a_record_that_is_in_quarantine_no_more_is_seen(look: Look, change: Change) -> None:
    change("delete from quarantine.record where load_id = 'load-e1'")
    [failed] = look("landed").failed_critical
    assert failed.expectation == HELD
    shown = [(row["source"], row["feed"], row["rows_held"]) for row in failed.sample]
    assert sorted(shown) == [("sales_line", "all", 1), ("sales_line", "sales_line", 1)]
    assert {row["rows_in_quarantine"] for row in failed.sample} == {0}


def test_a_record_that_is_held_for_two_feeds_counts_once(look: Look, change: Change) -> None:
    change(
        """
        insert into state.held values ('load-e1', 'product', 'quarantine/p', 1);
        insert into quarantine.record values ('load-e1', 'product', 99)
        """
    )
    assert stopped_by(look) == {}
    change("update quarantine.record set row_number = 98 where feed = 'product'")
    assert set(stopped_by(look)) == {HELD}


def test_a_record_may_be_held_for_one_feed_and_good_for_another(look: Look, change: Change) -> None:
    # Products come from the file of the sales lines: record 5 is a good product and a faulty sale.
    change(
        """
        update lake.product set _export_id = 'e1', _row_number = if(product_id = 'p1', 1, 5);
        update state.segment set load_id = 'load-e1' where feed = 'product';
        delete from state.load where source = 'product'
        """
    )
    assert stopped_by(look) == {}


def test_a_row_that_is_in_the_lake_twice_is_named(look: Look, change: Change) -> None:
    change("insert into lake.sales_line from lake.sales_line where order_id = 'A2'")
    stopped = stopped_by(look)
    assert set(stopped) == {ONCE, COUNTED}
    [row] = stopped[ONCE].sample
    assert (row["order_id"], row["_export_id"], row["_row_number"], row["rows"]) == (
        "A2",
        "e1",
        2,
        2,
    )


def test_rows_that_count_are_those_whose_day_no_later_export_says_anew(
    look: Look, change: Change
) -> None:
    """The lines of February are said anew, by an export that has one of the three."""
    change(
        """
        insert into lake.sales_line
        select * replace (
            'e99' as _export_id, 1 as _row_number, date '2026-03-31' as _business_date
        )
        from lake.sales_line where order_id = 'A2';
        insert into state.load by name
        select
            'load-e99' as load_id, 'sales_line' as source, '{"rows": "e99"}' as export_ids,
            1 as rows_read, 0 as rows_filtered, 0 as rows_held, 0 as rows_dropped,
            'current' as status, date '2026-03-31' as business_date,
            'order_date' as replaced_column, date '2026-02-01' as replaced_from,
            date '2026-02-28' as replaced_to;
        insert into state.segment by name
        select 'segment-e99' as segment_id, 'load-e99' as load_id, 'sales_line' as feed,
            1 as rows, 'lake/sales_line/e99' as path;
        drop view lake.sales_line_loaded;
        create view lake.sales_line_loaded as
        select *, 'lake/sales_line/' || _export_id as _segment_path from lake.sales_line
        """
    )

    def count(lines: str) -> None:
        change(
            "create or replace view lake.sales_line_arrived as"
            f" from lake.sales_line where order_id || _export_id in ({lines})"
        )

    count("'A1e1', 'A2e99'")
    assert stopped_by(look) == {}
    # One too few, one too many, and one of each with the right count in all.
    for lines, rows in (
        ("'A2e99'", [("e1", 4, 3, 0)]),
        ("'A1e1', 'A2e99', 'A3e1'", [("e1", 4, 3, 2)]),
        ("'A1e1', 'A2e1'", [("e1", 4, 3, 2), ("e99", 1, 0, 0)]),
    ):
        count(lines)
        [failed] = stopped_by(look).values()
        assert failed.expectation == SUPERSEDED
        assert sorted(tuple(row.values()) for row in failed.sample) == rows


def test_only_what_is_new_is_looked_at(look: Look, change: Change) -> None:
    change(
        """
        update run.build set is_full = false;
        insert into run.consumed select segment_id from state.segment where feed <> 'quota';
        """
    )
    nothing_new(change, *(feed for feed in FEEDS if feed != "quota"))
    change("update lake.sales_line set net_amount = 20 where order_id = 'A3'")
    report = look("landed")
    assert report.failed_critical == ()
    assert {result.table_name for result in report.results} == {
        "lake.quota_arrived",
        "state.load",
        "quarantine.record",
    }


def test_nothing_new_is_nothing_to_check(look: Look, change: Change) -> None:
    nothing_new(change, *FEEDS)
    assert look("landed").results == ()


@pytest.mark.parametrize(
    ("order_id", "fault", "mended", "sentence"),
    [
        ("A3", "net_amount = 20", "-20 as net_amount", "the quantity, net"),
        ("A3", "quantity = 2", "-2 as quantity", "the quantity, net"),
        ("A2", "order_date = '0206-02-05'", "date '2026-02-05' as order_date", "order_date lies"),
        ("A2", "order_date = '2206-02-05'", "date '2026-02-05' as order_date", "order_date lies"),
    ],
)
def test_a_faulty_line_stops_the_run_until_it_is_corrected(
    look: Look, change: Change, order_id: str, fault: str, mended: str, sentence: str
) -> None:
    change(f"update lake.sales_line set {fault} where order_id = '{order_id}'")
    [failed] = stopped_by(look).values()
    assert failed.expectation.startswith(sentence)
    [row] = failed.sample
    assert (row["order_id"], row["_export_id"]) == (order_id, "e1")

    correct(change, order_id, mended)
    assert stopped_by(look) == {}


@pytest.mark.parametrize(
    ("feed", "fault", "sentence"),
    [
        ("sales_line", "net_amount = 0", "a sale costs something"),
        ("sales_line", "net_amount = -1", "a sale is not negative"),
        ("sales_line", "ship_date = '2026-01-01'", "ship_date is not before order_date"),
        ("sales_line", "original_order_id = null", "a return or cancellation names"),
        ("sales_line", "order_date = '2026-04-01'", "order_date is not in the future"),
        ("credit_split", "share = 60", "share, pay_share lie between 0 and 1"),
        ("product", "list_price = -1", "list_price is not negative"),
        ("plan_assignment", "valid_to = '2025-12-31'", "valid_to is not before valid_from"),
        ("participant", "hire_date = '1026-01-01'", "dates lie between 1900"),
        ("channel_cost", "amount = -1", "amount is not negative"),
    ],
)
def test_what_makes_little_sense_is_told(
    look: Look, change: Change, feed: str, fault: str, sentence: str
) -> None:
    change(f"update lake.{feed} set {fault}")
    report = look("landed")
    assert report.failed_critical == ()
    assert [r for r in report.failed_warning if r.expectation.startswith(sentence)]


@pytest.mark.parametrize(
    "free", ["unit_price = 0", "discount_amount = 50.5", "promotion_id = 'bundle'", "quantity = 0"]
)
def test_free_goods_are_not_told(look: Look, change: Change, free: str) -> None:
    change(f"update lake.sales_line set net_amount = 0, {free} where order_id = 'A2'")
    assert warned_of(look) == {}

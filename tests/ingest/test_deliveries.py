"""What is loaded depends on which exports there are, never on the order in which they came."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest

from .conftest import Company, lines

ORDERS = """\
source: shop
exports:
  details: {file: "details_{delivery}_{date:%Y-%m-%d}.csv", columns: {price: money}}
  orders: {file: "orders_{delivery}_{date:%Y-%m-%d}.csv"}
feeds:
  sales_line: |
    select d._row_number, d.id as order_id, d.line as line_number, 'sale' as document_type,
        o.day as order_date, d.product as product_id, 1 as quantity, d.price as net_amount
    from details as d
    join orders as o using (id)
"""
DETAILS = "id,line,product,price\n1,1,P,10.00\n1,2,Q,20.00\n2,1,P,40.00\n"

FILES = {
    "details_a_2026-01-05.csv": DETAILS,
    "details_a_2026-01-06.csv": DETAILS.replace("40.00", "44.00"),
    "orders_a_2026-01-05.csv": "id,day\n1,2026-01-05\n2,2026-01-05\n",
    "orders_b_2026-01-05.csv": "id,day\n1,2026-01-05\n2,2026-01-05\n",
    "details_b_2026-01-05.csv": DETAILS.replace("1,1,P,10.00\n", ""),
    "orders_a_2026-01-04.csv": "id,day\n1,2026-01-04\n",
}
LINES = [
    ("1", 1, Decimal("10"), "2026-01-05", "2026-01-06"),
    ("1", 2, Decimal("20"), "2026-01-05", "2026-01-05"),
    ("1", 2, Decimal("20"), "2026-01-05", "2026-01-06"),
    ("2", 1, Decimal("40"), "2026-01-05", "2026-01-05"),
    ("2", 1, Decimal("44"), "2026-01-05", "2026-01-06"),
]


def shop_lines(company: Company) -> list[tuple[Any, ...]]:
    return company.lake(
        "order_id, line_number, net_amount, order_date::varchar, _business_date::varchar"
    )


@pytest.mark.parametrize("at_once", [1, 2, 6])
@pytest.mark.parametrize("order", list(itertools.permutations(FILES))[::97])
def test_parts_may_come_in_any_order_with_corrections(
    bare_company: Company, order: tuple[str, ...], at_once: int
) -> None:
    bare_company.source(ORDERS)
    for start in range(0, len(order), at_once):
        for name in order[start : start + at_once]:
            bare_company.land(name, FILES[name])
        bare_company.ingest()
    assert shop_lines(bare_company) == LINES
    assert {status for status, _ in bare_company.exports().values()} == {"loaded"}
    assert [load.status for load in bare_company.loads()].count("current") == 2
    assert bare_company.ingest().outcomes == ()


def test_a_part_waits_for_the_others_and_says_for_which(bare_company: Company) -> None:
    bare_company.source(ORDERS)
    name = "details_a_2026-01-05.csv"
    bare_company.land(name, DETAILS)
    outcome = bare_company.ingest_one()
    assert (outcome.status, outcome.reason) == (
        "waiting",
        "waits for orders (orders_{delivery}_{date:%Y-%m-%d}.csv)",
    )
    assert bare_company.exports() == {name: ("waiting", outcome.reason)}
    assert list(bare_company.workspace.landing.iterdir()) == []
    bare_company.land("orders_a_2026-01-05.csv", FILES["orders_a_2026-01-05.csv"])
    outcomes = {outcome.part: outcome for outcome in bare_company.ingest().outcomes}
    assert {outcome.status for outcome in outcomes.values()} == {"loaded"}
    assert (outcomes["details"].rows_loaded, outcomes["orders"].rows_read) == (3, 2)


def test_a_faulty_part_is_held_back_and_a_good_one_completes_the_delivery(
    bare_company: Company,
) -> None:
    bare_company.source(ORDERS)
    bare_company.land("details_a_2026-01-05.csv", DETAILS)
    bare_company.land("orders_a_2026-01-05.csv", "id,day\n1\n2,2026-01-05\n")
    statuses = {outcome.part: outcome for outcome in bare_company.ingest().outcomes}
    assert statuses["details"].status == "waiting"
    assert statuses["orders"].reason == "1 of 2 records are faulty, and others are joined to them"
    said = bare_company.reason("orders_a_2026-01-05.csv")
    assert "row 1: the record has 1 instead of 2 fields: 1" in said
    bare_company.land("orders_a_2026-01-05.csv", "id,datum\n1,x\n")
    bare_company.ingest()
    assert '"day" that the SQL of feed sales_line names is missing; orders has: id, datum' in (
        bare_company.reason("orders_a_2026-01-05.csv")
    )
    bare_company.land("orders_a_2026-01-05.csv", FILES["orders_a_2026-01-05.csv"])
    bare_company.ingest()
    assert len(shop_lines(bare_company)) == 3
    assert list(bare_company.workspace.rejected.iterdir()) == []


def test_a_faulty_correction_leaves_the_delivery_as_it_was(bare_company: Company) -> None:
    bare_company.source(ORDERS)
    bare_company.land("details_a_2026-01-05.csv", DETAILS)
    bare_company.land("orders_a_2026-01-05.csv", FILES["orders_a_2026-01-05.csv"])
    bare_company.ingest()
    before = shop_lines(bare_company)
    bare_company.land("orders_a_2026-01-07.csv", "id,day\n1,monday\n2,tuesday\n")
    outcome = bare_company.ingest_one()
    assert (outcome.part, outcome.status) == ("orders", "rejected")
    assert shop_lines(bare_company) == before


def test_the_same_file_twice_is_one_load(company: Company) -> None:
    company.land("penjualan_2026-01.csv", lines(3))
    company.land("penjualan_2026-01 (copy).csv", lines(3))
    statuses = sorted(outcome.status for outcome in company.ingest().outcomes)
    assert statuses == ["known", "loaded"]
    company.land("penjualan_2026-01.csv", lines(3))
    assert company.ingest_one().status == "known"
    assert company.lake("count(*)") == [(3,)]
    assert list(company.workspace.landing.iterdir()) == []


def test_the_same_content_of_another_month_is_another_statement(company: Company) -> None:
    """Else March, which says what January said, could not undo February."""
    for month in ("01", "02", "03"):
        company.land(f"penjualan_2026-{month}.csv", lines(1 if month != "02" else 2))
    assert {outcome.status for outcome in company.ingest().outcomes} == {"loaded"}
    dates = [day for (day,) in company.lake("_business_date::varchar")]
    assert dates == ["2026-01-31", "2026-02-28", "2026-02-28", "2026-03-31"]
    assert len(list(company.workspace.archive.glob("*/*.zst"))) == 2


def test_an_export_without_records_is_no_fault(company: Company) -> None:
    company.land("penjualan_2026-01.csv", lines(0))
    outcome = company.ingest_one()
    assert (outcome.status, outcome.rows_read, outcome.feeds) == ("loaded", 0, {})


def test_the_file_time_dates_rows_in_the_company_s_zone(bare_company: Company) -> None:
    bare_company.source(
        "source: places\nexports: {places: {file: places.csv}}\n"
        "feeds:\n  territory: select _row_number, id as territory_id from places\n"
    )
    # Noon UTC of the 1st is the evening of the 1st in Jakarta.
    bare_company.land("places.csv", "id\nX\n", day="2026-02-01")
    bare_company.ingest()
    assert bare_company.lake("_business_date::varchar", "territory") == [("2026-02-01",)]


def test_the_file_time_is_told_in_the_source_s_own_zone(bare_company: Company) -> None:
    bare_company.source(
        "source: places\nexports: {places: {file: places.csv}}\n"
        "locale: {time_zone: Pacific/Kiritimati}\n"
        "feeds:\n  territory: select _row_number, id as territory_id from places\n"
    )
    # Noon UTC is two in the morning of the next day there, fourteen hours ahead.
    bare_company.land("places.csv", "id\nX\n", day="2026-02-01")
    bare_company.ingest()
    assert bare_company.lake("_business_date::varchar", "territory") == [("2026-02-02",)]


def test_one_file_may_fill_several_feeds(bare_company: Company) -> None:
    bare_company.source(
        """\
        source: people
        exports: {people: {file: "*.csv"}}
        reject_above: 50%
        feeds:
          participant: select _row_number, id as participant_id, name from people
          plan_assignment: |
            select _row_number, id as participant_id, plan as plan_id, since as valid_from
            from people where plan is not null
        """
    )
    content = "id,name,plan,since\n1,A,p,2026-01-01\n2,B,,\n3,C,p,soon\n"
    bare_company.land("people.csv", content)
    outcome = bare_company.ingest_one()
    assert outcome.feeds == {"participant": 3, "plan_assignment": 1}
    assert (outcome.rows_read, outcome.rows_loaded, outcome.rows_held) == (3, 2, 1)
    assert bare_company.quarantine("feed, row_number, column_name") == [
        ("plan_assignment", 3, "valid_from")
    ]


def test_alternatives_of_a_key_are_asked_for(bare_company: Company) -> None:
    bare_company.source(
        """\
        source: targets
        exports: {targets: {file: "*.csv"}}
        reject_above: 50%
        rows_per_record: {quota: many}
        feeds:
          quota: |
            select _row_number, id as participant_id, 'revenue' as quota_type, period,
                first as period_start, last as period_end, amount from targets
        """
    )
    bare_company.land(
        "targets.csv",
        "id,period,first,last,amount\n1,2026-Q1,,,10\n2,,2026-01-01,2026-02-15,10\n"
        "3,,2026-01-01,,10\n4,,2026-03-01,2026-02-15,10\n",
    )
    bare_company.ingest()
    assert bare_company.lake("participant_id", "quota") == [("1",), ("2",)]
    assert bare_company.quarantine("row_number, column_name, reason") == [
        (3, "period", "is missing: a row needs period, or period_start with period_end"),
        (4, "period_end", "is before period_start"),
    ]


def test_a_record_is_held_back_with_all_rows_that_come_from_it(bare_company: Company) -> None:
    bare_company.source(
        """\
        source: quotas
        exports: {quotas: {file: "*.csv"}}
        reject_above: 50%
        rows_per_record: {quota: many}
        feeds:
          quota: |
            select _row_number, id as participant_id, 'revenue' as quota_type,
                unnest(['2026-01', '2026-02']) as period, unnest([january, february]) as amount
            from quotas
        """
    )
    bare_company.land("quotas.csv", "id,january,february\n1,10,20\n2,10,x\n")
    outcome = bare_company.ingest_one()
    assert outcome.feeds == {"quota": 2}
    assert (outcome.rows_loaded, outcome.rows_held) == (1, 1)


NUMBERED = ORDERS.replace("d.line as", "row_number() over (partition by d.id) as")


@pytest.mark.parametrize("source", [ORDERS, NUMBERED], ids=["stated lines", "numbered lines"])
def test_a_line_whose_head_is_there_twice_is_not_counted_twice(
    bare_company: Company, source: str
) -> None:
    bare_company.source(source)
    heads = "id,day\n1,2026-01-05\n2,2026-01-05\n2,2026-01-06\n"
    bare_company.land("details_a_2026-01-05.csv", DETAILS)
    bare_company.land("orders_a_2026-01-05.csv", heads)
    outcomes = {outcome.part: outcome for outcome in bare_company.ingest().outcomes}
    assert (outcomes["details"].status, outcomes["orders"].status) == ("waiting", "rejected")
    assert outcomes["orders"].reason == (
        "the SQL of feed sales_line makes 2 rows of record 3: does a join find several records for"
        " one? Where each is to have several rows, say so in the source:"
        " `rows_per_record: {sales_line: many}`"
    )
    told = (bare_company.workspace.rejected / "orders_a_2026-01-05.csv.reason.txt").read_text()
    assert "row 3: order_id 2, line_number 1, " in told
    assert "order_date 2026-01-05 and 2026-01-06" in told
    assert not list(bare_company.workspace.lake.rglob("*.parquet"))
    # Mended, it loads with what had waited for it.
    bare_company.land("orders_a_2026-01-05.csv", "id,day\n1,2026-01-05\n2,2026-01-05\n")
    bare_company.ingest()
    assert bare_company.lake("sum(net_amount)::varchar") == [("70.000000",)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id,first,second\n1,2026-01,2026-02\n", None),
        (
            "id,first,second\n1,2026-01,2026-02\n2,2026-01,2026-01\n",
            "the SQL of feed quota makes 2 rows of record 2, with one participant_id and",
        ),
    ],
)
def test_rows_of_one_record_have_keys_of_their_own(
    bare_company: Company, content: str, reason: str | None
) -> None:
    bare_company.source(
        """\
        source: quotas
        exports: {quotas: {file: "*.csv"}}
        rows_per_record: {quota: many}
        feeds:
          quota: |
            select _row_number, id as participant_id, 'revenue' as quota_type, 10 as amount,
                unnest([first, second]) as period
            from quotas
        """
    )
    bare_company.land("quotas.csv", content)
    outcome = bare_company.ingest_one()
    assert outcome.feeds == ({"quota": 2} if reason is None else {})
    assert (outcome.reason or "")[: len(reason or "")] == (reason or "")

"""Faulty files and rows are held back with their reason, and everything else goes on."""

from __future__ import annotations

import json
from decimal import Decimal

import duckdb
import pytest
from niaga.errors import ConfigurationError

from .conftest import HEADER, Company, line, lines

JANUARY = "penjualan_2026-01.csv"
FEBRUARY = "penjualan_2026-02.csv"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        (lines(3)[:-1], "is truncated: it does not end in a newline"),
        (lines(3) + 'F9;1;"JU', "is truncated: it does not end in a newline"),
        (
            lines(3).replace("Netto", "Total"),
            'the column "Netto" that the SQL of feed sales_line names is missing; '
            "lines has: Faktur, Baris, Jenis, Tanggal, Barang, Jumlah, Total, Mata Uang, Catatan",
        ),
        (lines(3).replace("Barang", "Baris"), 'has the column "Baris" twice'),
        (b"\x89PNG\x00\x00", "holds zero bytes: it is half-written, or no text file"),
        (
            HEADER + line(1) + line(2, Netto="x") + line(3),
            "1 of 3 records are faulty (33.3%), and erp rejects a file above 10%",
        ),
    ],
    ids=["empty", "cut", "cut in quotes", "column renamed", "column twice", "binary", "many bad"],
)
def test_a_faulty_file_is_held_back_whole_and_the_rest_goes_on(
    company: Company, content: str | bytes, reason: str
) -> None:
    company.land(JANUARY, content)
    company.land(FEBRUARY, lines(2))
    report = company.ingest()
    assert (report.files_held, report.rows_loaded, report.rows_held) == (1, 2, 0)
    assert company.exports() == {JANUARY: ("rejected", reason), FEBRUARY: ("loaded", None)}
    assert f"Reason: {reason}\n" in company.reason(JANUARY)
    assert list(company.workspace.landing.iterdir()) == []
    kept = (company.workspace.rejected / JANUARY).read_bytes()
    assert kept == (content if isinstance(content, bytes) else content.encode())


def test_the_reason_of_a_file_with_many_faults_lists_the_first_ones(company: Company) -> None:
    company.land(JANUARY, HEADER + line(1, Netto="x") + line(2, Jenis="TUKAR"))
    company.ingest()
    said = company.reason(JANUARY)
    assert (
        'row 1: net_amount is no number (decimals after ",", thousands grouped by "."): x' in said
    )
    assert "row 2: document_type is none of: sale, return, cancellation: TUKAR" in said


def test_a_file_that_no_source_takes_is_held_back(company: Company) -> None:
    company.land("notes.txt", "hello\n")
    outcome = company.ingest_one()
    assert (outcome.status, outcome.reason) == ("rejected", "no source takes this file")
    assert "no source takes this file" in company.reason("notes.txt")
    # With a source for it, the same file counts and is held back no more.
    company.source(
        "source: notes\nexports: {notes: {file: '*.txt'}}\nfeeds:\n  territory: "
        "select _row_number, hello as territory_id from notes\n"
    )
    company.land("notes.txt", "hello\n")
    assert company.ingest_one().status == "loaded"
    assert company.exports()["notes.txt"][0] in ("loaded", "replaced")
    assert list(company.workspace.rejected.iterdir()) == []


def test_a_corrected_file_takes_the_place_of_the_rejected_one(company: Company) -> None:
    company.land(JANUARY, lines(2)[:-1])
    company.ingest()
    company.land(JANUARY, lines(2)[:-1])
    assert company.ingest_one().status == "rejected"
    company.land(JANUARY, lines(2))
    assert company.ingest_one().status == "loaded"
    assert list(company.workspace.rejected.iterdir()) == []
    with company.state.reading() as connection:
        statuses = connection.exec_driver_sql("select status from export").scalars().all()
    assert sorted(statuses) == ["loaded", "replaced"]


def test_bad_rows_are_held_back_with_place_value_and_reason(company: Company) -> None:
    good = [line(number) for number in range(1, 101)]
    bad = [
        line(101, Netto="1234.56"),
        line(102, Tanggal="31/02/2026"),
        line(103, Barang=""),
        line(104, Jenis="TUKAR"),
        line(105, Netto="1,234"),
        line(106, **{"Mata Uang": "USD"}),
        line(107, Jenis="RETUR"),
        "F108;1;JUAL\n",
        line(109, Jumlah="zwei", Baris="1,5"),
    ]
    company.land(JANUARY, HEADER + "".join(good + bad))
    outcome = company.ingest_one()
    assert outcome.feeds == {"sales_line": 100}
    assert (outcome.rows_read, outcome.rows_loaded, outcome.rows_held) == (109, 100, 9)
    no_number = 'is no number (decimals after ",", thousands grouped by ".")'
    assert company.quarantine("row_number, column_name, value, reason") == [
        (101, "net_amount", "1234.56", no_number),
        (102, "order_date", "31/02/2026", "is no date after 1900-01-01 in the form %d/%m/%Y"),
        (103, "product_id", None, "is missing"),
        (104, "document_type", "TUKAR", "is none of: sale, return, cancellation"),
        (105, "net_amount", "1,234", "has more than 2 decimals"),
        (
            106,
            "currency",
            "USD",
            "is not the company's currency IDR, and exchange rates are not taken yet",
        ),
        (107, "net_amount", "Rp 107.000,50", "must be negative (or zero) for a return"),
        (108, None, "F108;1;JUAL", "the record has 3 instead of 9 fields"),
        (109, "line_number", "1,5", "has decimals"),
        (109, "quantity", "zwei", no_number),
    ]
    with company.state.reading() as connection:
        assert connection.exec_driver_sql("select feed, rows from held").all() == [
            ("sales_line", 9)
        ]
    ((source, file_name, feed, raw),) = set(
        company.quarantine("source, file_name, feed, case when row_number = 103 then raw end")
    ) - {("erp", JANUARY, "sales_line", None)}
    assert (source, file_name, feed) == ("erp", JANUARY, "sales_line")
    assert json.loads(raw)["Netto"] == "Rp 103.000,50"


def test_rows_are_reconciled(company: Company) -> None:
    content = lines(40) + line(41, Jenis="DRAFT") + line(42, Netto="x")
    company.land(JANUARY, content)
    outcome = company.ingest_one()
    (load,) = company.loads()
    assert (load.rows_read, load.rows_filtered, load.rows_held) == (42, 1, 1)
    assert outcome.rows_read == outcome.rows_loaded + outcome.rows_held + outcome.rows_filtered
    ((count, total),) = company.lake("count(*), sum(net_amount)")
    # 1000.50 + 2000.50 + ... + 40000.50
    assert (count, total) == (40, Decimal("820020"))


def test_lake_rows_say_where_they_come_from(company: Company) -> None:
    company.land(JANUARY, lines(2))
    outcome = company.ingest_one()
    columns = "_row_number, _export_id, _business_date::varchar, remark, unit_price"
    assert company.lake(columns) == [
        (1, outcome.export_id, "2026-01-31", None, None),
        (2, outcome.export_id, "2026-01-31", None, None),
    ]
    ((path, sha256),) = _segments(company)
    (file,) = company.workspace.lake.glob("sales_line/*")
    assert path == f"lake/sales_line/{file.name}"
    with duckdb.connect() as connection:
        names = [row[0] for row in connection.execute(f"describe from '{file}'").fetchall()]
    assert names[:3] == ["order_id", "line_number", "document_type"]
    assert names[-5:] == ["remark", "_export_id", "_row_number", "_business_date", "_loaded_at"]
    assert len(sha256) == 64


def test_amounts_that_the_sql_calculates_are_exact_or_held_back(bare_company: Company) -> None:
    bare_company.source(
        """\
        source: shop
        exports:
          lines: {file: "*.csv", columns: {price: money, share: rate, quantity: integer}}
        reject_above: 50%
        feeds:
          sales_line: |
            select _row_number, id as order_id, 1 as line_number, 'sale' as document_type,
                date '2026-01-01' as order_date, 'P' as product_id, quantity,
                price * quantity * (1 - share) as net_amount, null as ship_date
            from lines -- all of them
        """
    )
    bare_company.land("a.csv", "id,price,share,quantity\n1,19.90,0.25,4\n2,0.99,0.15,1\n")
    bare_company.ingest()
    assert bare_company.lake("order_id, net_amount") == [("1", Decimal("59.70"))]
    # 0.99 x 0.85 = 0.8415
    ((number, column, reason),) = bare_company.quarantine("row_number, column_name, reason")
    assert (number, column) == (2, "net_amount")
    assert reason == "has more than 2 decimals, or is too large"


@pytest.mark.parametrize(
    ("select", "problem"),
    [
        ("select 1 from", "syntax error"),
        ("select 1; select 2", "is not one select"),
        ("select a as order_id from lines", "does not return _row_number"),
        ("select _row_number from lines", "does not return order_id, which every row needs"),
        ("select nosuch(_row_number) from lines", "nosuch"),
        ("select _row_number from connection", "connection does not exist"),
        (
            "select _row_number, a as order_id, 1 as line_number, 'sale' as document_type,"
            " a as order_date, a as product_id, 1 as quantity, a::double as net_amount from lines",
            "net_amount is DOUBLE, which is not exact",
        ),
    ],
)
def test_wrong_sql_is_a_fault_of_the_source_file(
    bare_company: Company, select: str, problem: str
) -> None:
    bare_company.source(
        f"source: shop\nexports: {{lines: {{file: '*.csv'}}}}\nfeeds:\n  sales_line: {select}\n"
    )
    landed = bare_company.land("a.csv", "a\n1\n")
    with pytest.raises(ConfigurationError) as caught:
        bare_company.ingest()
    fault = caught.value.faults[0]
    assert (fault.file.name, fault.line, fault.field) == ("shop.yml", 4, "feeds.sales_line")
    assert any(problem in fault.problem for fault in caught.value.faults)
    assert landed.exists()


def test_an_unknown_feed_and_two_takers_of_a_file_are_faults_of_sources(company: Company) -> None:
    text = "source: other\nexports: {all: {file: '*.csv'}}\nfeeds: {sales_lines: select 1}\n"
    company.source(text)
    with pytest.raises(ConfigurationError, match="did you mean `sales_line`"):
        company.ingest()
    company.source(text.replace("sales_lines", "sales_line"))
    company.land(JANUARY, lines(1))
    with pytest.raises(ConfigurationError, match="takes the file penjualan_2026-01"):
        company.ingest()


def _segments(company: Company) -> list[tuple[str, str]]:
    with company.state.reading() as connection:
        rows = connection.exec_driver_sql("select path, sha256 from segment").all()
    return [(row[0], row[1]) for row in rows]

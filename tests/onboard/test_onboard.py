"""A file that niaga has not seen before becomes a source that reads it, or a reason why not."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from niaga.errors import UsageError
from niaga.ingest.trial import Trial
from niaga.onboard.proposal import Proposal, propose
from niaga.onboard.tables import Table, reading
from niaga.onboard.trying import try_proposal
from niaga.operate import commands
from niaga.workspace import Workspace, create_workspace

INDONESIAN = """\
LAPORAN PENJUALAN
PT Maju Jaya

No Faktur;Tanggal;Kode Pelanggan;Nama Barang;Kode Barang;Jumlah;Harga Satuan;Total;Kode Sales
F001;05/01/2026;C01;"Sabun; cair";B01;10;Rp 1.500,00;Rp 15.000,00;S1
F001;05/01/2026;C01;Sampo;B02;2;Rp 12.500,50;Rp 25.001,00;S1
F002;17/01/2026;C02;Sabun;B01;-1;Rp 1.500,00;Rp -1.500,00;S2
"""

AMERICAN = """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,"HEART, WHITE",6,12/1/2010 8:26,2.55,17850,United Kingdom
C536379,D,Discount,-1,12/13/2010 9:41,27.50,14527,United Kingdom
"""

ORDERS = """\
order_no,ordered_on,customer
7001,2026-03-01,K1
7002,2026-03-02,K2
"""
LINES = """\
order_no,line_no,sku,qty,net_amount
7001,1,A,2,20.00
7001,2,B,1,5.50
7002,1,A,3,30.00
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return create_workspace(tmp_path / "company", "Toko", "USD")


def write(tmp_path: Path, name: str, content: str | bytes) -> Path:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def tried(workspace: Workspace, proposal: Proposal) -> Trial:
    trial = try_proposal(workspace, proposal)
    assert trial is not None
    return trial


def first_rows(trial: Trial) -> list[dict[str, str]]:
    (feed,) = trial.feeds
    return [
        {name: str(value) for name, value in zip(feed.columns, row, strict=True)}
        for row in feed.first_rows
    ]


def test_an_indonesian_export_with_a_title_is_read_as_it_is_meant(
    workspace: Workspace, tmp_path: Path
) -> None:
    proposal = propose([write(tmp_path, "penjualan_2026-01.csv", INDONESIAN)], None, None)
    assert proposal.is_complete
    assert 'file: "penjualan_{date:%Y-%m}.csv"' in str(proposal.text)
    trial = tried(workspace, proposal)
    assert (trial.reason, trial.rows_loaded, trial.rows_held) == (None, 3, 0)
    rows = first_rows(trial)
    assert [(row["order_id"], row["line_number"], row["document_type"]) for row in rows] == [
        ("F001", "1", "sale"),
        ("F001", "2", "sale"),
        ("F002", "1", "return"),
    ]
    assert [Decimal(row["net_amount"]) for row in rows] == [15000, 25001, -1500]
    assert [row["order_date"] for row in rows] == ["2026-01-05", "2026-01-05", "2026-01-17"]
    assert [row["sales_rep_id"] for row in rows] == ["S1", "S1", "S2"]
    assert "Nama Barang" in proposal.unmapped


def test_the_month_comes_first_where_a_value_says_so(workspace: Workspace, tmp_path: Path) -> None:
    proposal = propose([write(tmp_path, "retail.csv", AMERICAN)], None, None)
    rows = first_rows(tried(workspace, proposal))
    assert [row["order_date"] for row in rows] == ["2010-12-01", "2010-12-13"]
    assert [Decimal(row["net_amount"]) for row in rows] == [Decimal("15.30"), Decimal("-27.50")]
    assert any("price times quantity" in doubt for doubt in proposal.unsure)


def test_a_date_that_may_be_either_is_said(tmp_path: Path) -> None:
    content = LINES.replace("line_no,", "line_no,order_date,").replace(",A,", ",05/06/2026,A,")
    content = content.replace(",B,", ",07/06/2026,B,")
    proposal = propose([write(tmp_path, "sales.csv", content)], None, None)
    assert 'date: "%d/%m/%Y"' in str(proposal.text)
    assert any("the day is taken to come first" in doubt for doubt in proposal.unsure)


def test_a_thousand_that_may_be_a_decimal_is_said(tmp_path: Path) -> None:
    content = "nik;quota_type;period;target\nK1;revenue;2026-Q1;85.500\nK2;revenue;2026-Q1;1.250\n"
    proposal = propose([write(tmp_path, "target_2026.csv", content)], None, None)
    assert proposal.feed == "quota"
    assert any("taken for thousands" in doubt for doubt in proposal.unsure)


def test_head_and_lines_in_two_files_are_joined(workspace: Workspace, tmp_path: Path) -> None:
    files = [
        write(tmp_path, "orders_2026-03-02.csv", ORDERS),
        write(tmp_path, "order_lines_2026-03-02.csv", LINES),
    ]
    proposal = propose(files, "shop", None)
    assert (proposal.feed, proposal.missing) == ("sales_line", ())
    rows = first_rows(tried(workspace, proposal))
    assert [(row["order_id"], row["customer_id"], row["net_amount"][:5]) for row in rows] == [
        ("7001", "K1", "20.00"),
        ("7001", "K1", "5.500"),
        ("7002", "K2", "30.00"),
    ]
    assert rows[2]["order_date"] == "2026-03-02"


@pytest.mark.parametrize(
    ("names", "patterns"),
    [
        (
            ["sales_20260101_header.csv", "sales_20260101_lines.csv"],
            ["sales_{date:%Y%m%d}_header.csv", "sales_{date:%Y%m%d}_lines.csv"],
        ),
        (
            ["orders-2026-01-05T0830.csv", "lines-2026-01-05T0830.csv"],
            ["orders-{date:%Y-%m-%dT%H%M}.csv", "lines-{date:%Y-%m-%dT%H%M}.csv"],
        ),
        (
            ["20260105_235900_orders.csv", "20260105_235900_lines.csv"],
            ["{date:%Y%m%d_%H%M%S}_orders.csv", "{date:%Y%m%d_%H%M%S}_lines.csv"],
        ),
    ],
)
def test_parts_of_a_delivery_are_paired_by_the_date_in_their_names(
    tmp_path: Path, names: list[str], patterns: list[str]
) -> None:
    files = [
        write(tmp_path, name, content) for name, content in zip(names, (ORDERS, LINES), strict=True)
    ]
    text = str(propose(files, "shop", None).text)
    assert [f'file: "{pattern}"' in text for pattern in patterns] == [True, True]


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        # Of six thousand amounts one has a thousand in it.
        ([f"{number / 100:.2f}" for number in range(50_000, 56_000)] + ["1,250.00"], "1250"),
        # No amount has decimals, and all are thousands.
        (["12.500", "8.250", "1.250"], "1250"),
    ],
)
def test_thousands_are_known_by_few_amounts(
    workspace: Workspace, tmp_path: Path, amounts: list[str], expected: str
) -> None:
    rows = "".join(
        f'F{number},1,2026-01-05,B1,1,"{amount}"\n'
        for number, amount in enumerate(reversed(amounts))
    )
    header = "invoice_no,line_no,order_date,sku,qty,net_amount\n"
    proposal = propose([write(tmp_path, "sales.csv", header + rows)], None, None)
    trial = tried(workspace, proposal)
    assert (trial.reason, trial.rows_held) == (None, 0)
    assert Decimal(first_rows(trial)[0]["net_amount"]) == Decimal(expected)


def test_merged_cells_in_the_records_are_filled(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "penjualan_2026-01.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("Januari")
        sheet.merge_range(0, 0, 1, 6, "Laporan Penjualan")
        sheet.write_row(2, 0, TOTALLED.splitlines()[1].split(";"))
        for at in range(6):
            order, day = f"F00{at // 3 + 1}", f"2026-01-0{at // 3 + 1}"
            sheet.write_row(3 + at, 0, [order, day, f"B-{at}", "Ani", 2, 1500, 3000])
        for top in (3, 6):
            sheet.merge_range(top, 0, top + 2, 0, f"F00{top // 3}")
            sheet.merge_range(top, 1, top + 2, 1, f"2026-01-0{top // 3}")
    proposal = propose([file], None, None)
    (table,) = proposal.tables
    assert table.layout.format == {"type": "excel", "skip_rows": 2, "merged_cells": "fill"}
    trial = tried(workspace, proposal)
    assert (trial.reason, trial.rows_loaded, trial.rows_held) == (None, 6, 0)
    assert [row["order_id"] for row in first_rows(trial)] == ["F001"] * 3


TOTALLED = """\
Laporan Penjualan;;;;;;
No Faktur;Tanggal;Kode Barang;Nama Sales;Qty;Harga Satuan;Total
F001;02/01/2026;B-01;Ani;2;1.500,00;3.000,00
F002;15/01/2026;B-02;Budi;1;2.500,50;2.500,50
F003;31/01/2026;B-01;Ani;5;1.500,00;7.500,00
"""


@pytest.mark.parametrize(
    ("last", "pattern"),
    [
        ("TOTAL;;;;8;;13.000,50\n", "TOTAL;*"),
        ("TOTAL;;;;8;;13.000,50", "TOTAL;*"),
        (";;;Total keseluruhan:;8;;13.000,50\n\n\n", ";;;Total keseluruhan:;*"),
        ('"GRAND  TOTAL";;;;8;;"13.000,50"\n\nDicetak pada 02/02/2026\n', '"GRAND  TOTAL"*'),
        ("-- 3 rows --\n", "-- * rows --"),
        ("(3 rows)\n\n", "(* rows)"),
        ("TOTAL;;;;8;;13.000,50\nTOTAL;;;;8;;13.000,50\n3 records\n", "TOTAL;*"),
        ("TOTAL;;;;8;;13.000,50\nPPN 11%;;;;;;1.430,06\nSelisih;;;;;;0\n", "TOTAL;*"),
        ("---;---;---;---;---;---;---\nJUMLAH 13.000,50\n", "---*"),
        ("JUMLAH: 13.000,50\n", "JUMLAH: *"),
        ("*** END OF REPORT ***\n", "* END OF REPORT*"),
        ("TOTAL;;;;8;;13.000,50\n;;;;;;\n;;;;;;\n", "TOTAL;*"),
        ("\n\n\n", None),
    ],
)
def test_totals_behind_the_records_are_a_footer(
    workspace: Workspace, tmp_path: Path, last: str, pattern: str | None
) -> None:
    proposal = propose([write(tmp_path, "penjualan_2026-01.csv", TOTALLED + last)], None, None)
    (table,) = proposal.tables
    assert table.layout.format.get("footer") == pattern
    assert (proposal.feed, proposal.missing, proposal.unmapped) == ("sales_line", (), ())
    trial = tried(workspace, proposal)
    assert (trial.reason, trial.rows_loaded, trial.rows_held) == (None, 3, 0)
    rows = first_rows(trial)
    assert [row["order_id"] for row in rows] == ["F001", "F002", "F003"]
    assert [row["sales_rep_id"] for row in rows] == ["Ani", "Budi", "Ani"]
    assert sum(Decimal(row["net_amount"]) for row in rows) == Decimal("13000.5")
    assert pattern is None or any("rejected as cut off" in doubt for doubt in proposal.unsure)


@pytest.mark.parametrize(
    "last",
    [
        "TOTAL;31/01/2026;B-03;Ani;1;10,00;10,00\n",
        "TOTAL;31/01/2026;B-03;Ani;1;10,00;10,00\nF005;31/01/2026;B-03;Ani;1;10,00;10,00\n",
        "TOTAL ENERGIES 1;31/01/2026;B-03;Ani;1;;10,00\n",
    ],
)
def test_a_record_that_begins_like_a_total_is_not_taken_off(tmp_path: Path, last: str) -> None:
    proposal = propose([write(tmp_path, "penjualan_2026-01.csv", TOTALLED + last)], None, None)
    (table,) = proposal.tables
    assert "footer" not in table.layout.format
    assert (table.rows, table.faulty) == (3 + last.count("\n"), 0)


def test_a_last_record_whose_name_begins_like_the_totals_is_kept(
    workspace: Workspace, tmp_path: Path
) -> None:
    last = "TOTAL ENERGIES 1;31/01/2026;B-03;Ani;1;10,00;10,00\nTOTAL;;;;9;;13.010,50\n"
    file = write(tmp_path, "penjualan_2026-01.csv", TOTALLED + last)
    proposal = propose([file], None, None)
    trial = tried(workspace, proposal)
    assert (trial.reason, trial.rows_loaded) == (None, 4)
    assert proposal.text is not None
    # One who writes less of the line is told, and loses no record.
    careless = replace(proposal, text=proposal.text.replace("TOTAL;*", "TOTAL*"))
    assert tried(workspace, careless).reason == (
        "line 6 is like the footer, TOTAL*, but looks like a record, and line 7 is like the footer"
        " too: write more of the footer's line in the source"
    )


def test_totals_among_the_records_are_no_footer(tmp_path: Path) -> None:
    records = TOTALLED.splitlines(keepends=True)
    content = [*records[:4], "SUBTOTAL;;;;3;;5.500,50\n", records[4], "SUBTOTAL;;;;5;;7.500,00\n"]
    file = write(tmp_path, "penjualan.csv", "".join([*content, "TOTAL;;;;8;;13.000,50\n"]))
    (table,) = propose([file], None, None).tables
    assert ("footer" in table.layout.format, table.rows) == (False, 6)
    assert any("`TOTAL;*` is read as a record" in doubt for doubt in table.layout.unsure)


def test_totals_in_a_workbook_are_a_footer(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "penjualan_2026-01.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("Januari")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write(0, 0, "Laporan Penjualan")
        sheet.write_row(2, 0, TOTALLED.splitlines()[1].split(";"))
        for at in range(3):
            sheet.write_row(3 + at, 0, [f"F00{at + 1}", None, "B-01", "Ani", 2, 1500.5, 3001])
            sheet.write_datetime(3 + at, 1, date(2026, 1, at + 5), day)
        sheet.write_row(7, 0, ["Grand  Total", None, None, None, 6, None, 9003])
        sheet.write(9, 1, "Dicetak oleh Ani")
        sheet.write(9, 8, "halaman 1")
    proposal = propose([file], None, None)
    (table,) = proposal.tables
    assert table.layout.format == {"type": "excel", "skip_rows": 2, "footer": "Grand Total"}
    assert (proposal.feed, proposal.missing, proposal.unmapped) == ("sales_line", (), ())
    trial = tried(workspace, proposal)
    assert (trial.reason, trial.rows_loaded, trial.rows_held) == (None, 3, 0)
    rows = first_rows(trial)
    assert [row["order_date"] for row in rows] == ["2026-01-05", "2026-01-06", "2026-01-07"]
    assert [Decimal(row["net_amount"]) for row in rows] == [3001, 3001, 3001]


def test_records_without_any_value_hide_no_feed(tmp_path: Path) -> None:
    file = write(tmp_path, "penjualan_2026-01.csv", TOTALLED + ";;;;;;\n" * 3)
    proposal = propose([file], None, None)
    assert (proposal.feed, proposal.missing, proposal.unmapped) == ("sales_line", (), ())
    assert proposal.tables[0].blank == 3


def test_a_value_that_one_record_lacks_leaves_its_column_mapped(tmp_path: Path) -> None:
    content = TOTALLED.replace("15/01/2026", "")
    proposal = propose([write(tmp_path, "penjualan_2026-01.csv", content)], None, None)
    assert (proposal.feed, proposal.missing, proposal.unmapped) == ("sales_line", (), ())


def test_what_is_missing_is_named_and_does_not_load(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "lines.csv", LINES)
    arguments = (workspace.root, [file], "shop", "sales_line", True)
    assert commands.onboard(True, *arguments) == 4
    told = json.loads(capsys.readouterr().out)
    assert told["missing"] == ["order_date"]
    assert commands.check_source(False, workspace.root, "shop", [file], None) == 4
    assert "TODO: which column is order_date?" in capsys.readouterr().out
    assert commands.onboard(False, *arguments) == 2
    assert "there is a source" in capsys.readouterr().err


def test_the_yaml_alone_goes_to_standard_output(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "penjualan_2026-01.csv", INDONESIAN)
    assert commands.onboard(False, workspace.root, [file], None, None, False) == 0
    told = capsys.readouterr()
    target = workspace.sources_folder / "penjualan.yml"
    target.write_text(told.out)
    assert "Not sure:" in told.err
    assert commands.check_source(False, workspace.root, "penjualan", [file], None) == 0


def test_a_table_of_other_things_fills_no_feed(tmp_path: Path) -> None:
    content = "sepal_length,species\n5.1,setosa\n4.9,setosa\n"
    proposal = propose([write(tmp_path, "iris.csv", content)], None, None)
    assert (proposal.feed, proposal.text) == (None, None)


@pytest.mark.parametrize(
    ("name", "feed", "problem"),
    [("Bad Name", None, "is no name"), (None, "sales_lines", "is no feed")],
)
def test_wrong_names_are_wrong_use(
    tmp_path: Path, name: str | None, feed: str | None, problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        propose([write(tmp_path, "lines.csv", LINES)], name, feed)


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=8)
TABLES = st.lists(
    st.tuples(st.from_regex(r"[A-Z][0-9]{3}", fullmatch=True), CELLS, st.integers(-9999, 9999)),
    min_size=4,
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=TABLES,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    title=st.sampled_from(["", "Report of sales\n\n"]),
)
def test_any_table_is_read_as_it_was_written_or_refused(
    rows: list[tuple[str, str, int]], delimiter: str, encoding: str, quoting: int, title: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    writer.writerow(["code", "remark", "count"])
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder, reading(Path(folder)) as opened:
        file = Path(folder, "export.csv")
        file.write_bytes((title + text.getvalue()).encode(encoding))
        (table,) = opened.read(file)
        if not isinstance(table, Table):
            return
        assert table.titles == ("code", "remark", "count")
        assert table.rows == len(rows)
        found = opened.connection.execute(
            "SELECT code, coalesce(remark, ''), CAST(count AS BIGINT)"
            f" FROM niaga.raw_{table.relation}"
        ).fetchall()
        assert set(found) <= set(rows)
        assert len(found) == len(rows) - table.faulty


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    content=st.one_of(
        st.binary(max_size=400),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.sampled_from(
            [b"PK\x03\x04", b"\x1f\x8b\x08", b"PAR1", b"\xd0\xcf\x11\xe0", b"[{", b"{"]
        ),
    ),
    start=st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"PAR1", b"[", b"{", b"a;b\n1;"]),
)
def test_no_file_makes_it_crash(content: bytes, start: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "export.dat")
        file.write_bytes(start + content)
        proposal = propose([file], None, None)
        assert proposal.refused or proposal.tables

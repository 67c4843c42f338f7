"""Workbooks of four kinds give the same records; what is no workbook says what it is."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from .conftest import Company
from .workbooks import FILES, write_report

KINDS = """\
source: kinds
exports:
  rows: {file: "kinds.*", format: {type: excel, sheet: Sheet1, header: no}}
locale: {true: [ya], false: [tidak], decimal: ",", date: "%d.%m.%Y", timestamp: "%d.%m.%Y %H:%M:%S"}
feeds:
  product: |
    select _row_number, column_1 as product_id, column_2 as c2, column_3 as c3, column_4 as c4,
        column_5 as c5, column_6 as c6, column_7 as c7, column_8 as c8, column_9 as c9,
        column_10 as c10
    from rows
"""
REPORT = """\
source: report
exports:
  rows:
    file: "report*"
    format: {type: excel, sheet: "Penjualan *", header_cell: No Faktur, footer: "TOTAL*", FILL}
locale: {decimal: ",", date: "%d/%m/%Y", timestamp: "%d/%m/%Y %H:%M:%S", NULLS}
reject_above: 50%
feeds:
  payment: |
    select _row_number, "No Faktur" as payment_id, "Kode" as order_id, "Tanggal" as payment_date,
        "Netto" as amount, "Pelanggan" as customer, "Jam" as printed, "Diskon" as discount,
        "Bonus" as bonus
    from rows
"""
ALL_KINDS = pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods"])
REPORTS = pytest.mark.parametrize(
    "name", ["report.xlsx", "report.xls", "report.ods", "report_1904.xlsx", "report_1904.xls",
             "report_1904.ods"],
)  # fmt: skip


def land_report(company: Company, name: str, *, fill: bool = False, nulls: str = "") -> None:
    source = REPORT.replace(", FILL", ", merged_cells: fill" if fill else "")
    company.source(source.replace(", NULLS", nulls))
    if name.endswith(".xlsx"):
        write_report(company.workspace.landing / name, date_1904="1904" in name)
    else:
        company.land(name, (FILES / name).read_bytes())


@ALL_KINDS
def test_all_kinds_of_workbooks_give_the_same_records(bare_company: Company, kind: str) -> None:
    bare_company.source(KINDS)
    bare_company.land(f"kinds.{kind}", (FILES / f"kinds.{kind}").read_bytes())
    outcome = bare_company.ingest_one()
    assert (outcome.status, outcome.reason) == ("loaded", None)
    assert bare_company.lake("product_id, c2, c3, c4, c5, c6, c7, c8, c9, c10", "product") == [
        ("String", "1", "1,1", "ya", "tidak", "10.10.2010", "10.10.2010 10:10:10", "10:10:10",
         "10:10:10.1", "255:10:10")
    ]  # fmt: skip


@REPORTS
def test_a_report_loads_from_its_header_to_its_footer(bare_company: Company, name: str) -> None:
    land_report(bare_company, name)
    outcome = bare_company.ingest_one()
    assert (outcome.reason, outcome.rows_read, outcome.rows_loaded) == (None, 4, 3)
    columns = "_row_number, payment_id, customer, cast(payment_date as varchar), printed"
    assert bare_company.lake(columns, "payment") == [
        (1, "F1", "Andi", "2026-01-05", "05/01/2026 13:45:30"),
        (2, "F2", None, "2026-01-06", "06/01/2026 00:00:00"),
        (4, "F4", "Budi", "2026-02-28", "28/02/2026 09:00:00"),
    ]
    columns = "payment_id, cast(amount as decimal(18, 2)), discount, bonus, order_id"
    assert [tuple(map(str, row)) for row in bare_company.lake(columns, "payment")] == [
        ("F1", "1500.00", "0,05", "3000", "007"),
        ("F2", "-2500.75", "0", "-5001,5", "008"),
        ("F4", "0.30", "0,5", "0,6", "010"),
    ]
    assert bare_company.quarantine("row_number, reason") == [
        (3, 'the record has the error #DIV/0! in the column "Bonus"')
    ]


@REPORTS
def test_merged_cells_fill_their_rows_where_the_source_says_so(
    bare_company: Company, name: str
) -> None:
    land_report(bare_company, name, fill=True, nulls=', null: ["#DIV/0!"]')
    assert bare_company.ingest_one().rows_loaded == 4
    assert bare_company.lake("payment_id, customer, bonus", "payment") == [
        ("F1", "Andi", "3000"),
        ("F2", "Andi", "-5001,5"),
        ("F3", "Andi", None),
        ("F4", "Budi", "0,6"),
    ]


def replaced_in_zip(file: Path, member: str, old: bytes, new: bytes) -> bytes:
    """Give a workbook in which one member says something else."""
    changed = file.with_name("changed")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(changed, "w") as sink:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == member:
                assert old in content
                content = content.replace(old, new, 1)
            sink.writestr(info.filename, content)
    return changed.read_bytes()


@ALL_KINDS
def test_an_error_in_a_cell_holds_its_row_back(
    bare_company: Company, kind: str, tmp_path: Path
) -> None:
    file = tmp_path / f"made.{kind}"
    file.write_bytes((FILES / f"kinds.{kind}").read_bytes())
    if kind == "xlsx":
        content = replaced_in_zip(
            file, "xl/worksheets/sheet1.xml", b't="b"><v>1<', b't="e"><v>#N/A<'
        )
    elif kind == "xlsb":  # The record of a truth becomes that of an error: 0x2A is #N/A.
        cell = bytes.fromhex("04090300000003000000")
        error = bytes.fromhex("030903000000030000002a")
        content = replaced_in_zip(file, "xl/worksheets/sheet1.bin", cell + b"\1", error)
    elif kind == "ods":
        old = b'boolean" office:boolean-value="true" calcext:value-type="boolean"'
        new = b'string" office:string-value="" calcext:value-type="error"'
        content = replaced_in_zip(file, "content.xml", old, new)
        file.write_bytes(content)
        content = replaced_in_zip(file, "content.xml", b"<text:p>TRUE<", b"<text:p>#N/A<")
    else:
        workbook = file.read_bytes()
        at = workbook.index(bytes.fromhex("0502080001000300"))
        content = workbook[: at + 10] + b"\x2a\x01" + workbook[at + 12 :]
    bare_company.source(KINDS + "reject_above: 100%\n")
    bare_company.land(f"kinds.{kind}", content)
    bare_company.ingest()
    assert bare_company.lake("product_id", "product") == []
    assert [row[1:] for row in bare_company.quarantine("row_number, reason")] == [
        ('the record has the error #N/A in the column "column_4"',)
    ]

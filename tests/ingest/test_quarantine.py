"""Held records are listed, corrected in a spreadsheet, taken back once, or dropped for a reason."""

from __future__ import annotations

import csv
import io
import json
import signal
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from niaga.errors import UsageError
from niaga.ingest import amending
from niaga.ingest.amending import Amended
from niaga.ingest.quarantine import export_held, read_quarantine
from niaga.operate.status import read_status
from niaga.state.tables import audit_log
from pyarrow import parquet
from sqlalchemy import select

from .conftest import HEADER, SALES, Company, act, line, lines
from .test_again import again
from .test_deliveries import DETAILS, ORDERS
from .workbooks import write_workbook

JANUARY, FEBRUARY = "penjualan_2026-01.csv", "penjualan_2026-02.csv"
LENIENT = SALES + "reject_above: 50%\n"
FAULTY = (
    HEADER
    + line(1)
    + line(2, Netto="Rp 2.000,5O")
    + line(3, Tanggal="31/02/2026", Jumlah="-5,00")
    + "F4;1;JUAL\n"
    + line(5)
    + line(6, Netto="x")
)


@pytest.fixture
def held(bare_company: Company) -> Company:
    """A company of whose six records four are held: three cells, and one line that is too short."""
    bare_company.source(LENIENT.replace("50%", "80%"))
    bare_company.land(JANUARY, FAULTY)
    bare_company.ingest()
    assert [row[0] for row in bare_company.lake("order_id")] == ["F1", "F5"]
    return bare_company


def read(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))


def write(file: Path, records: list[dict[str, str]], **layout: Any) -> Path:
    """Write as a spreadsheet does; `layout` is the delimiter and so on."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(records[0]), **({"lineterminator": "\r\n"} | layout))
    writer.writeheader()
    writer.writerows(records)
    file.write_bytes(text.getvalue().encode("utf-8-sig"))
    return file


def export(company: Company, name: str = "held.csv", source: str = "erp") -> list[dict[str, str]]:
    file = company.workspace.root / name
    file.unlink(missing_ok=True)
    export_held(company.workspace, company.state, source, file)
    return read(file)


def take(
    company: Company,
    records: list[dict[str, str]] | Path,
    source: str = "erp",
    reason: str | None = None,
    **layout: Any,
) -> Amended:
    """Take a file of records back, or drop them where there is a reason."""
    company.runs += 1
    file = records
    if not isinstance(file, Path):
        file = write(company.workspace.root / "corrected.csv", file, **layout)
    run, kind = f"run-{company.runs}", "drop" if reason else "correction"
    return amending.amend(company.workspace, company.state, run, source, file, kind, reason)  # type: ignore[arg-type]


def corrected(company: Company) -> list[dict[str, str]]:
    """Give the four held records with all faults mended."""
    records = export(company)
    records[0]["Netto"] = "Rp 2.000,50"
    records[1]["Tanggal"] = "28/02/2026"
    good = dict(zip(HEADER.strip().split(";"), line(4).strip("\n").split(";"), strict=True))
    records[2] |= good
    records[3]["Netto"] = "6.000,50"
    return records


def counts(company: Company) -> tuple[int, ...]:
    (load,) = [load for load in company.loads() if load.status == "current"]
    return load.rows_read, load.rows_held, load.rows_filtered, load.rows_dropped


def test_held_records_are_listed_with_column_value_and_reason(held: Company) -> None:
    listed = read_quarantine(held.workspace, held.state, "erp", 2)
    assert (listed.records, listed.faults, listed.dropped) == (4, 4, ())
    first = listed.first_faults[0]
    assert (first.file_name, first.row_number, first.column) == (JANUARY, 2, "net_amount")
    assert (first.value, first.reason[:12]) == ("Rp 2.000,5O", "is no number")
    assert [repr(fault.row_number) for fault in listed.first_faults] == ["2", "3"]
    assert read_quarantine(held.workspace, held.state, "other", 9).records == 0


def test_they_are_written_in_the_columns_of_their_export(held: Company) -> None:
    records = export(held)
    raw = (held.workspace.root / "held.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    names = ["_export_id", "_row_number", "_record", "_reason", "_line"]
    assert list(records[0]) == names + HEADER.strip().split(";")
    assert [record["_row_number"] for record in records] == ["2", "3", "4", "6"]
    assert records[0]["_reason"].startswith("net_amount is no number")
    assert (records[1]["Tanggal"], records[1]["Jumlah"]) == ("31/02/2026", "-5,00")
    assert (records[2]["_line"], records[2]["Faktur"]) == ("F4;1;JUAL", "")
    with pytest.raises(UsageError, match="is there already"):
        export_held(held.workspace, held.state, "erp", held.workspace.root / "held.csv")


@pytest.mark.parametrize("layout", [{}, {"delimiter": ";"}, {"delimiter": "\t"}])
def test_corrected_records_load_as_if_they_had_come_so(
    held: Company, layout: dict[str, str]
) -> None:
    taken = take(held, corrected(held), **layout)
    assert (taken.records, taken.still_held) == (4, 0)
    netto = next(column for column in taken.columns if column.column == "Netto")
    assert (netto.cells, netto.was, netto.now) == (3, "Rp 2.000,5O", "Rp 2.000,50")
    columns = "order_id, _row_number, net_amount, order_date::varchar, quantity, _export_id"
    (_, first, *_), *_ = found = held.lake(columns)
    assert first == 1
    # Calculated by hand: row n is Fn with n thousand and a half.
    assert [(order, number, amount) for order, number, amount, *_ in found] == [
        (f"F{n}", n, Decimal(f"{n}000.50")) for n in range(1, 7)
    ]
    assert found[2][3:5] == ("2026-02-28", Decimal("-5"))
    assert len({row[-1] for row in found}) == 1
    assert held.quarantine("*") == []
    assert counts(held) == (6, 0, 0, 0)


def test_the_same_file_twice_changes_nothing(held: Company) -> None:
    take(held, corrected(held))
    loads = held.loads()
    assert take(held, held.workspace.root / "corrected.csv").records == 0
    assert held.loads() == loads


def test_what_is_still_faulty_stays_held_for_its_new_reason(held: Company) -> None:
    records = corrected(held)
    records[3]["Netto"] = "6,000.50"
    taken = take(held, [records[0], records[3]])
    assert (taken.records, taken.still_held) == (2, 1)
    assert held.quarantine("row_number, value")[-1] == (6, "6,000.50")
    again_held = export(held)
    assert [record["_row_number"] for record in again_held] == ["3", "4", "6"]
    assert again_held[2]["Netto"] == "6,000.50"
    again_held[2]["Netto"] = "6.000,50"
    assert (take(held, again_held).records, counts(held)) == (1, (6, 2, 0, 0))
    again(held)
    assert counts(held) == (6, 2, 0, 0)
    assert held.lake("net_amount")[-1] == (Decimal("6000.5"),)


def test_records_left_as_they_were_stay_held(held: Company) -> None:
    before = held.loads()
    assert take(held, export(held)).records == 0
    assert held.loads() == before


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"_row_number": "1"},
            r"record 1 \(_row_number 1 of .*\): is not held in the quarantine of erp",
        ),
        ({"_row_number": "99"}, r"_row_number 99 of .*: is not held"),
        ({"_row_number": "two"}, r"_row_number two of .*: is not held"),
        ({"_row_number": "3"}, rf"record 2 \(_row_number 3 of {JANUARY}\): stands twice"),
        ({"_export_id": "abc"}, "_row_number 2 of abc.: is not held"),
        ({"_record": "r0123456789abcdef"}, "is held with other values"),
    ],
)
def test_a_record_that_is_not_held_is_refused_and_nothing_is_changed(
    held: Company, change: dict[str, str], problem: str
) -> None:
    records = corrected(held)
    records[0] |= change
    before = (held.loads(), held.lake("*"))
    with pytest.raises(UsageError, match=problem):
        take(held, records)
    assert (held.loads(), held.lake("*")) == before


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("Netto", "Bruto", "has no column Netto"),
        ("Netto", "Jumlah", "has a column twice"),
        ("_record", "record", "does not begin with _export_id"),
        ("Faktur", "Faktur,Baru", "can't be read as CSV"),
        ("Faktur", "netto", "has a column twice"),
    ],
)
def test_another_header_is_refused(held: Company, old: str, new: str, problem: str) -> None:
    file = write(held.workspace.root / "corrected.csv", corrected(held))
    text = file.read_text(encoding="utf-8-sig")
    file.write_text(text.replace(old, new, 1), encoding="utf-8-sig")
    before = held.loads()
    with pytest.raises(UsageError, match=problem):
        take(held, file)
    assert held.loads() == before


def test_a_file_that_is_no_utf_8_is_refused(held: Company) -> None:
    records = corrected(held)
    records[0]["Catatan"] = "café"
    file = write(held.workspace.root / "corrected.csv", records)
    file.write_bytes(file.read_text(encoding="utf-8-sig").encode("latin-1"))
    with pytest.raises(UsageError, match=r"CSV UTF-8"):
        take(held, file)


def test_dropped_records_are_accounted_for_and_can_be_put_back(held: Company) -> None:
    records = export(held)
    taken = take(held, records[:2], reason="test orders")
    assert (taken.records, taken.still_held) == (2, 0)
    assert counts(held) == (6, 2, 0, 2)
    assert [row.rows for row in read_status(held.workspace).held_rows] == [1, 1]
    (dropped,) = read_quarantine(held.workspace, held.state, None, 9).dropped
    assert (dropped.records, dropped.reason, dropped.file_name) == (2, "test orders", JANUARY)
    again(held)
    assert counts(held) == (6, 2, 0, 2)
    assert amending.restore(held.workspace, held.state, "run-9", "erp", "they were real") == 2
    assert counts(held) == (6, 4, 0, 0)
    # Now it is a new decision, not the same one twice.
    assert take(held, records[:2], reason="test orders").records == 2
    with held.state.reading() as connection:
        told = connection.execute(select(audit_log.c.verb, audit_log.c.reason)).all()
    assert [verb for verb, _ in told] == [
        "quarantine drop",
        "quarantine restore",
        "quarantine drop",
    ]
    assert all(("test orders" in reason) or ("they were real" in reason) for _, reason in told)


def test_corrections_count_when_the_source_is_read_again(held: Company) -> None:
    take(held, corrected(held))
    held.source(LENIENT.replace('"Barang" as', "'P-' || \"Barang\" as"))
    assert again(held).not_read_again == ()
    assert held.lake("product_id, order_id") == [("P-P1", f"F{n}") for n in range(1, 7)]


def test_a_reading_that_gives_other_records_does_not_take_the_corrections(held: Company) -> None:
    take(held, corrected(held)[:1])
    before = held.lake("order_id, net_amount")
    # Without the first two lines each record would have another number.
    held.source(LENIENT.replace('delimiter: ";"', 'delimiter: ";", skip_rows: 2, header: no'))
    held.source(
        (held.workspace.sources_folder / "erp.yml")
        .read_text()
        .replace('"Faktur"', '"column_1"')
        .replace("reject_above: 50%", "reject_above: 100%")
    )
    (failed,) = again(held).not_read_again
    assert "has the column" in (failed.reason or "")
    held.source(LENIENT.replace('delimiter: ";"', 'delimiter: ";", skip_rows: 1'))
    assert len(again(held).not_read_again) == 1
    assert held.lake("order_id, net_amount") == before


def test_a_record_that_reads_otherwise_is_never_replaced(held: Company) -> None:
    take(held, corrected(held)[:1])
    held.source(LENIENT.replace("80%", "50%").replace("currency_prefix: Rp", "null: [P1]"))
    (failed,) = again(held).not_read_again
    assert "record 2 reads otherwise than when it was corrected" in (failed.reason or "")


def test_a_later_export_takes_the_corrections_with_it(bare_company: Company) -> None:
    bare_company.source(
        LENIENT.replace("{date:%Y-%m}*", "{date:%Y-%m-%d}") + "replaces: everything\n"
    )
    bare_company.land("penjualan_2026-01-01.csv", HEADER + line(1) + line(2, Netto="x"))
    bare_company.ingest()
    records = export(bare_company)
    records[0]["Netto"] = "7"
    take(bare_company, records)
    assert bare_company.lake("net_amount") == [(Decimal("7"),), (Decimal("1000.5"),)]
    bare_company.land("penjualan_2026-01-02.csv", HEADER + line(1))
    bare_company.ingest()
    assert bare_company.lake("net_amount") == [(Decimal("1000.5"),)]


def test_corrections_stay_when_another_part_is_corrected(bare_company: Company) -> None:
    bare_company.source(ORDERS + "reject_above: 50%\n")
    bare_company.land("details_a_2026-01-05.csv", DETAILS.replace("40.00", "forty"))
    bare_company.land("orders_a_2026-01-05.csv", "id,day\n1,2026-01-05\n2,2026-01-05\n")
    bare_company.ingest()
    records = export(bare_company, source="shop")
    records[0]["price"] = "40.00"
    assert take(bare_company, records, source="shop").records == 1
    bare_company.land("orders_a_2026-01-06.csv", "id,day\n1,2026-01-07\n2,2026-01-07\n")
    bare_company.ingest()
    assert bare_company.lake("order_id, net_amount, order_date::varchar") == [
        ("1", Decimal("10"), "2026-01-07"),
        ("1", Decimal("20"), "2026-01-07"),
        ("2", Decimal("40"), "2026-01-07"),
    ]


def test_formulas_are_shown_and_come_back_as_they_were(bare_company: Company) -> None:
    bare_company.source(LENIENT)
    notes = ["=1+1", "'quoted", "-5,00", "+62 81", "@x", '"=cmd"']
    bad = [line(n, Netto="x", Catatan=note) for n, note in enumerate(notes, 1)]
    bare_company.land(JANUARY, lines(6) + "".join(bad).replace('"=cmd"', '"a ""b""\n=c"'))
    bare_company.ingest()
    records = export(bare_company)
    assert [record["Catatan"] for record in records] == [
        "'=1+1", "'quoted", "-5,00", "'+62 81", "'@x", 'a "b"\n=c',
    ]  # fmt: skip
    for record in records:
        record["Netto"] = "1,00"
    taken = take(bare_company, records)
    assert [(column.column, column.cells) for column in taken.columns] == [("Netto", 6)]
    found = bare_company.lake("remark, _row_number", "sales_line")
    kept = {number: remark for remark, number in found if number > 6}
    assert list(kept.values()) and kept == dict(
        zip(range(7, 13), [*notes[:5], 'a "b"\n=c'], strict=True)
    )


def other_format(company: Company, kind: str) -> None:
    """Land three sales as another format, of which the second has no number."""
    names = ("id", "amount")
    values = [("A", "1.5"), ("B", "x"), ("C", "2.5")]
    layout = {"json": "{type: json_lines}", "parquet": "{type: parquet}", "xlsx": "{type: excel}"}
    company.source(
        f"source: other\nexports: {{rows: {{file: 'o.{kind}', format: {layout[kind]}}}}}\n"
        "reject_above: 50%\nfeeds:\n  sales_line: |\n"
        "    select _row_number, id as order_id, 1 as line_number, 'sale' as document_type,\n"
        "    date '2026-01-05' as order_date, 'P' as product_id, 1 as quantity,\n"
        "    amount as net_amount from rows\n"
    )
    path = company.workspace.landing / f"o.{kind}"
    if kind == "json":
        told = [json.dumps(dict(zip(names, row, strict=True))) for row in values]
        path.write_text("\n".join(["not json", *told]) + "\n")
    elif kind == "parquet":
        ids, amounts = zip(*values, strict=True)
        parquet.write_table(pyarrow.table({"id": ids, "amount": amounts}), path)
    else:
        write_workbook(path, {"Sheet": [list(names), *(list(row) for row in values)]})


@pytest.mark.parametrize("kind", ["json", "parquet", "xlsx"])
def test_records_of_other_formats_are_corrected_likewise(bare_company: Company, kind: str) -> None:
    other_format(bare_company, kind)
    bare_company.ingest()
    records = export(bare_company, source="other")
    good = [("A", Decimal("1.5")), ("B", Decimal("9")), ("C", Decimal("2.5"))]
    if kind == "json":
        assert (records[0]["_line"], records[0]["id"]) == ("not json", "")
        records[0] |= {"id": "0", "amount": "3"}
        good = [("0", Decimal("3")), *good]
    records[-1]["amount"] = "9"
    take(bare_company, records, source="other")
    assert bare_company.lake("order_id, net_amount") == good
    assert counts(bare_company) == (len(good), 0, 0, 0)


def test_exports_with_other_columns_are_corrected_in_one_file(bare_company: Company) -> None:
    bare_company.source(LENIENT)
    bare_company.land(JANUARY, HEADER + line(1) + line(2, Netto="x"))
    more = HEADER.replace("\n", ";Toko\n") + line(3).replace("\n", ";T1\n")
    bare_company.land(FEBRUARY, more + line(4, Netto="x").replace("\n", ";T2\n"))
    bare_company.ingest()
    records = export(bare_company)
    assert [record["Toko"] for record in records] == ["", "T2"]
    for record in records:
        record["Netto"] = "5,00"
    with pytest.raises(UsageError, match='a value in the column "Toko", which its export'):
        take(bare_company, [records[0] | {"Toko": "T9"}, records[1]])
    assert take(bare_company, records).records == 2
    assert bare_company.quarantine("*") == []


@pytest.mark.parametrize(
    "place", ["quarantine.archived", "ingest.segment_renamed", "quarantine.committed"]
)
def test_killed_while_taking_back_and_run_again_it_counts_once(
    bare_company: Company, place: str
) -> None:
    bare_company.source(LENIENT)
    for name in (JANUARY, FEBRUARY):
        bare_company.land(name, HEADER + line(1) + line(2, Netto="x", Faktur=name))
    bare_company.ingest()
    records = export(bare_company)
    for record in records:
        record["Netto"] = "5,00"
    file = write(bare_company.workspace.root / "corrected.csv", records)
    verb = (
        "from niaga.operate.quarantine import amend\n"
        f"amend(workspace, 'erp', Path({str(file)!r}), 'correction')"
    )
    assert act(bare_company, verb, place) == -signal.SIGKILL
    take(bare_company, file)
    bare_company.ingest()
    assert bare_company.quarantine("*") == []
    found = bare_company.lake("net_amount, order_id")
    assert [amount for amount, _ in found] == [Decimal("5")] * 2 + [Decimal("1000.5")] * 2
    segments = list((bare_company.workspace.lake / "sales_line").iterdir())
    assert len(segments) == 4


def test_a_line_of_another_encoding_is_written_as_it_came(bare_company: Company) -> None:
    bare_company.source(LENIENT)
    bad = line(2, Catatan="caf\u00e9").encode("latin-1")
    twice = line(4, Faktur="caf\u00e9", Catatan='"two\nlines"').encode("latin-1")
    content = HEADER.encode() + line(1).encode() + b"\n" + bad + line(3).encode() + twice
    bare_company.land(JANUARY, content)
    bare_company.ingest()
    records = export(bare_company)
    assert [record["_line"] for record in records] == [
        line(2, Catatan="caf\ufffd").rstrip("\n"),
        line(4, Faktur="caf\ufffd", Catatan='"two\nlines"').rstrip("\n"),
    ]


ROWID = """\
source: shop
exports: {rows: {file: "*.csv", columns: {n: integer}}}
reject_above: 90%
feeds:
  territory: select _row_number, rowid as territory_id, n::varchar as name from rows
"""


def test_a_column_may_be_called_rowid(bare_company: Company) -> None:
    bare_company.source(ROWID)
    bare_company.land("rows.csv", "RowId,n\na,1\nb,two\nc\nd,4\n")
    bare_company.ingest()
    assert bare_company.lake("_row_number, territory_id", "territory") == [(1, "a"), (4, "d")]
    records = export(bare_company, source="shop")
    assert [(record["_row_number"], record["RowId"]) for record in records] == [
        ("2", "b"),
        ("3", ""),
    ]
    records[0]["n"] = "2"
    records[1] |= {"RowId": "c", "n": "3"}
    assert take(bare_company, records, "shop").records == 2
    assert bare_company.lake("_row_number, territory_id, name", "territory") == [
        (1, "a", "1"), (2, "b", "2"), (3, "c", "3"), (4, "d", "4"),
    ]  # fmt: skip
    bare_company.land("nul.csv", b"a\0b,n\nx,1\n")
    assert "zero byte" in str(bare_company.ingest_one().reason)


TWO_FILES = """\
source: shop
exports: {rows: {file: "*.csv", columns: {n: integer}}}
reject_above: 90%
feeds:
  territory: select _row_number, id as territory_id, niaga_integer(of)::varchar as name, n from rows
"""


def test_a_refused_correction_leaves_no_file_behind(bare_company: Company) -> None:
    bare_company.source(TWO_FILES)
    bare_company.land("one.csv", "id,n,of\na,1,1\nb,two,2\n")
    bare_company.land("two.csv", "id,n,of\nc,1,1\nd,two,2\n")
    bare_company.ingest()

    def files() -> list[str]:
        workspace = bare_company.workspace
        folders = (workspace.lake, workspace.quarantine)
        return sorted(file.name for folder in folders for file in folder.rglob("*.parquet"))

    before, records = files(), export(bare_company, source="shop")
    # Exports are loaded in the order of their ids.
    first, second = sorted(records, key=lambda record: record["_export_id"])
    first["n"], second["n"], second["of"] = "2", "2", "none"
    with pytest.raises(UsageError, match=r"csv, read with the records of .*: the SQL of feed terr"):
        take(bare_company, records, "shop")
    assert files() == before

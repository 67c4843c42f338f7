"""Which sheet, header and footer of a workbook count, and which of its cells are not believed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from niaga.errors import ConfigurationError

from .conftest import Company
from .workbooks import FILES, Sheet, write_workbook

SOURCE = """\
source: goods
exports:
  rows: {file: "goods*", format: {type: excel%s}%s}
locale: {decimal: ",", thousands: ".", date: "%%d/%%m/%%Y", negative: parentheses}
reject_above: 80%%
feeds:
  product: |
    select _row_number, "Kode" as product_id, "Nama" as name, "Harga" as list_price from rows
"""
HEADER = ["Kode", "Nama", "Harga"]
TEA = ["P1", "Teh", 1500]
COFFEE = ["P2", "Kopi", 2500.5]


def loaded(company: Company) -> list[tuple[int, str, str | None]]:
    rows = company.lake("_row_number, product_id, cast(list_price as decimal(18, 2))", "product")
    return [(number, code, price and str(price)) for number, code, price in rows]


def take(
    company: Company,
    sheets: dict[str, Sheet],
    layout: str = "",
    change: Callable[[xlsxwriter.Workbook], None] | None = None,
) -> str | None:
    """Land a workbook, ingest it, and give the reason for which it is rejected."""
    company.source(SOURCE % (layout, ""))
    write_workbook(company.workspace.landing / "goods.xlsx", sheets, change)
    return company.ingest_one().reason


def test_a_pattern_finds_the_one_sheet_that_is_shown(bare_company: Company) -> None:
    sheets = {"Info": [["x"]], "Barang 2026": [HEADER, TEA], "Barang lama": [HEADER, COFFEE]}

    def hide(workbook: xlsxwriter.Workbook) -> None:
        workbook.get_worksheet_by_name("Barang lama").hide()

    assert take(bare_company, sheets, ', sheet: "Barang *"', hide) is None
    assert loaded(bare_company) == [(1, "P1", "1500.00")]


def test_the_only_sheet_is_the_only_one_that_is_shown(bare_company: Company) -> None:
    sheets = {"Barang": [HEADER, TEA], "Daftar": [["x"]]}

    def hide(workbook: xlsxwriter.Workbook) -> None:
        workbook.get_worksheet_by_name("Daftar").very_hidden()

    assert take(bare_company, sheets, "", hide) is None
    assert loaded(bare_company) == [(1, "P1", "1500.00")]


def test_a_hidden_sheet_is_read_by_its_full_name(bare_company: Company) -> None:
    sheets = {"Info": [["x"]], "Barang": [HEADER, TEA]}

    def hide(workbook: xlsxwriter.Workbook) -> None:
        workbook.get_worksheet_by_name("Barang").hide()

    assert take(bare_company, sheets, ", sheet: Barang", hide) is None
    assert loaded(bare_company) == [(1, "P1", "1500.00")]


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        ('"Barang *"', 'has the sheets Barang A, Barang B, and all match "Barang *"'),
        ('"Kopi*"', 'has no sheet "Kopi*", but: Barang A, Barang B'),
        ("barang a", 'has no sheet "barang a", but: Barang A, Barang B'),
    ],
)
def test_a_pattern_that_does_not_find_one_sheet_is_refused(
    bare_company: Company, sheet: str, reason: str
) -> None:
    sheets: dict[str, Sheet] = {"Barang A": [HEADER, TEA], "Barang B": [HEADER, COFFEE]}
    assert take(bare_company, sheets, f", sheet: {sheet}") == reason


def test_sources_whose_patterns_could_find_one_sheet_are_refused(bare_company: Company) -> None:
    bare_company.source(SOURCE % (', sheet: "Barang *"', ""))
    other = SOURCE.replace("source: goods", "source: others") % (', sheet: "* 2026"', "")
    bare_company.source(other)
    write_workbook(bare_company.workspace.landing / "goods.xlsx", {"Barang A": [HEADER, TEA]})
    with pytest.raises(ConfigurationError, match="let each read another sheet"):
        bare_company.ingest()


@pytest.mark.parametrize("titles", [0, 1, 7])
def test_a_header_is_found_by_its_text_below_a_title_of_any_height(
    bare_company: Company, titles: int
) -> None:
    title: Sheet = [["Laporan", None, None, "dicetak 1 Jan"]] * titles
    rows = [*title, [" Kode\n", "Nama", "Harga"], TEA, [], COFFEE]
    assert take(bare_company, {"Barang": rows}, ", header_cell: Kode") is None
    assert loaded(bare_company) == [(1, "P1", "1500.00"), (2, "P2", "2500.50")]


def test_a_header_that_is_not_there_is_refused(bare_company: Company) -> None:
    rows = [*[["Laporan"]] * 50, HEADER, TEA]
    reason = take(bare_company, {"Barang": rows}, ", header_cell: Kode")
    assert reason == 'has no header: none of the 50 rows from row 1 has a cell "Kode"'


def test_a_header_is_on_one_line_and_no_name_stands_twice(bare_company: Company) -> None:
    header = ["Kode", "Na\nma ", "Harga", "nama", "Na \u00a0ma"]
    reason = take(bare_company, {"Barang": [header, [*TEA, "a", "b"]]})
    assert reason == 'has the column "Na ma" twice'


def test_an_empty_column_keeps_its_place_where_there_is_no_header(bare_company: Company) -> None:
    source = SOURCE % (", header: no", "")
    for name, column in zip(HEADER, ("column_2", "column_3", "column_4"), strict=True):
        source = source.replace(f'"{name}"', column)
    bare_company.source(source)
    path = bare_company.workspace.landing / "goods.xlsx"
    write_workbook(path, {"Barang": [[None, "P1", None, 1500], [None, "P2", None, 2500.5]]})
    assert bare_company.ingest_one().reason is None
    assert loaded(bare_company) == [(1, "P1", "1500.00"), (2, "P2", "2500.50")]


@pytest.mark.parametrize(
    ("footer", "reason"),
    [
        ([["TOTAL", None, 4000.5]], None),
        ([["TOTAL", None, 4000.5], ["TOTAL sah", None, 1], [], ["Dicetak oleh Ani"]], None),
        ([], "is cut off: it has no footer, a row like TOTAL* behind its records"),
        (
            [["TOTAL", None, 1], *[["x"]] * 10],
            "row 4 is like the footer, TOTAL*, but more than 9 rows follow it",
        ),
        (
            [["TOTAL", None, 1], ["P3", "Gula", 1]],
            "row 4 is like the footer, TOTAL*, but row 5 behind it looks like a record",
        ),
    ],
)
def test_a_footer_ends_the_records(
    bare_company: Company, footer: Sheet, reason: str | None
) -> None:
    rows = [HEADER, TEA, COFFEE, *footer]
    assert take(bare_company, {"Barang": rows}, ', footer: "TOTAL*"') == reason
    assert len(loaded(bare_company)) == (0 if reason else 2)


def test_numbers_are_what_the_cells_hold_however_they_are_shown(bare_company: Company) -> None:
    def write(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.get_worksheet_by_name("Barang")
        forms = [
            (0.05, "0%", "0.05"), (-1500, "#,##0;(#,##0)", "-1500.00"),
            (1.5e3, "0.00E+00", "1500.00"), (0.1 + 0.2, '"Rp" #,##0', "0.30"),
            (999999999999.99, "0", "999999999999.99"),
        ]  # fmt: skip
        for row, (number, form, _) in enumerate(forms, 1):
            sheet.write_string(row, 0, f"P{row}")
            sheet.write_number(row, 2, number, workbook.add_format({"num_format": form}))
        texts = [("1.500,25", "1500.25"), ("(7)", "-7.00"), ("\u00a0 8 \u00a0", "8.00")]
        for row, (text, _) in enumerate(texts, 6):
            sheet.write_string(row, 0, f"P{row}")
            sheet.write_string(row, 2, text)
        expected.extend([shown for *_, shown in forms] + [shown for _, shown in texts])

    expected: list[str] = []
    assert take(bare_company, {"Barang": [HEADER]}, "", write) is None
    assert [price for _, _, price in loaded(bare_company)] == expected


def test_what_a_cell_does_not_say_for_sure_holds_its_row_back(bare_company: Company) -> None:
    def write(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.get_worksheet_by_name("Barang")
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_number("A3", 1234567890123456)
        sheet.write_number("A4", 59, day)
        sheet.write_formula("A5", "=A2", None, "")
        sheet.write_formula("A6", "=A2")  # Written as 0, and to be calculated when opened.
        sheet.write_string("A7", "#REF!")
        sheet.write_formula("A8", '="P"&8', None, "P8")

    assert take(bare_company, {"Barang": [HEADER, TEA]}, "", write) is None
    assert [code for _, code, _ in loaded(bare_company)] == ["P1", "P8"]
    never = (
        'the record has a formula in the column "Kode" that was never calculated: open the file'
        " in Excel or LibreOffice and save it anew"
    )
    assert bare_company.quarantine("row_number, reason") == [
        (2, 'the record has a number of more than 15 digits in the column "Kode", which workbooks'
            " don't keep: it should be written as text"),
        (3, 'the record has a date before 1900-03-01 in the column "Kode": the kinds of workbooks'
            " differ there"),
        (4, never),
        (5, never),
        (6, 'the record has the error #REF! in the column "Kode"'),
    ]  # fmt: skip


def test_a_number_that_is_not_shown_as_a_date_is_none(bare_company: Company) -> None:
    source = SOURCE % ("", ", columns: {Harga: date}")
    bare_company.source(source.replace("as list_price", "as launch_date"))
    path = bare_company.workspace.landing / "goods.xlsx"
    write_workbook(path, {"Barang": [HEADER, ["P1", "Teh", 46027]]})
    bare_company.ingest()
    assert "is no date after 1900-01-01 in the form %d/%m/%Y" in bare_company.reason("goods.xlsx")


def far_apart(file: Path) -> None:
    with xlsxwriter.Workbook(str(file)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, TEA)
        sheet.write_string(1_048_575, 16_383, "x")


def rewritten(file: Path, old: bytes, new: bytes) -> None:
    """Write a good workbook, whose sheet says something else in one place."""
    made = file.with_name("made.xlsx")
    write_workbook(made, {"Barang": [HEADER, TEA]})
    with (
        zipfile.ZipFile(made) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as sink,
    ):
        for name in source.namelist():
            content = source.read(name)
            assert old in content or "sheet1" not in name
            sink.writestr(name, content.replace(old, new))
    made.unlink()


def empty_but_formatted(file: Path) -> None:
    rows = (f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in range(3, 50_000))
    far = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    rewritten(file, b"</sheetData>", f"{''.join(rows)}{far}</sheetData>".encode())


def claims_all(file: Path) -> None:
    rewritten(file, b'ref="A1:C2"', b'ref="A1:XFD1048576"')


def claims_texts(file: Path) -> None:
    made = file.with_name("made.xlsx")
    write_workbook(made, {"Barang": [HEADER, TEA]})
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(file, "w") as sink:
        for name in source.namelist():
            content = source.read(name)
            sink.writestr(name, content.replace(b'uniqueCount="', b'uniqueCount="99999999999'))
    made.unlink()


def claims_all_of_xls(file: Path) -> None:
    """Write a workbook whose first sheet says that it goes on to row 4294902018."""
    content = bytearray((FILES / "report.xls").read_bytes())
    at = content.index(bytes.fromhex("00020e00"))
    content[at + 8 : at + 12] = b"\xff\xff\xff\xff"
    file.write_bytes(content)


def damaged(file: Path) -> None:
    """Write a workbook on which its reader panics."""
    made = file.with_name("made")
    with zipfile.ZipFile(FILES / "kinds.xlsb") as source, zipfile.ZipFile(made, "w") as sink:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/_rels/workbook.bin.rels":
                content = content.replace(b'Id="rId1"', b'Id="rId9"')
            sink.writestr(name, content)
    made.rename(file)


def bomb(file: Path) -> None:
    write_workbook(file, {"Barang": [HEADER, TEA]})
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as workbook,
        workbook.open("xl/media/image1.png", "w", force_zip64=True) as member,
    ):
        for _ in range(4):
            member.write(b"\0" * (1 << 20))


def cut_off(file: Path) -> None:
    write_workbook(file, {"Barang": [HEADER, TEA]})
    file.write_bytes(file.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (far_apart, 'its sheet "Sheet1" reaches over 17179869184 cells, more than 50000000'),
        (empty_but_formatted, None),
        (claims_all, None),
        (bomb, "unpacks to more than 3145728 bytes"),
        (claims_texts, "can't be read as a workbook: it claims 99999999999"),
        (claims_all_of_xls, "its sheet 1 reaches over 34359738360 cells, more than 50000000"),
        (damaged, "can't be read as a workbook"),
        (cut_off, "can't be read as a workbook: it is cut off or damaged"),
    ],
)
def test_a_workbook_that_claims_too_much_is_refused(
    bare_company: Company,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[Path], None],
    reason: str | None,
) -> None:
    monkeypatch.setattr("niaga.ingest.packing.MOST_IN_WORKBOOK", 3 << 20)
    bare_company.source(SOURCE % ("", ""))
    write(bare_company.workspace.landing / "goods.xlsx")
    found = bare_company.ingest_one().reason
    assert (found or "")[: len(reason or "")] == (reason or "")
    assert len(loaded(bare_company)) == (0 if reason else 1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html><body><table><tr><td>Kode", "looks like an HTML page under the name of a"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>", "looks like an HTML page under the name of a"),
        (b"Kode;Nama\r\nP1;Teh\r\n", 'looks like CSV; say `format: {type: csv, delimiter: ";"}`'),
        (
            "Kode\tNama\r\nP1\tTeh\r\n".encode("utf-16"),
            'say `format: {type: csv, delimiter: "\\t", encoding: utf-16}`',
        ),
        (
            b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="">',
            "looks like XML of Excel 2003 (SpreadsheetML); open it in Excel or LibreOffice",
        ),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook", "looks like a web archive (MHTML)"),
        (b'[{"Kode": "P1"}]', "looks like JSON; say `format: {type: json}`"),
        (b"%PDF-1.7", "looks like a PDF document"),
        (b"", "is no workbook: it is empty"),
        (bytes(range(256)) * 8, "looks like something else"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "can't be read as a workbook"),
        (b"PK\x03\x04 and no more", "can't be read as a workbook: it is cut off or damaged"),
    ],
)
def test_what_is_no_workbook_says_what_it_is(
    bare_company: Company, content: bytes, reason: str
) -> None:
    bare_company.source(SOURCE % ("", ""))
    bare_company.land("goods.xls", content)
    assert reason in (bare_company.ingest_one().reason or "")


@pytest.mark.parametrize("name", ["password.xlsx", "password.xls", "password.ods"])
def test_an_encrypted_workbook_says_that_it_is(bare_company: Company, name: str) -> None:
    bare_company.source(SOURCE % ("", ""))
    bare_company.land(f"goods_{name}", (FILES / name).read_bytes())
    reason = "is an encrypted workbook, and niaga knows no passwords: save it without one"
    assert bare_company.ingest_one().reason == reason

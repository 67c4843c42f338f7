"""The fields of lines of fixed width are found by where all lines have blanks."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from niaga.onboard.proposal import propose
from niaga.onboard.tables import Refused, Table, reading
from niaga.onboard.trying import try_proposal
from niaga.workspace import create_workspace

Row = tuple[str, ...]

TITLES = ("No Faktur", "Tanggal", "Nama Barang", "Qty", "Total")
WIDTHS = (10, 10, 16, 6, 14)
ALIGNED = "<<<>>"
SALES: list[Row] = [
    ("F001", "05/01/2026", "Sabun cair", "10", "15.000,00"),
    ("F002", "17/01/2026", "Sampo bayi", "2", "25.001,00"),
    ("F003", "18/01/2026", "Sikat", "-1", "-1.500,00"),
    ("F004", "18/01/2026", "Pasta gigi anak", "7", "1.250.000,50"),
]


def line(row: Row, gap: str = " ", widths: tuple[int, ...] = WIDTHS, aligned: str = ALIGNED) -> str:
    cells = zip(row, widths, aligned, strict=True)
    return gap.join(f"{cell:{align}{width}}" for cell, width, align in cells)


def text(rows: list[Row], gap: str = " ") -> str:
    return "".join(f"{line(row, gap)}\n" for row in rows)


def strokes(mark: str = "-") -> str:
    return " ".join(mark * width for width in WIDTHS)


WIDE = len(line(TITLES))

LAYOUTS = {
    "a header": (text([TITLES, *SALES]), TITLES, None),
    "wide gaps": (text([TITLES, *SALES], "   "), TITLES, None),
    "no header": (text(SALES), (), None),
    "titles without blanks at their end": (
        f"{line(TITLES, aligned='<<<<<').rstrip()}\n{text(SALES)}", TITLES, None,
    ),
    "a title above": (
        f"LAPORAN PENJUALAN\nPT Maju  Jaya\n\n{text([TITLES, *SALES])}", TITLES, None,
    ),
    "a title filled out with blanks": (
        f"{'LAPORAN PENJUALAN JANUARI':{WIDE}}\n{text([TITLES, *SALES])}", TITLES, None,
    ),
    "strokes and totals": (
        f"\n{line(TITLES)}\n{strokes()}\n{text(SALES)}"
        f"{strokes('=')}\n{line(('TOTAL', '', '', '18', '1.288.501,50'))}\n\n4 baris\n",
        TITLES, "===*",
    ),
    "totals": (
        text([TITLES, *SALES, ("TOTAL", "", "", "18", "1.288.501,50")]), TITLES, "TOTAL  *",
    ),
}  # fmt: skip


def read(opened_file: Path) -> tuple[Table | Refused, list[Row]]:
    with tempfile.TemporaryDirectory() as folder, reading(Path(folder)) as opened:
        (table,) = opened.read(opened_file)
        if not isinstance(table, Table):
            return table, []
        rows = opened.connection.execute(f"SELECT * FROM niaga.raw_{table.relation}").fetchall()
        return table, rows


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_fields_of_a_report_are_found(tmp_path: Path, name: str) -> None:
    content, titles, footer = LAYOUTS[name]
    file = tmp_path / "penjualan.txt"
    file.write_text(content)
    table, rows = read(file)
    assert isinstance(table, Table), table.reason
    assert table.layout.format["type"] == "fixed_width"
    assert (table.titles[: len(titles)], rows) == (titles, SALES)
    assert table.layout.format.get("footer") == footer
    # No character of a line is left out: a value that is longer than these is never cut.
    places = list(table.layout.format["fields"].values())
    assert sum(length for _, length in places) == len(
        line(SALES[0], "   " if "gaps" in name else " ")
    )


def test_a_proposed_source_reads_a_file_of_fixed_width(tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "company", "Toko", "USD")
    file = tmp_path / "penjualan_2026-01.txt"
    file.write_text(LAYOUTS["strokes and totals"][0])
    proposal = propose([file], None, "sales_line")
    trial = try_proposal(workspace, proposal)
    assert trial is not None
    assert (trial.reason, trial.rows_loaded, trial.rows_held) == (None, 4, 0)
    (feed,) = trial.feeds
    at = feed.columns.index("net_amount")
    assert [row[at] for row in feed.first_rows] == [Decimal(15000), Decimal(25001), Decimal(-1500)]


def test_lines_may_lack_the_blanks_at_their_end(tmp_path: Path) -> None:
    file = tmp_path / "penjualan.txt"
    remarks = ("", "baru", "untuk Toko Sinar Jaya", "lunas")
    rows = [(*row, remark) for row, remark in zip(SALES, remarks, strict=True)]
    lines = [line(row[:5]) + f"  {row[5]}" for row in ((*TITLES, "Catatan"), *rows)]
    file.write_text("".join(f"{one.rstrip()}\n" for one in lines))
    table, found = read(file)
    assert isinstance(table, Table), table.reason
    assert table.layout.format["trailing_blanks"] == "optional"
    assert table.titles == (*TITLES, "Catatan")
    assert [tuple(cell or "" for cell in row) for row in found] == rows


def test_a_table_with_delimiters_and_blanks_is_no_fixed_width(tmp_path: Path) -> None:
    file = tmp_path / "penjualan.csv"
    file.write_text(text([TITLES, *SALES], " ; "))
    table, rows = read(file)
    assert isinstance(table, Table)
    assert table.layout.format == {"type": "csv", "delimiter": ";"}
    assert [tuple(cell.strip() for cell in row) for row in rows] == SALES


@pytest.mark.parametrize("thousands", [1, 4])
def test_a_mark_of_thousands_divides_no_fields(tmp_path: Path, thousands: int) -> None:
    amounts = ["1,000,000.00"] * thousands + ["0.50"] * (8 - thousands)
    rows = [("AA000", amount, amount) for amount in amounts]
    file = tmp_path / "penjualan.txt"
    file.write_text("".join(f"{line(row, '  ', (5, 12, 12), '<>>')}\n" for row in rows))
    table, found = read(file)
    assert isinstance(table, Table), table.reason
    assert found == rows


WORDS = st.lists(st.from_regex("[A-Z][a-z]{0,7}", fullmatch=True), min_size=1, max_size=3)
CELLS = {
    "text": WORDS.map(" ".join),
    "code": st.from_regex("[A-Z]{2}[0-9]{3,6}", fullmatch=True),
    "amount": st.integers(-(10**9), 10**9).map(lambda cents: f"{cents / 100:,.2f}"),
    "count": st.integers(0, 99_999).map(str),
}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), gap=st.integers(2, 4), has_header=st.booleans())
def test_any_table_of_fixed_width_is_read_as_it_was_written(
    data: st.DataObject, gap: int, has_header: bool
) -> None:
    drawn = data.draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=5))
    kinds = ["code", *drawn, "amount"]
    rows = data.draw(st.lists(st.tuples(*(CELLS[kind] for kind in kinds)), min_size=8, max_size=20))
    titles = tuple(f"{kind} {chr(97 + at)}" for at, kind in enumerate(kinds))
    all_rows = [titles, *rows] if has_header else rows
    widths = tuple(max(len(row[at]) for row in all_rows) for at in range(len(kinds)))
    aligned = "".join("<" if kind in ("text", "code") else ">" for kind in kinds)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "export.txt")
        file.write_text("".join(f"{line(row, ' ' * gap, widths, aligned)}\n" for row in all_rows))
        table, found = read(file)
    assert isinstance(table, Table), table.reason
    assert found == rows
    assert not has_header or table.titles == titles

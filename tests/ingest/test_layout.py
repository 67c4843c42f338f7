"""What changes in the columns of exports is told once, and nothing of it shifts or is lost."""

from __future__ import annotations

import json

import pytest
from niaga.operate import commands
from niaga.operate.status import read_status

from .conftest import HEADER, SALES, Company, line, lines

OPTIONAL = SALES.replace(
    'format: {delimiter: ";"}',
    'format: {delimiter: ";"}\n    columns: {Catatan: {type: text, optional: yes}}',
)


def changes(company: Company, name: str, content: str) -> list[tuple[str, str, str]]:
    """Land and ingest a file; give what is said of its columns."""
    company.land(name, content)
    outcome = company.ingest_one()
    assert outcome.status == "loaded", outcome.reason
    return [(found.column, found.change, found.detail) for found in outcome.changes]


def with_column(text: str, name: str, value: str) -> str:
    """Add a column in front of all others: one that is read by its place would shift them."""
    head, *rows = text.splitlines()
    return "\n".join([f"{name};{head}", *(f"{value};{row}" for row in rows)]) + "\n"


def without_remark(text: str) -> str:
    return "".join(row.rpartition(";")[0] + "\n" for row in text.splitlines())


def test_a_new_column_is_told_once_and_moves_no_other(company: Company) -> None:
    assert changes(company, "penjualan_2026-01.csv", lines(2)) == []
    [(column, change, detail)] = changes(
        company, "penjualan_2026-02.csv", with_column(lines(1), "Voucher", "V-9")
    )
    assert (column, change) == ("Voucher", "new column")
    assert detail.startswith("is new, and is kept in the archived export: name it in the SQL")
    assert company.lake("order_id, product_id, floor(net_amount)::integer") == [
        ("F1", "P1", 1000), ("F1", "P1", 1000), ("F2", "P1", 2000),
    ]  # fmt: skip
    again = with_column(lines(3), "Voucher", "V-8")
    assert changes(company, "penjualan_2026-03.csv", again) == []


def test_a_new_column_is_in_the_lake_where_the_sql_takes_all(bare_company: Company) -> None:
    bare_company.source(
        "source: places\nexports: {rows: {file: 'places_{date:%Y-%m-%d}.csv'}}\n"
        "feeds:\n  territory: select *, id as territory_id from rows\n"
    )
    changes(bare_company, "places_2026-01-01.csv", "id\nW1\n")
    found = changes(bare_company, "places_2026-01-02.csv", "id,zone\nW1,north\n")
    assert found == [("zone", "new column", "is new, and is in the lake under its own name")]
    assert bare_company.lake("zone", "territory") == [("north",), (None,)]


def test_an_optional_column_that_is_missing_is_null_and_told_once(bare_company: Company) -> None:
    bare_company.source(OPTIONAL)
    assert changes(bare_company, "penjualan_2026-01.csv", HEADER + line(1, Catatan="x")) == []
    found = changes(bare_company, "penjualan_2026-02.csv", without_remark(lines(2)))
    assert found == [("Catatan", "missing column", "is missing, and is read as NULL")]
    assert bare_company.lake("order_id, remark") == [("F1", "x"), ("F1", None), ("F2", None)]
    assert changes(bare_company, "penjualan_2026-03.csv", lines(1)) == []
    assert changes(bare_company, "penjualan_2026-04.csv", without_remark(lines(3))) == []


def test_an_optional_column_keeps_its_type(bare_company: Company) -> None:
    bare_company.source(
        SALES.replace(
            'format: {delimiter: ";"}',
            'format: {delimiter: ";"}\n    columns: {Potongan: {type: money, optional: yes}}',
        ).replace('"Catatan" as remark', '"Potongan" * 2 as discount_amount')
    )
    bare_company.land("penjualan_2026-01.csv", lines(1))
    bare_company.land("penjualan_2026-02.csv", with_column(lines(1), "Potongan", "1.000,25"))
    bare_company.ingest()
    found = bare_company.lake("_business_date::varchar, discount_amount::varchar")
    assert found == [("2026-01-31", None), ("2026-02-28", "2000.500000")]


@pytest.mark.parametrize("text", ["{type: text}", "text"])
def test_a_required_column_that_is_missing_rejects_and_names_the_nearest(
    bare_company: Company, text: str
) -> None:
    bare_company.source(OPTIONAL.replace("{type: text, optional: yes}", text))
    bare_company.land("penjualan_2026-01.csv", lines(2).replace("Catatan", "Catatn"))
    outcome = bare_company.ingest_one()
    assert outcome.status == "rejected"
    assert outcome.reason is not None
    assert '"Catatan"' in outcome.reason
    assert "(did you mean `Catatn`?)" in outcome.reason


def test_a_renamed_column_is_suggested(bare_company: Company) -> None:
    bare_company.source(OPTIONAL)
    changes(bare_company, "penjualan_2026-01.csv", lines(1))
    renamed = lines(1).replace("Catatan", "Keterangan")
    found = changes(bare_company, "penjualan_2026-02.csv", renamed)
    assert found[0] == (
        "Catatan", "missing column", "is missing, and is read as NULL; was it renamed to"
        " `Keterangan`?",
    )  # fmt: skip
    assert found[1][:2] == ("Keterangan", "new column")


@pytest.mark.parametrize(
    ("before", "now", "detail"),
    [
        (["1", "22"], ["3", "A-4"], "had whole numbers, and now has text like 'A-4' (row 2)"),
        (["1", "22"], ["3", "4.5"],
         "had whole numbers, and now has numbers with a decimal point like '4.5' (row 2)"),
        (["1,5", "2"], ["1.5", "2"],
         "had numbers with a decimal comma and whole numbers, and now has numbers with a decimal"
         " point like '1.5' (row 1)"),
        (["31/12/2026"], ["2026-12-31"],
         "had dates as 99/99/9999, and now has dates as 9999-99-99 like '2026-12-31' (row 1)"),
        (["x", "y"], [str(number) for number in range(25)],
         "had text, and now has whole numbers like '0' (row 1)"),
        (["x", "y"], ["1", "2"], None),
        (["x", "1"], ["2", "z"], None),
        (["1.000"], ["1.500,25"], None),
        (["1.000,5"], ["7", "2.000"], None),
        ([""], ["1"], None),
        (["1"], [""], None),
    ],
)  # fmt: skip
def test_a_changed_kind_of_values_is_told_once_with_an_example(
    company: Company, before: list[str], now: list[str], detail: str | None
) -> None:
    def file(values: list[str]) -> str:
        rows = (line(number, Catatan=value) for number, value in enumerate(values, 1))
        return HEADER + "".join(rows)

    assert changes(company, "penjualan_2026-01.csv", file(before)) == []
    expected = [("Catatan", "changed type", detail)] if detail else []
    assert changes(company, "penjualan_2026-02.csv", file(now)) == expected
    assert changes(company, "penjualan_2026-03.csv", file([*now, *before])) == []


def test_a_change_is_shown_by_ingest_and_status_and_kept(
    company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    root = company.workspace.root
    company.land("penjualan_2026-01.csv", lines(1))
    assert commands.plain(True, root, "ingest") == 0
    assert json.loads(capsys.readouterr().out)["ingested"]["layout_changes"] == []
    company.land("penjualan_2026-02.csv", with_column(lines(1), "Voucher", "V"))
    assert commands.plain(True, root, "ingest") == 0
    [told] = json.loads(capsys.readouterr().out)["ingested"]["layout_changes"]
    assert (told["source"], told["part"], told["file_name"]) == (
        "erp", "lines", "penjualan_2026-02.csv",
    )  # fmt: skip
    assert (told["column"], told["change"]) == ("Voucher", "new column")
    [kept] = read_status(company.workspace).layout_changes
    assert (kept.source, kept.column, kept.change) == ("erp", "Voucher", "new column")
    assert [load.changes is None for load in company.loads()] == [True, False]
    commands.status(False, root, as_page=False, as_prometheus=False)
    assert "Columns that are not as they were" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("select", "reason"),
    [
        ("d.id as order_id, day as order_date", 'several parts have the column "day"'),
        ("* exclude (id), d.id as order_id, o.day as order_date", 'has a column "order_date"'),
    ],
)
def test_a_column_that_makes_two_of_one_rejects_its_file_and_nothing_else(
    bare_company: Company, select: str, reason: str
) -> None:
    bare_company.source(SALES)
    bare_company.source(
        f"""\
source: shop
exports:
  details: {{file: "details_{{date:%Y-%m-%d}}.csv", columns: {{net_amount: money}}}}
  orders: {{file: "orders_{{date:%Y-%m-%d}}.csv"}}
feeds:
  sales_line: |
    select d._row_number, {select.replace("*", "d.*").replace("(id)", "(id, _row_number)")}
        {"" if "*" in select else ", d.net_amount"}, 1 as line_number, 'sale' as document_type,
        'P' as product_id, 1 as quantity
    from details as d join orders as o on d.id = o.id
"""
    )
    orders = "id,day\n1,2026-01-05\n"
    bare_company.land("details_2026-01-05.csv", "id,net_amount\n1,10\n")
    bare_company.land("orders_2026-01-05.csv", orders)
    assert bare_company.ingest().rows_loaded == 1
    bare_company.land("details_2026-01-06.csv", "id,net_amount,day,order_date\n1,10,x,y\n")
    bare_company.land("orders_2026-01-06.csv", orders)
    bare_company.land("penjualan_2026-01.csv", lines(2))
    report = bare_company.ingest()
    assert report.rows_loaded == 2
    told = bare_company.exports()["details_2026-01-06.csv"]
    assert told[0] == "rejected"
    assert reason in str(told[1])

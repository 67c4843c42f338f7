"""Sources are read from YAML, and find their files by name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from niaga.configuration import parse_yaml, validate
from niaga.errors import ConfigurationError
from niaga.ingest.patterns import Match, compile_pattern
from niaga.ingest.sources import Source, load_sources
from niaga.wording import Refusal
from niaga.workspace import Settings, Workspace, ensure_folders

ERP = """\
source: erp_sales
title: Sales lines of the ERP
exports:
  lines:
    file: "penjualan_{date:%Y-%m}.csv"
    format: {type: csv, delimiter: ";", header: yes, final_newline: optional}
    columns: {Harga: money}
locale: {decimal: ",", thousands: ".", date: "%d/%m/%Y", null: ["", "NULL"], true: [Y], false: [T],
  currency_prefix: Rp}
reject_above: 5%
feeds:
  sales_line: select _row_number, "NoFaktur" as order_id from lines
"""

SMALL = "source: small\nexports: {{lines: {{file: '{}'}}}}\nfeeds: {{sales_line: select 1}}\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path, Settings(company="Toko", currency="IDR"))
    ensure_folders(made)
    return made


def faults_of(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        validate(parse_yaml(text, Path("s.yml")), Source)
    return [str(fault) for fault in caught.value.faults]


def test_a_source_says_what_its_file_says(workspace: Workspace) -> None:
    path = workspace.sources_folder / "erp_sales.yml"
    path.write_text(ERP)
    (source,) = load_sources(workspace)
    lines = source.exports["lines"]
    assert source.path == path
    assert source.business_date == "file_name"
    assert source.reject_above == Decimal("0.05")
    assert (lines.format.delimiter, lines.format.header, lines.format.quote) == (";", True, '"')
    assert lines.columns == {"Harga": "money"}
    assert (source.locale.decimal, source.locale.null) == (",", ("", "NULL"))
    assert (source.locale.true, source.locale.false) == (("Y",), ("T",))
    assert source.feeds["sales_line"].startswith("select _row_number")


def test_a_source_without_a_date_in_its_file_names_is_dated_by_file_time() -> None:
    source = validate(parse_yaml(SMALL.format("*.csv"), Path("small.yml")), Source)
    assert source.business_date == "file_time"
    assert source.reject_above == Decimal("0.1")


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("p_{date:%Y-%m}.csv", "p_2024-02.csv", Match(date(2024, 2, 29), "2024-02")),
        ("p_{date:%Y}.csv", "p_2024.csv", Match(date(2024, 12, 31), "2024")),
        ("p_{date:%d%m%y}.csv", "p_311226.csv", Match(date(2026, 12, 31), "311226")),
        ("p_{date:%b-%Y}.csv", "p_Feb-2026.csv", Match(date(2026, 2, 28), "Feb-2026")),
        (
            "p_{date:%Y%m%d_%H%M}.csv",
            "p_20261031_2359.csv",
            Match(date(2026, 10, 31), "20261031_2359"),
        ),
        ("{delivery}_l_{date:%Y%m%d}.csv", "b7_l_20261031.csv", Match(date(2026, 10, 31), "b7")),
        ("orders_{delivery}.csv", "orders_2026.Q1.csv", Match(None, "2026.Q1")),
        (
            "s_{from:%Y%m%d}_{to:%Y%m%d}.csv",
            "s_20260101_20260217.csv",
            Match(date(2026, 2, 17), "20260101_20260217", (date(2026, 1, 1), date(2026, 2, 17))),
        ),
        (
            "s_{from:%Y-%m}_{to:%Y-%m}_{date:%Y}.csv",
            "s_2023-12_2024-02_2025.csv",
            Match(
                date(2025, 12, 31),
                "2023-12_2024-02_2025",
                (date(2023, 12, 1), date(2024, 2, 29)),
            ),
        ),
        ("s_{from:%Y}_{to:%Y}.csv", "s_2026_20x6.csv", None),
        ("s_{from:%Y%m%d}_{to:%Y%m%d}.csv", "s_20260101_20260230.csv", None),
        ("orders*.csv", "orders (1).csv", Match(None, None)),
        ("a.b+c.csv", "a.b+c.csv", Match(None, None)),
        ("p_{date:%Y-%m}.csv", "p_2026-13.csv", None),
        ("p_{date:%Y-%m}.csv", "p_2026-1.csv", None),
        ("p_{date:%Y-%m}.csv", "p_2026-01.csv.tmp", None),
        ("p_{date:%Y-%m}.csv", "xp_2026-01.csv", None),
        ("a.csv", "abcsv", None),
        ("orders_{delivery}.csv", "orders_.csv", None),
    ],
)
def test_a_file_name_is_matched_whole(pattern: str, name: str, expected: Match | None) -> None:
    assert compile_pattern(pattern).match(name) == expected


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("", "is no file name"),
        ("in/a.csv", "is no file name"),
        ("a_{date}.csv", "does not say how the date is written"),
        ("a_{datum:%Y}.csv", "`{datum:%Y}` is an unknown placeholder"),
        ("a_{delivry}.csv", "is an unknown placeholder"),
        ("a_{date:%Y}_{date:%m}.csv", "{date} stands twice"),
        ("a_{date:%Q}.csv", "`%Q` is no part of a date"),
        ("a_{date:%m-%d}.csv", "has no year"),
        ("a_{date:%Y-%d}.csv", "has a day but no month"),
        ("a_{date:%Y.csv", "has no partner"),
        ("a_{from}_{to:%Y}.csv", "{from} does not say how the date is written"),
        ("a_{to:%Y}.csv", "{to} stands without {from}"),
        ("a_{from:%Y}_{date:%Y}.csv", "{from} stands without {to}"),
    ],
)
def test_a_wrong_pattern_is_refused(pattern: str, problem: str) -> None:
    with pytest.raises(Refusal) as caught:
        compile_pattern(pattern)
    assert problem in caught.value.problem


def test_every_fault_of_a_source_is_named() -> None:
    text = """\
source: Erp Sales
exports:
  lines:
    file: "p_{date}.csv"
    format: {delimiter: "", encoding: utf-9, skip_rows: -1}
    columns: {Harga: monney}
  Other: {file: "b.csv"}
locale: {decimal: ";", date: "%d/%M/%Y"}
business_date: filename
reject_above: 5
feeds: {}
"""
    starts = [
        "s.yml:1: source: `Erp Sales` is no name (use small letters",
        "s.yml:4: exports.lines.file: {date} does not say how the date is written",
        "s.yml:5: exports.lines.format.delimiter: `` can't stand between two fields",
        "s.yml:5: exports.lines.format.encoding: `utf-9` is no encoding",
        "s.yml:5: exports.lines.format.skip_rows: `-1`: should be greater than or equal to 0",
        "s.yml:6: exports.lines.columns.Harga: `monney` is not",
        "s.yml:7: exports.Other: `Other` is no name",
        "s.yml:8: locale.decimal: `;` is not '.' or ','",
        "s.yml:8: locale.date: `%d/%M/%Y` does not say day, month and year",
        "s.yml:9: business_date: `filename` is not 'file_name' or 'file_time' (did you mean",
        "s.yml:10: reject_above: `5` is no share (a percentage",
        "s.yml:11: feeds: ",
    ]
    faults = faults_of(text)
    assert len(faults) == len(starts)
    for fault, start in zip(faults, starts, strict=True):
        assert fault.startswith(start)


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (
            "{type: exel}",
            "format.type: `exel` is none of: csv, excel, fixed_width, json, json_l",
        ),
        ("{type: excel, delimiter: ';'}", "format.delimiter: is an unknown key"),
        ("{type: excel, skip_rows: -1}", "format.skip_rows: `-1`: should be greater than or"),
        ("{type: json_lines, header: no}", "format.header: is an unknown key"),
        ("{type: json, records: data}", "format.records: `data` is no JSON pointer"),
        ("csv", "format: `csv` is not a mapping of keys to values"),
    ],
)
def test_each_format_has_its_own_keys(layout: str, expected: str) -> None:
    text = f"source: s\nexports:\n  a:\n    file: a\n    format: {layout}\nfeeds: {{product: x}}\n"
    (fault,) = faults_of(text)
    assert fault.startswith(f"s.yml:5: exports.a.{expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            SMALL.format("a.csv") + "business_date: file_name\n",
            "s.yml:4: business_date: no file pattern has a {date}",
        ),
        (
            "source: s\nexports:\n  a:\n    file: a.csv\n    columns:\n"
            "      x: {type: money, decimal: ','}\n"
            "locale: {thousands: ','}\nfeeds: {sales_line: select 1}\n",
            "s.yml:6: exports.a.columns.x.thousands: is the decimal character too",
        ),
        (
            "source: s\nexports:\n  a:\n    file: a.csv\n    columns:\n"
            "      x: {type: money, decimals: ','}\nfeeds: {sales_line: select 1}\n",
            "s.yml:6: exports.a.columns.x.decimals: is an unknown key (did you mean `decimal`?)",
        ),
        (
            "source: s\nexports:\n  a:\n    file: a.csv\n    columns:\n"
            "      x: {type: text, decimal: ','}\nfeeds: {sales_line: select 1}\n",
            "s.yml:6: exports.a.columns.x.type: a text is not written in a form",
        ),
        (
            "source: s\nexports:\n  a:\n    file: a.csv\n    columns:\n"
            "      x: {type: moey}\nfeeds: {sales_line: select 1}\n",
            "s.yml:6: exports.a.columns.x.type: `moey` is not",
        ),
        (
            "source: s\nexports:\n  a:\n    file: a.csv\n    columns:\n"
            "      x: moey\nfeeds: {sales_line: select 1}\n",
            "s.yml:6: exports.a.columns.x: `moey` is not",
        ),
        (
            SMALL.format("a.csv") + "locale: {time_zone: Makassar}\n",
            "s.yml:4: locale.time_zone: `Makassar` is no time zone",
        ),
        (
            SMALL.format("a.csv") + "locale: {decimal: ',', thousands: ','}\n",
            "s.yml:4: locale.thousands: is the decimal character too",
        ),
        (
            SMALL.format("a.csv") + "locale:\n  true: [J]\n  false: [J, T]\n",
            "s.yml:6: locale.false: `J` stands under true too",
        ),
        (
            "source: s\nexports:\n  a: {file: 'a_{date:%Y-%m}.csv'}\n  b: {file: 'b.csv'}\n"
            "feeds: {sales_line: select 1}\n",
            "s.yml:4: exports.b.file: its files are paired by nothing, those of `a` by {date:",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(text: str, expected: str) -> None:
    (fault,) = faults_of(text)
    assert fault.startswith(expected)


def test_all_faulty_files_are_named_at_once(workspace: Workspace) -> None:
    folder = workspace.sources_folder
    (folder / "a.yml").write_text("source: [\n")
    (folder / "b.yml").write_text(SMALL.format("*.csv"))
    (folder / "c.yaml").write_text(SMALL.format("*.csv"))
    (folder / "small.yml").write_text(SMALL.format("*.csv").replace("sales_line", "sales_lines"))
    (folder / "sales.yml.example").write_text("ignored: [")
    with pytest.raises(ConfigurationError) as caught:
        load_sources(workspace)
    a, b, c, small = (str(fault) for fault in caught.value.faults)
    assert a.startswith(f"{folder}/a.yml:2: is no valid YAML")
    assert b.startswith(f"{folder}/b.yml:1: source: is `small`, the file is b.yml")
    assert c.startswith(f"{folder}/c.yaml: ends in .yaml and would not be read")
    assert (
        small == f"{folder}/small.yml:3: feeds.sales_lines: is no feed (did you mean `sales_line`?)"
    )

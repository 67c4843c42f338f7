"""Excel workbooks, JSON lines and documents become the same records as CSV that says the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from niaga.ingest.archive import archive_export
from niaga.ingest.faults import FileFault
from niaga.ingest.locales import Locale
from niaga.ingest.parsing import Parser
from niaga.ingest.records import Records, read_records
from niaga.ingest.sources import Export

from .workbooks import Sheet, write_workbook

INDONESIAN = Locale(
    decimal=",", thousands=".", date="%d/%m/%Y", timestamp="%d/%m/%Y %H:%M", true=("Y",),
    false=("T",), null=("", "-"),
)  # fmt: skip


def read(
    folder: Path, landed: Path, locale: Locale = INDONESIAN, **export: Any
) -> tuple[Records, list[Any], list[Any]]:
    """Give what was read of a file: the records, the good ones, the faulty ones."""
    archived = archive_export(landed, folder / "archive")
    parser = Parser(locale, money_scale=2, time_zone="UTC")
    with duckdb.connect() as connection:
        connection.execute("set threads = 2; create schema niaga")
        records = read_records(
            connection, "part", Export(file="x", **export), parser, archived.path, folder
        )
        good = connection.execute("select * from part order by _row_number").fetchall()
        faults = connection.execute(
            "select row_number, column_name, value, reason from niaga.fault_part order by all"
        ).fetchall()
    return records, good, faults


def read_sheets(
    folder: Path, sheets: Mapping[str, Sheet], **layout: Any
) -> tuple[Records, list[Any], list[Any]]:
    columns = layout.pop("columns", {})
    write_workbook(folder / "landed.xlsx", sheets)
    return read(folder, folder / "landed.xlsx", format={"type": "excel", **layout}, columns=columns)


def read_lines(folder: Path, *lines: str, **export: Any) -> tuple[Records, list[Any], list[Any]]:
    (folder / "landed.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return read(folder, folder / "landed.jsonl", format={"type": "json_lines"}, **export)


def test_a_workbook_reads_as_the_locale_writes_it(tmp_path: Path) -> None:
    sheet: Sheet = [
        ["Laporan Pelanggan"],
        [None],
        ["Kode", "Nilai", "Jumlah", "Sejak", "Dilihat", "Aktif"],
        ["007", 1234567.89, 12, date(2026, 2, 28), datetime(2026, 2, 28, 17, 5), True],  # noqa: DTZ001
        [None, None, None, None, None, None],
        ["8", "1.234,50", "-", "01/03/2026", date(2026, 3, 1), False],
        # As Excel itself shows it, not as the float that it keeps.
        ["9", 0.1 + 0.2, 1e14, None, None, None],
    ]
    records, good, faults = read_sheets(tmp_path, {"Pelanggan": sheet}, skip_rows=2)
    assert records.header == ("Kode", "Nilai", "Jumlah", "Sejak", "Dilihat", "Aktif")
    assert good == [
        (1, "007", "1234567,89", "12", "28/02/2026", "28/02/2026 17:05", "Y"),
        (2, "8", "1.234,50", None, "01/03/2026", "01/03/2026 00:00", "T"),
        (3, "9", "0,3", "100000000000000", None, None, None),
    ]
    assert faults == []
    assert (records.read, records.faulty) == (3, 0)


def test_the_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    sheets: dict[str, Sheet] = {"One": [["a"], ["1"]], "Two": [["b"], ["2"]]}
    assert read_sheets(tmp_path, sheets, sheet="Two")[1] == [(1, "2")]
    assert read_sheets(tmp_path, {"One": sheets["One"]})[1] == [(1, "1")]
    with pytest.raises(FileFault, match='has no sheet "Three", but: One, Two'):
        read_sheets(tmp_path, sheets, sheet="Three")
    with pytest.raises(FileFault, match="has the sheets One, Two, and the source does not say"):
        read_sheets(tmp_path, sheets)


def test_cells_that_do_not_fit_their_type_are_held_by_row_and_column(tmp_path: Path) -> None:
    sheet: Sheet = [["n", "price"], [1, 1.5], [2, "satu"], [3, 2.345], [4, None]]
    records, good, faults = read_sheets(tmp_path, {"s": sheet}, columns={"price": "money"})
    assert [(row[0], row[2] and row[2] * 2) for row in good] == [(1, 3), (4, None)]
    assert faults == [
        (2, "price", "satu", 'is no number (decimals after ",", thousands grouped by ".")'),
        (3, "price", "2,345", "has more than 2 decimals"),
    ]
    assert (records.read, records.faulty) == (4, 2)


def test_a_column_typed_as_time_has_one_even_at_midnight(tmp_path: Path) -> None:
    sheet: Sheet = [["seen"], [date(2026, 3, 1)]]
    _, good, _ = read_sheets(tmp_path, {"s": sheet}, columns={"seen": "timestamp"})
    assert good == [(1, datetime(2026, 3, 1))]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("sheet", "options", "reason"),
    [
        ([], {}, "has no header"),
        ([["title"]], {"skip_rows": 1}, "has no header after 1 skipped rows"),
        ([["a", "A"], [1, 2]], {}, 'has the column "A" twice'),
        ([["a"], [1]], {"columns": {"b": "money"}}, 'the column "b" that the source types is'),
    ],
)
def test_a_sheet_that_is_no_table_is_refused(
    tmp_path: Path, sheet: Sheet, options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(FileFault) as caught:
        read_sheets(tmp_path, {"s": sheet}, **options)
    assert caught.value.reason.startswith(reason)


def test_json_lines_read_as_the_locale_writes_them(tmp_path: Path) -> None:
    records, good, faults = read_lines(
        tmp_path,
        json.dumps({"id": "007", "spend": 1234567.89, "clicks": 12, "live": True}),
        "",
        json.dumps({"id": 8, "spend": "1.234,50", "live": False, "user": {"id": "Café"}, "x/~": 1}),
        json.dumps({"id": 12345678901234567890, "spend": 1e-5, "clicks": None, "user": "-"}),
    )
    assert records.header == ("id", "spend", "clicks", "live", "user", "x/~")
    user = json.loads(good[1][5])
    assert user == {"id": "Café"}
    assert [row[:5] + row[6:] for row in good] == [
        (1, "007", "1234567,89", "12", "Y", None),
        (2, "8", "1.234,50", None, "T", "1"),
        (3, "12345678901234567890", "0,00001", None, None, None),
    ]
    assert (good[0][5], good[2][5]) == (None, None)
    assert faults == []
    assert records.read == 3


def test_a_line_that_is_no_object_is_held_with_its_text(tmp_path: Path) -> None:
    records, good, faults = read_lines(
        tmp_path,
        '{"a": 1}',
        '{"a": 2',
        "",
        "[3]",
        '{"a": 4, "a": 5}',
        '{"a": "12345678901234.123456"}',
        '{"a": 12345678901234.123456}',
        '{"a": 7}',
    )
    assert good == [(1, "1"), (5, "12345678901234.123456"), (7, "7")]
    assert [(row[0], row[2], row[3]) for row in faults] == [
        (2, '{"a": 2', "the record is no JSON"),
        (3, "[3]", "the record is no JSON object"),
        (4, '{"a": 4, "a": 5}', "the record has a key twice"),
        (
            6,
            '{"a": 12345678901234.123456}',
            "the record has a number of more than 15 digits, which JSON does not keep: it should "
            "be written as text",
        ),
    ]
    assert (records.read, records.faulty) == (7, 4)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n\n", "has no line that is a JSON object"),
        (b"a;b\n1;2\n", "has no line that is a JSON object"),
        (b'{"a": "\xe9"}\n', "can't be read as lines of UTF-8 text: CSV Error on Line: 1"),
        (b'{"a": 1}\n{"A": 2}\n', 'has the column "A" twice'),
    ],
)
def test_what_is_no_file_of_json_lines_is_refused(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "landed.jsonl").write_bytes(content)
    with pytest.raises(FileFault) as caught:
        read(tmp_path, tmp_path / "landed.jsonl", format={"type": "json_lines"})
    assert caught.value.reason.startswith(reason)


def test_the_second_number_of_a_list_is_looked_at_too(tmp_path: Path) -> None:
    _, good, faults = read_lines(
        tmp_path, '{"a":[1.5,12345678901234.123456]}', '{"a":", 12345678901234.123456, \\""}'
    )
    assert good == [(2, ', 12345678901234.123456, "')]
    assert [row[0] for row in faults] == [1]


def read_document(
    folder: Path, content: str | bytes, records: str = ""
) -> tuple[Records, list[Any], list[Any]]:
    content = content if isinstance(content, bytes) else content.encode()
    (folder / "landed.json").write_bytes(content)
    return read(folder, folder / "landed.json", format={"type": "json", "records": records})


def test_the_records_of_a_document_read_like_lines(tmp_path: Path) -> None:
    document = """\
        {"page": 1, "data": {"a/b": [
            {"id": "007", "spend": 1234567.89, "live": true},
            null,
            {"id": 12345678901234567890, "spend": 1e-5, "user": {"n": [1, 2]}},
            {"id": 1, "id": 2},
            {"id": 1, "spend": 12345678901234.123456},
            4,
            {"id": "last\\nline"}
        ]}}"""
    records, good, faults = read_document(tmp_path, document, "/data/a~1b")
    assert records.header == ("id", "spend", "live", "user")
    assert good == [
        (1, "007", "1234567,89", "Y", None),
        (3, "12345678901234567890", "0,00001", None, '{"n":[1,2]}'),
        (7, "last\nline", None, None, None),
    ]
    assert [(row[0], row[3][:30]) for row in faults] == [
        (2, "the record is no JSON object"),
        (4, "the record has a key twice"),
        (5, "the record has a number of mor"),
        (6, "the record is no JSON object"),
    ]
    assert (records.read, records.faulty) == (7, 4)
    assert read_document(tmp_path, '[{"a": "1"}, {"a": "2"}]')[1] == [(1, "1"), (2, "2")]


@pytest.mark.parametrize(
    ("content", "records", "reason"),
    [
        (b"", "", "is empty"),
        (b'[{"a": 1}, {"a"', "", "is no JSON document, or is truncated"),
        (b'[{"a": 1}]\n[{"a": 2}]\n', "", "is no JSON document, or is truncated"),
        (b'[{"a": "\xe9"}]', "", "can't be read as a JSON document: it is no UTF-8 text"),
        (b'{"a": 1}', "", "has no array of records as the whole document: it has there: object"),
        (b'{"a": [{"b": 1}]}', "/b", 'has no array of records at "/b": there is nothing'),
        (b'{"a": {"b": [], "b": [1]}}', "/a/b", 'has the key "b" twice on the way'),
        (b"[]", "", "has no element that is a JSON object with keys"),
        (b'[{"a": 1, "A": 2}]', "", 'has the column "A" twice'),
        # What is read of it has two digits.
        (b'[{"a": 1.1000000000000000000001}]', "", "has a number of more than 15 digits"),
    ],
)
def test_what_is_no_document_with_records_is_refused(
    tmp_path: Path, content: bytes, records: str, reason: str
) -> None:
    with pytest.raises(FileFault) as caught:
        read_document(tmp_path, content, records)
    assert caught.value.reason.startswith(reason)


def test_timestamps_of_json_are_read_by_the_source(tmp_path: Path) -> None:
    locale = Locale(timestamp="%Y-%m-%dT%H:%M:%S%z")
    (tmp_path / "landed.jsonl").write_text('{"at": "2026-03-01T07:00:00+0700"}\n')
    _, good, _ = read(
        tmp_path, tmp_path / "landed.jsonl", locale,
        format={"type": "json_lines"}, columns={"at": "timestamp"},
    )  # fmt: skip
    assert good[0][1].astimezone(UTC) == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("negative", "shape"), [("trailing_minus", "{}-"), ("parentheses", "({})")]
)
def test_typed_cells_below_zero_take_the_shape_of_the_locale(
    tmp_path: Path, negative: str, shape: str
) -> None:
    locale = Locale.model_validate(INDONESIAN.model_dump() | {"negative": negative})
    columns: dict[str, Any] = {"whole": "integer", "amount": "money"}
    write_workbook(
        tmp_path / "landed.xlsx",
        {"A": [["whole", "amount"], [-5, -1234.5], [5, shape.format("1.234,5")], [6, "-7"]]},
    )
    _, good, faults = read(
        tmp_path, tmp_path / "landed.xlsx", locale, format={"type": "excel"}, columns=columns
    )
    amount = Decimal("1234.5")
    assert good == [(1, -5, -amount), (2, 5, -amount)]
    assert [fault[:3] for fault in faults] == [(3, "amount", "-7")]
    (tmp_path / "landed.jsonl").write_text(
        '{"whole": -5, "amount": -1234.5}\n{"whole": 5, "amount": 1234.5}\n'
        '{"whole": 6, "amount": "-7"}\n'
    )
    _, good, faults = read(
        tmp_path, tmp_path / "landed.jsonl", locale, format={"type": "json_lines"}, columns=columns
    )
    assert good == [(1, -5, -amount), (2, 5, amount)]
    assert [fault[:3] for fault in faults] == [(3, "amount", "-7")]


FOREIGN: dict[str, Any] = {
    "usd": {"type": "money", "decimal": ".", "thousands": ",", "negative": "parentheses"},
    "idr": "money",
    "day": {"type": "date", "date": "%d %b %Y"},
    "paid": {"type": "boolean", "true": ["paid"], "false": ["open"]},
}
USD, IDR, DAY = Decimal("1234.5"), Decimal("1234.5"), date(2026, 8, 5)


def test_a_column_may_be_written_otherwise_than_the_rest(tmp_path: Path) -> None:
    (tmp_path / "landed.csv").write_text(
        "usd;idr;day;paid\n"
        '"(1,234.50)";-1.234,50;05 Agu 2026;paid\n'
        "1.234,50;1;05 Agu 2026;open\n"
        "1;1,234.50;05 Agu 2026;open\n"
        "-;-;-;-\n"
        "1;1;05/08/2026;open\n"
        "1;1;05 Agu 2026;Y\n"
    )
    records, good, faults = read(
        tmp_path, tmp_path / "landed.csv", format={"delimiter": ";"}, columns=FOREIGN
    )
    assert good == [(1, -USD, -IDR, DAY, True), (4, None, None, None, None)]
    assert faults == [
        (2, "usd", "1.234,50",
         'is no number (decimals after ".", thousands grouped by ",", below zero as (5))'),
        (3, "idr", "1,234.50", 'is no number (decimals after ",", thousands grouped by ".")'),
        (5, "day", "05/08/2026", "is no date after 1900-01-01 in the form %d %b %Y"),
        (6, "paid", "Y", "is neither yes nor no: paid, open"),
    ]  # fmt: skip
    assert (records.read, records.faulty) == (6, 4)


def test_typed_cells_of_a_column_are_read_by_its_own_locale(tmp_path: Path) -> None:
    rows: Sheet = [
        ["usd", "idr", "day", "paid"],
        [-1234.5, -1234.5, DAY, True],
        ["(1,234.50)", "-1.234,50", "05 Agu 2026", "paid"],
    ]
    _, good, faults = read_sheets(tmp_path, {"A": rows}, columns=FOREIGN)
    assert good == [(1, -USD, -IDR, DAY, True), (2, -USD, -IDR, DAY, True)]
    assert faults == []
    _, good, faults = read_lines(
        tmp_path,
        '{"usd": -1234.5, "idr": -1234.5, "day": "05 Aug 2026", "paid": true}',
        '{"usd": "(1,234.50)", "idr": "-1.234,50", "day": "05 Agu 2026", "paid": "paid"}',
        columns=FOREIGN,
    )
    assert good == [(1, -USD, -IDR, DAY, True), (2, -USD, -IDR, DAY, True)]
    assert faults == []

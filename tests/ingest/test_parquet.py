"""Parquet files become the same records as a CSV file that says the same."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from niaga.ingest.faults import FileFault
from niaga.ingest.locales import Locale
from niaga.ingest.records import Records

from .conftest import Company
from .test_formats import INDONESIAN, read

NOON = datetime(2026, 2, 28, 12, 30)  # noqa: DTZ001
MIDNIGHT = datetime(2026, 3, 1)  # noqa: DTZ001


def read_table(
    folder: Path, table: pyarrow.Table, locale: Locale = INDONESIAN, **export: Any
) -> tuple[Records, list[Any], list[Any]]:
    pyarrow.parquet.write_table(table, folder / "landed.parquet")
    return read(folder, folder / "landed.parquet", locale, format={"type": "parquet"}, **export)


def test_values_read_as_the_locale_writes_them(tmp_path: Path) -> None:
    table = pyarrow.table(
        {
            "Kode": ["007", "-", None],
            "Nilai": pyarrow.array(
                [Decimal("12345678901234567890.12"), Decimal("-0.05"), None],
                pyarrow.decimal128(38, 2),
            ),
            "Jumlah": pyarrow.array([2**63 - 1, -1, None], pyarrow.int64()),
            "Sejak": pyarrow.array([date(2026, 2, 28), None, None], pyarrow.date32()),
            "Dilihat": pyarrow.array([NOON, MIDNIGHT, None], pyarrow.timestamp("us")),
            "Aktif": [True, False, None],
            "Hari": pyarrow.array([MIDNIGHT, None, None], pyarrow.timestamp("ns")),
        }
    )
    records, good, faults = read_table(tmp_path, table)
    assert records.header == ("Kode", "Nilai", "Jumlah", "Sejak", "Dilihat", "Aktif", "Hari")
    assert good == [
        (
            *(1, "007", "12345678901234567890,12", "9223372036854775807", "28/02/2026"),
            *("28/02/2026 12:30", "Y", "01/03/2026"),
        ),
        (2, None, "-0,05", "-1", None, "01/03/2026 00:00", "T", None),
        (3, None, None, None, None, None, None, None),
    ]
    assert faults == []
    assert (records.read, records.faulty) == (3, 0)


def test_a_float_is_written_with_the_digits_that_it_keeps(tmp_path: Path) -> None:
    values = [
        *(0.1 + 0.2, 1234567.89, 1e-5, 1e16, 9007199254740991.0, -0.0, 123456789012.34),
        *(12345678901234.56, float("nan"), 0.5, 12345678901234567.0),
    ]
    records, good, faults = read_table(tmp_path, pyarrow.table({"a": values}))
    assert good == [
        (1, "0,3"),
        (2, "1234567,89"),
        (3, "0,00001"),
        (4, "10000000000000000"),
        (5, "9007199254740991"),
        (6, "0"),
        (7, "123456789012,34"),
        (9, "nan"),
        (10, "0,5"),
    ]
    reason = (
        'the record has more than 15 digits in "a", which a float does not keep: it should be a '
        "decimal"
    )
    assert [(row[0], json.loads(row[2])["a"], row[3]) for row in faults] == [
        (8, 12345678901234.56, reason),
        (11, 12345678901234568.0, reason),
    ]
    assert (records.read, records.faulty) == (11, 2)


def test_a_short_float_of_too_many_digits_is_held(tmp_path: Path) -> None:
    column = pyarrow.array([1234.5, 12345.678, 16777215.0, 2.5e8], pyarrow.float32())
    _, good, faults = read_table(tmp_path, pyarrow.table({"a": column}))
    assert good == [(1, "1234,5"), (3, "16777215"), (4, "250000000")]
    assert [(row[0], row[3]) for row in faults] == [
        (
            2,
            'the record has more than 6 digits in "a", which a float does not keep: it should be '
            "a decimal",
        )
    ]


def test_nested_values_are_json_text(tmp_path: Path) -> None:
    table = pyarrow.table(
        {
            "user": [{"id": "Café", "n": 1.5}, None, {"id": "x", "n": 12345678901234.123}],
            "tags": [["a", "b"], [], None],
        }
    )
    _, good, faults = read_table(tmp_path, table)
    assert [json.loads(good[0][1]), json.loads(good[0][2])] == [
        {"id": "Café", "n": 1.5},
        ["a", "b"],
    ]
    assert good[1] == (2, None, "[]")
    assert [(row[0], row[3]) for row in faults] == [
        (
            3,
            'the record has a number of more than 15 digits in "user", which JSON does not keep: '
            "it should be written as text",
        )
    ]


def test_typed_columns_are_read_in_their_type(tmp_path: Path) -> None:
    table = pyarrow.table(
        {
            "price": pyarrow.array([Decimal("1.500"), Decimal("2.345")], pyarrow.decimal128(9, 3)),
            "seen": pyarrow.array([date(2026, 3, 1), None], pyarrow.date32()),
        }
    )
    records, good, faults = read_table(
        tmp_path, table, columns={"price": "money", "seen": "timestamp"}
    )
    assert good == [(1, Decimal("1.5"), MIDNIGHT)]
    assert faults == [(2, "price", "2,345", "has more than 2 decimals")]
    assert (records.read, records.faulty) == (2, 1)


def test_times_with_a_zone_are_those_of_the_source(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
    table = pyarrow.table({"at": pyarrow.array([moment], pyarrow.timestamp("us", "UTC"))})
    assert read_table(tmp_path, table)[1] == [(1, "01/03/2026 07:30")]
    zoned = Locale(timestamp="%Y-%m-%dT%H:%M:%S%z")
    _, good, _ = read_table(tmp_path, table, zoned, columns={"at": "timestamp"})
    assert good[0][1].astimezone(UTC) == moment
    with pytest.raises(FileFault, match='the column "at" has times without a zone'):
        read_table(tmp_path, pyarrow.table({"at": [NOON]}), zoned)


@pytest.mark.parametrize(
    ("table", "columns", "reason"),
    [
        (pyarrow.table({"a": ["1"], "A": ["2"]}), {}, 'has the column "A" twice'),
        (pyarrow.table([["1"], ["2"]], ["a", "a"]), {}, 'has the column "a" twice'),
        (pyarrow.table({"_row_number": [1]}), {}, 'has a column "_row_number"'),
        (pyarrow.table({"a": [b"\xff"]}), {}, 'the column "a" is binary'),
        (pyarrow.table({}), {}, "has no columns"),
        (pyarrow.table({"a": [1]}), {"b": "money"}, 'the column "b" that the source types is'),
    ],
)
def test_a_file_whose_columns_are_not_clear_is_refused(
    tmp_path: Path, table: pyarrow.Table, columns: dict[str, str], reason: str
) -> None:
    with pytest.raises(FileFault) as caught:
        read_table(tmp_path, table, columns=columns)
    assert caught.value.reason.startswith(reason)


def test_what_is_no_whole_parquet_file_is_refused(tmp_path: Path) -> None:
    landed = tmp_path / "landed.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"a": [f"F{n}" for n in range(5000)]}), landed)
    whole = landed.read_bytes()
    damaged = bytearray(whole)
    damaged[100:1000] = b"\xff" * 900
    for content in (b"", b"a;b\n1;2\n", whole[:-20], whole[200:], bytes(damaged)):
        landed.write_bytes(content)
        with pytest.raises(FileFault, match="can't be read as a Parquet file"):
            read(tmp_path, landed, format={"type": "parquet"})


def test_a_time_with_a_zone_goes_through_the_clock_of_the_company(company: Company) -> None:
    company.source(
        """\
        source: leads
        exports:
          leads: {file: "leads*.parquet", format: {type: parquet}}
        feeds:
          sales_line: |
            select
                _row_number, order_id, 1 as line_number, 'sale' as document_type,
                left(sold_at, 10) as order_date, 'P1' as product_id, 1 as quantity,
                amount as net_amount, 'IDR' as currency, sold_at
            from leads
        """
    )
    table = pyarrow.table(
        {
            "order_id": ["F1"],
            "sold_at": [datetime(2026, 2, 28, 20, 0, tzinfo=UTC)],
            "amount": [Decimal("12.34")],
        }
    )
    pyarrow.parquet.write_table(table, company.workspace.landing / "leads.parquet")
    assert company.ingest_one().reason is None
    assert company.lake("order_id, order_date, net_amount, sold_at") == [
        ("F1", date(2026, 3, 1), Decimal("12.34"), "2026-03-01 03:00:00")
    ]


def test_a_file_without_records_has_its_columns(tmp_path: Path) -> None:
    table = pyarrow.table({"a": pyarrow.array([], pyarrow.int32())})
    records, good, _ = read_table(tmp_path, table)
    assert (records.header, records.read, good) == (("a",), 0, [])


def test_signs_and_columns_are_written_as_they_are_read(tmp_path: Path) -> None:
    table = pyarrow.table(
        {
            "idr": pyarrow.array([Decimal("-1234.50"), Decimal("7.25")], pyarrow.decimal128(18, 2)),
            "usd": pyarrow.array([Decimal("-1.234"), Decimal("9.5")], pyarrow.decimal128(18, 3)),
            "pieces": pyarrow.array([-5, 6], pyarrow.int64()),
        }
    )
    locale = Locale(decimal=",", thousands=".", negative="parentheses")
    columns = {
        "idr": "quantity",
        "usd": {"type": "quantity", "decimal": ".", "thousands": ",", "negative": "minus"},
        "pieces": "integer",
    }
    _, good, faults = read_table(tmp_path, table, locale, columns=columns)
    assert faults == []
    assert good == [
        (1, Decimal("-1234.5"), Decimal("-1.234"), -5),
        (2, Decimal("7.25"), Decimal("9.5"), 6),
    ]


def test_a_moment_stays_the_same_whatever_zone_the_source_is_in(
    bare_company: Company, tmp_path: Path
) -> None:
    bare_company.source("""\
        source: desk
        exports: {tickets: {file: "tickets.parquet", format: {type: parquet}}}
        locale: {time_zone: America/New_York}
        feeds:
          complaint: select _row_number, id as complaint_id, opened as opened_at from tickets
        """)
    opened = datetime(2026, 3, 8, 6, 59, 30, tzinfo=UTC)
    table = pyarrow.table({"id": ["1"], "opened": pyarrow.array([opened])})
    pyarrow.parquet.write_table(table, tmp_path / "tickets.parquet")
    bare_company.land("tickets.parquet", (tmp_path / "tickets.parquet").read_bytes())
    assert bare_company.ingest_one().rows_loaded == 1
    assert bare_company.lake("opened_at", "complaint") == [(opened.replace(tzinfo=None),)]

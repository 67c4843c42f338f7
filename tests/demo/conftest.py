"""The demo as it comes by default, and its exports read with nothing of niaga."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from niaga.demo import make_demo, truth_file
from python_calamine import CalamineWorkbook

BAD_FILE = "penjualan_2026-10_koreksi.csv"


class Line(NamedTuple):
    """One readable record of the sales exports."""

    file: str
    order: str
    line: str
    kind: str
    day: date
    customer: str
    product: str
    channel: str
    territory: str
    rep: str
    status: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    net: Decimal
    cost: Decimal
    promotion: str
    original: tuple[str, str]
    cancelled: str

    @property
    def counts(self) -> bool:
        """Whether it is a sale that was posted and not cancelled in its own month."""
        return (self.kind, self.status, self.cancelled) == ("JUAL", "POSTED", "")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("demo")
    make_demo(root)
    return root


@pytest.fixture(scope="session")
def sales(demo: Path) -> tuple[list[Line], list[str]]:
    """The readable lines, and what can't be read as it stands in the files."""
    lines, unreadable = [], []
    for file in sorted((demo / "landing").glob("penjualan_*.csv")):
        if file.name != BAD_FILE:
            header, *records = file.read_text("utf-8").split("\n")[:-1]
            columns = header.split(";")
            for record in records:
                try:
                    lines.append(_line(file.stem, record.split(";"), columns))
                except (ValueError, ArithmeticError, KeyError):
                    unreadable.append(record)
    return lines, unreadable


@pytest.fixture(scope="session")
def truth(demo: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(truth_file(demo).read_text("utf-8"))
    return document


def records(file: Path, delimiter: str = ";") -> Iterator[dict[str, str]]:
    """Give the records of an export by its headers."""
    with file.open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text, delimiter=delimiter)


def all_records(landing: Path, pattern: str, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """Give the records of all exports with names like `pattern`."""
    for file in sorted(landing.glob(pattern)):
        yield from records(file, delimiter)


def sheet(workbook: Path, name: str) -> list[dict[str, Any]]:
    """Give the rows of a sheet by its headers, which stand in the third row."""
    _, _, header, *rows = CalamineWorkbook.from_path(workbook).get_sheet_by_name(name).to_python()
    return [dict(zip(header, row, strict=True)) for row in rows]


def all_rows(landing: Path, name: str) -> list[dict[str, Any]]:
    """Give the rows of a sheet of all workbooks, the earliest first."""
    return [row for file in sorted(landing.glob("crm_*.xlsx")) for row in sheet(file, name)]


def number(text: str) -> Decimal:
    """Read 1.234.567,89; thousands must be grouped."""
    whole = text.split(",")[0].lstrip("-").split(".")
    if any(len(group) != 3 for group in whole[1:]):
        raise ValueError(text)
    return Decimal(text.replace(".", "").replace(",", "."))


def day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007


def _line(file: str, values: list[str], columns: list[str]) -> Line:
    if len(values) != len(columns):
        raise ValueError(values)
    record = dict(zip(columns, values, strict=True))
    if not record["Kode Barang"] or record["Jenis"] not in ("JUAL", "RETUR", "BATAL"):
        raise ValueError(values)
    return Line(
        file,
        record["No Faktur"],
        record["Baris"],
        record["Jenis"],
        day(record["Tgl Pesan"]),
        *(record[f"Kode {name}"] for name in ("Pelanggan", "Barang", "Saluran", "Wilayah")),
        record["Kode Sales"],
        record["Status"],
        *(number(record[name]) for name in ("Jumlah", "Harga", "Potongan", "Nilai Bersih", "HPP")),
        record["Kode Promo"],
        (record["Faktur Asal"], record["Baris Asal"]),
        record["Tgl Batal"],
    )

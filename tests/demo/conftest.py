"""The demo as it comes by default, and its sales exports read with nothing of niaga."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from niaga.demo import make_demo

BAD_FILE = "penjualan_2026-10_koreksi.csv"


class Line(NamedTuple):
    """One readable record of the sales exports."""

    file: str
    order: str
    line: str
    kind: str
    day: date
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


def records(file: Path) -> Iterator[dict[str, str]]:
    """Give the records of an export by its headers."""
    with file.open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text, delimiter=";")


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
        record["Kode Sales"],
        record["Status"],
        *(number(record[name]) for name in ("Jumlah", "Harga", "Potongan", "Nilai Bersih", "HPP")),
        record["Kode Promo"],
        (record["Faktur Asal"], record["Baris Asal"]),
        record["Tgl Batal"],
    )

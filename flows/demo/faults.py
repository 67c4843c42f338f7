"""The few things that are wrong with the demo's exports, as they go wrong in life.

Ten rows that no feed can take, each for a reason of its own, and one file that was cut off while it
was written. None of them is needed: the rows are of orders, answers, contacts and deals of their
own, and the file repeats what another has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

NEWLINE = "\r\n"
BAD_FILE = "penjualan_2026-10_koreksi.csv"
_CUT_FROM = "penjualan_2026-10.csv"
_CUT_AFTER_RECORDS = 40

_SALE = (
    "{order};1;JUAL;{day};{day};{day};;C00001;B0001;S08;W11;K101;POSTED;3;3;40.000,00;40.000,00;0,00;"
    "120.000,00;75.000,00;IDR;;;;;T"
)
_COLUMNS = {
    "kind": 2, "day": 3, "product": 8, "price": 15, "net": 18,
}  # fmt: skip


@dataclass(frozen=True)
class BadSale:
    """A record put into an export: a sound one with `changes`, of which `keep` fields are kept."""

    file: str
    order: str
    day: str
    changes: Mapping[str, str] = field(default_factory=dict)
    keep: int | None = None
    extra: str = ""

    @property
    def text(self) -> str:
        """The record as it stands in the file."""
        fields = _SALE.format(order=self.order, day=self.day).split(";")
        for column, value in self.changes.items():
            fields[_COLUMNS[column]] = value
        return ";".join(fields[: self.keep]) + self.extra + NEWLINE


@dataclass(frozen=True)
class BadRecord:
    """A record put into another system's export as it is."""

    file: str
    text: str


_BAD_SALES = (
    # no such day
    BadSale("penjualan_2026-02.csv", "FKX0000001", "27/02/2026", {"day": "30/02/2026"}),
    # a letter O
    BadSale("penjualan_2026-03.csv", "FKX0000002", "11/03/2026", {"net": "12O.000,00"}),
    # no product
    BadSale("penjualan_2026-04.csv", "FKX0000003", "15/04/2026", {"product": ""}),
    # one field too many
    BadSale("penjualan_2026-06.csv", "FKX0000004", "03/06/2026", extra=";dikirim terpisah"),
    # wrongly grouped
    BadSale("penjualan_2026-07.csv", "FKX0000005", "21/07/2026", {"net": "12.00.00,00"}),
    # an unknown kind of document
    BadSale("penjualan_2026-08.csv", "FKX0000006", "05/08/2026", {"kind": "TUKAR"}),
    # fields are missing
    BadSale("penjualan_2026-09.csv", "FKX0000007", "18/09/2026", keep=14),
)
_BAD_RECORDS = (
    # a wish that nobody can have
    BadRecord(
        "survey_responses_2026-09.csv",
        "RX00001,KPL-2026-Q3,2026-08-10 07:15:00,2026-08-12 10:41:00,C00001,Horeka,W10,"
        ",,,,No,improve,B0001,taste,Lebih manis,,,,,,\n",
    ),
    # broken off in the middle of a value
    BadRecord("touchpoints_2026-05.jsonl", '{"id":"TPX0001","ts":"2026-05-14T09:\n'),
)
BAD_DEAL = (
    "DLX0001", "K101", "C00001", "B0001", date(2026, 11, 30), "sekitar 50 juta", 0.35, "PENAWARAN",
)  # fmt: skip
"""A row of the last workbook: an amount in words."""


def spoil(name: str, text: str) -> str:
    """Put the bad records of file `name` in the middle of its text."""
    for bad in (*_BAD_SALES, *_BAD_RECORDS):
        if bad.file == name:
            middle = text.index("\n", len(text) // 2) + 1
            text = text[:middle] + bad.text + text[middle:]
    return text


def write_truncated(landing: Path) -> None:
    """Write the correction of a month that broke off in the middle of a record."""
    records = (landing / _CUT_FROM).read_bytes().split(NEWLINE.encode())
    whole, last = records[:_CUT_AFTER_RECORDS], records[_CUT_AFTER_RECORDS]
    (landing / BAD_FILE).write_bytes(NEWLINE.encode().join([*whole, last[: len(last) // 2]]))

"""The few things that are wrong with the demo's exports, as they go wrong in life.

Seven rows that no feed can take, each for a reason of its own, and one file that was cut off while
it was written. None of them is needed: the rows are of orders of their own, and the file repeats
what another has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class BadRow:
    """A record put into an export: a sound one with `changes`, of which `keep` fields are kept."""

    file: str
    day: str
    changes: Mapping[str, str] = field(default_factory=dict)
    keep: int | None = None
    extra: str = ""

    def text(self, number: int) -> str:
        """Write the record; `number` makes its order unique."""
        fields = _SALE.format(order=f"FKX{number:07}", day=self.day).split(";")
        for column, value in self.changes.items():
            fields[_COLUMNS[column]] = value
        return ";".join(fields[: self.keep]) + self.extra


BAD_ROWS = (
    BadRow("penjualan_2026-02", "27/02/2026", {"day": "30/02/2026"}),  # no such day
    BadRow("penjualan_2026-03", "11/03/2026", {"net": "12O.000,00"}),  # a letter O
    BadRow("penjualan_2026-04", "15/04/2026", {"product": ""}),  # no product
    BadRow("penjualan_2026-06", "03/06/2026", extra=";dikirim terpisah"),  # one field too many
    BadRow("penjualan_2026-07", "21/07/2026", {"net": "12.00.00,00"}),  # wrongly grouped
    BadRow("penjualan_2026-08", "05/08/2026", {"kind": "TUKAR"}),  # an unknown kind of document
    BadRow("penjualan_2026-09", "18/09/2026", keep=14),  # fields are missing
)


def spoil(name: str, text: str) -> str:
    """Put the bad rows of file `name` in the middle of its text."""
    for number, row in enumerate(BAD_ROWS, start=1):
        if row.file == name:
            middle = text.index(NEWLINE, len(text) // 2) + len(NEWLINE)
            text = text[:middle] + row.text(number) + NEWLINE + text[middle:]
    return text


def write_truncated(landing: Path) -> None:
    """Write the correction of a month that broke off in the middle of a record."""
    records = (landing / _CUT_FROM).read_bytes().split(NEWLINE.encode())
    whole, last = records[:_CUT_AFTER_RECORDS], records[_CUT_AFTER_RECORDS]
    (landing / BAD_FILE).write_bytes(NEWLINE.encode().join([*whole, last[: len(last) // 2]]))

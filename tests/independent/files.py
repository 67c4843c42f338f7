"""A file of an export -> its records as text: CSV, a sheet of a workbook, JSON lines.

Cells of a workbook become what the ERP would write: 1234,5 and 31/12/2026.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

TITLES = 2  # rows above the header of a sheet


class UnreadableError(ValueError):
    """A record or value that is not what it promises."""


def records(path: Path, delimiter: str, sheet: str) -> Iterator[dict[str, str] | UnreadableError]:
    """Give each record by its headers, or why there is none."""
    if path.suffix == ".xlsx":
        workbook = CalamineWorkbook.from_path(path)
        rows = workbook.get_sheet_by_name(sheet).to_python()[TITLES:]
        yield from _named([_text(cell) for cell in row] for row in rows)
    elif path.suffix == ".jsonl":
        for line in path.read_text("utf-8").splitlines():
            try:
                yield {name: str(value) for name, value in json.loads(line).items()}
            except ValueError as fault:
                yield UnreadableError(str(fault))
    else:
        lines = path.read_bytes().decode("utf-8").splitlines()
        yield from _named(csv.reader(lines, delimiter=delimiter))


def _named(rows: Iterator[list[str]]) -> Iterator[dict[str, str] | UnreadableError]:
    header = next(rows)
    for values in rows:
        if len(values) == len(header):
            yield dict(zip(header, values, strict=True))
        else:
            yield UnreadableError(f"{len(values)} fields, not {len(header)}")


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y %H:%M")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, float):
        return str(int(cell) if cell.is_integer() else cell).replace(".", ",")
    return str(cell)

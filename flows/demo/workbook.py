"""Write Excel workbooks that are the same, byte by byte, wherever they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo


@dataclass(frozen=True)
class Sheet:
    """Titles, one a row, then the header, then the rows: text, numbers, dates and times."""

    name: str
    titles: Sequence[str]
    header: Sequence[str]
    rows: Sequence[tuple[Any, ...]]


def write_workbook(path: Path, created: datetime, sheets: Iterable[Sheet]) -> None:
    """Write the sheets into a workbook that says it was made at `created`."""
    import xlsxwriter

    packed = BytesIO()
    # Text is text: a name that begins with = is no formula, and an address no link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(packed, options) as workbook:
        workbook.set_properties({"created": created})
        formats: dict[type | None, Any] = {
            date: workbook.add_format({"num_format": "dd/mm/yyyy"}),
            datetime: workbook.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}),
        }
        bold = workbook.add_format({"bold": True})
        for sheet in sheets:
            page = workbook.add_worksheet(sheet.name)
            page.write_column(0, 0, sheet.titles, bold)
            above = len(sheet.titles)
            page.write_row(above, 0, sheet.header, bold)
            for number, values in enumerate(zip(*sheet.rows, strict=True)):
                kind = next((type(value) for value in values if value is not None), None)
                page.write_column(above + 1, number, values, formats.get(kind))
    _store(packed, path)


def _store(packed: BytesIO, path: Path) -> None:
    """Write the parts without compression: compressed bytes differ between versions of zlib."""
    with ZipFile(packed) as parts, ZipFile(path, "w") as workbook:
        for name in parts.namelist():
            part = ZipInfo(name)
            part.compress_type = ZIP_STORED
            part.create_system = 0
            workbook.writestr(part, parts.read(name))

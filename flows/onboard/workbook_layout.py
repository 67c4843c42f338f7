"""Find where the table of each sheet of a workbook begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from ..ingest.faults import FileFault
from ..ingest.workbook_kinds import workbook_kind
from ..ingest.workbook_survey import survey_sheet
from .footers import Footer, find_sheet_footer
from .kinds import can_name, find_heading

_ROWS = 300
_Area = tuple[tuple[int, int], tuple[int, int]]
_Layout = tuple[
    dict[str, Any], tuple[str, ...] | None, dict[str, str], tuple[str, ...], Footer | None
]
_SheetLayout = tuple[str, *_Layout]


def sheet_layouts(workbook: Path, folder: Path) -> Iterator[_SheetLayout]:
    """Give for each sheet with cells: name, format, titles, typed columns, doubts, footer.

    `folder` is for what is needed only meanwhile.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with workbook.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            kinds = [str(sheet.typ) for sheet in book.sheets_metadata]
            names = [
                name
                for name, kind in zip(book.sheet_names, kinds, strict=True)
                if kind.endswith("WorkSheet")
            ]
            several = len(book.sheet_names) > 1
            kind = workbook_kind(workbook)
            tables = []
            for name in names:
                sheet = book.get_sheet_by_name(name)
                merged = sheet.merged_cell_ranges
                if merged is None:
                    position = book.sheet_names.index(name)
                    merged = survey_sheet(workbook, kind, name, position, folder).merged
                tables.append((name, sheet.to_python(skip_empty_area=False), merged))
    except (CalamineError, OSError, ValueError) as error:
        raise FileFault(f"can't be read as an Excel workbook: {error}") from error
    filled = [table for table in tables if any(any(map(_text, row)) for row in table[1])]
    if not filled:
        raise FileFault("is a workbook without any value")
    for name, rows, merged in filled:
        yield (name if several else "", *_layout(rows, merged, name if several else None))


def _layout(rows: list[list[Any]], merged: Sequence[_Area], sheet: str | None) -> _Layout:
    footer = find_sheet_footer([[_text(cell) for cell in row] for row in rows[-_ROWS:]])
    rows = rows[: -footer.rows] if footer else rows
    near = rows[:_ROWS]
    used = [
        column
        for column in range(max(map(len, rows)))
        if any(column < len(row) and _text(row[column]) for row in rows)
    ]
    texts = [[_text(row[column]) if column < len(row) else "" for column in used] for row in near]
    heading = find_heading(texts, len(used))
    skipped, header = heading.index, heading.is_header
    titles: tuple[str, ...] | None = None
    doubts = []
    first = texts[skipped] if skipped < len(texts) else []
    if not heading.is_sure:
        word = "names the columns" if header else "is data, and no header"
        doubts.append(f"it seems that the first row of the table {word}")
    # The reader leaves out the columns without any value from there on.
    kept = [at for at, column in enumerate(used) if _is_used(rows[skipped:], column)]
    if header and not can_name(first[at] for at in kept):
        doubts.append("the header has a name twice: the columns are read by their number")
        skipped, header = skipped + 1, False
        kept = [at for at, column in enumerate(used) if _is_used(rows[skipped:], column)]
        titles = tuple(first[at].strip() for at in kept)
    elif not header:
        titles = ()
    names = [
        first[at].strip() if header and first[at].strip() else f"column_{number}"
        for number, at in enumerate(kept, 1)
    ]
    body = rows[skipped + header :]
    if is_merged := _has_merged_records(merged, skipped + header, len(rows)):
        doubts.append("merged cells in the records: each row is given their value")
    typed = {
        name: kind
        for name, at in zip(names, kept, strict=True)
        if (kind := _type([row[used[at]] for row in body if used[at] < len(row)]))
    }
    keys: dict[str, Any] = {"type": "excel"}
    keys |= {"sheet": sheet} if sheet is not None else {}
    keys |= {} if header else {"header": False}
    keys |= {"skip_rows": skipped} if skipped else {}
    keys |= {"merged_cells": "fill"} if is_merged else {}
    return keys, titles, typed, tuple(doubts), footer


def _has_merged_records(merged: Sequence[_Area], first: int, end: int) -> bool:
    """Tell whether merged cells reach over several of the rows from `first` up to `end`."""
    return any(first <= top < min(bottom, end - 1) for (top, _), (bottom, _) in merged)


def _is_used(rows: list[list[Any]], column: int) -> bool:
    return any(column < len(row) and _text(row[column]) for row in rows)


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell) if cell is not None else ""


def _type(cells: list[Any]) -> str | None:
    """Give the type that all cells of a column have; None for text, or for several."""
    kinds = set()
    for cell in cells:
        if cell in ("", None):
            continue
        if isinstance(cell, bool):
            kinds.add("boolean")
        elif isinstance(cell, int | float):
            kinds.add("number")
        elif isinstance(cell, datetime):
            kinds.add("date" if cell.time() == time() else "time")
        elif isinstance(cell, date):
            kinds.add("date")
        else:
            return None
    if kinds == {"date", "time"}:
        return "time"
    return kinds.pop() if len(kinds) == 1 else None

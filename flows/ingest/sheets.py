"""Take the records of a workbook: choose the sheet, find its header and its footer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from .cells import named
from .faults import FileFault
from .footer import MOST_LINES, always_filled, footer_expression, looks_like_record
from .formats import ExcelFormat
from .packing import check_zip
from .sheet_survey import SheetSurvey
from .workbook_kinds import ENCRYPTED, workbook_kind
from .workbook_survey import MOST_CELLS, survey_sheet, survey_workbook

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Cell = str | float | int | bool | date | datetime | time | timedelta
"""What a cell holds; "" is an empty one, and an error is its text, like #N/A."""

HEADER_WITHIN = 50
"""Among how many rows a header is looked for by a text."""

_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+(?:[.]\d+)?)S")


@dataclass(frozen=True)
class Sheet:
    """The records of a sheet, column by column; rows without any value are none."""

    header: tuple[str, ...]
    columns: tuple[Sequence[Cell], ...]
    height: int


def read_sheet(workbook: Path, layout: ExcelFormat, folder: Path) -> Sheet:
    """Read the sheet that `layout` tells, and remove the file.

    Raises FileFault where that can't be done.
    """
    from python_calamine import CalamineError, PasswordError, load_workbook

    kind = workbook_kind(workbook)
    # By its name alone the reader of workbooks knows an encrypted one.
    workbook = workbook.rename(workbook.with_suffix(f".{kind}"))
    if kind != "xls":
        check_zip(workbook)
    survey_workbook(workbook, kind)
    try:
        with load_workbook(workbook) as opened:
            name = _choose(opened, layout.sheet)
            position = opened.sheet_names.index(name)
            survey = survey_sheet(workbook, kind, name, position, folder)
            records = _records(opened.get_sheet_by_name(name), survey, layout)
            return _with_durations(records) if kind == "ods" else records
    except PasswordError as error:
        raise FileFault(ENCRYPTED) from error
    except (CalamineError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # The disk fails, not the export.
        raise FileFault(f"can't be read as a workbook: {error}") from error
    except BaseException as error:
        # Its type can't be imported: it is no Exception, and would end the whole night.
        if type(error).__name__ != "PanicException":
            raise
        raise FileFault(f"can't be read as a workbook: it is damaged ({error})") from error
    finally:
        workbook.unlink()


def _choose(workbook: CalamineWorkbook, wanted: str | None) -> str:
    """Give the name of the sheet that is meant; a hidden one only by its full name."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    shown = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    hidden = [sheet.name for sheet in sheets if sheet.name not in shown]
    there_are = ", ".join([*shown, *(f"{name} (hidden)" for name in hidden)]) or "none"
    if not sheets:
        raise FileFault("can't be read as a workbook: it has no sheets")
    if wanted is None:
        if len(shown) == 1:
            return shown[0]
        raise FileFault(f"has the sheets {there_are}, and the source does not say which")
    if wanted in hidden:
        return wanted
    expression = _expression(wanted)
    matching = [name for name in shown if expression.fullmatch(name)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise FileFault(f'has the sheets {", ".join(matching)}, and all match "{wanted}"')
    raise FileFault(f'has no sheet "{wanted}", but: {there_are}')


def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def _records(sheet: CalamineSheet, survey: SheetSurvey, layout: ExcelFormat) -> Sheet:
    rows: list[list[Cell]] = list(sheet.to_python(skip_empty_area=False))
    _put_errors(rows, survey)
    first = _first_record(rows, layout)
    header = [_text(cell) for cell in rows[first - 1]] if layout.header else []
    filled = [number for number in range(first, len(rows)) if _is_filled(rows[number])]
    if layout.footer is not None:
        filled = filled[: _footer(rows, filled, layout.footer)]
    if layout.merged_cells == "fill":
        merged = survey.merged if sheet.merged_cell_ranges is None else sheet.merged_cell_ranges
        _fill_merged(rows, first, merged)
    columns: list[Sequence[Cell]] = list(zip(*(rows[number] for number in filled), strict=True))
    if not columns:
        if not layout.header:
            raise _nothing(layout, "records")
        columns = [()] * len(header)
    kept = [
        position
        for position, cells in enumerate(columns)
        # Without names a column is known by its place: then an empty one keeps it.
        if not layout.header or header[position] or any(cell != "" for cell in cells)
    ]
    names = named(header or [""] * len(columns))
    return Sheet(
        tuple(names[position] for position in kept),
        tuple(columns[position] for position in kept),
        len(filled),
    )


def _with_durations(sheet: Sheet) -> Sheet:
    """Make durations of the texts that stand for them in OpenDocument: PT30H05M00S."""
    columns = tuple(
        [_duration(cell) for cell in cells]
        if any(isinstance(cell, str) and cell.startswith("PT") for cell in cells)
        else cells
        for cells in sheet.columns
    )
    return replace(sheet, columns=columns)


def _duration(cell: Cell) -> Cell:
    found = _DURATION.fullmatch(cell) if isinstance(cell, str) else None
    if not found:
        return cell
    return timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=float(found[3]))


def _put_errors(rows: list[list[Cell]], survey: SheetSurvey) -> None:
    """Put the text of an error where the reader of workbooks has left the cell empty."""
    if not survey.errors:
        return
    height = max(row for row, _ in survey.errors) + 1
    width = max(column for _, column in survey.errors) + 1
    width = max(width, max((len(row) for row in rows), default=0))
    rows.extend([] for _ in range(height - len(rows)))
    for row in rows:
        row.extend([""] * (width - len(row)))
    for (row_number, column), error in survey.errors.items():
        rows[row_number][column] = error


def _first_record(rows: list[list[Cell]], layout: ExcelFormat) -> int:
    """Give the row of the first record: the one behind the header if there is one."""
    start = layout.skip_rows
    if not layout.header:
        return start
    if layout.header_cell is not None:
        wanted = _normal(layout.header_cell)
        for number in range(start, min(start + HEADER_WITHIN, len(rows))):
            if any(_text(cell) == wanted for cell in rows[number]):
                return number + 1
        raise FileFault(
            f"has no header: none of the {HEADER_WITHIN} rows from row {start + 1} has a cell"
            f' "{layout.header_cell}"'
        )
    for number in range(start, len(rows)):
        if _is_filled(rows[number]):
            return number + 1
    raise _nothing(layout, "header")


def _nothing(layout: ExcelFormat, what: str) -> FileFault:
    where = f" after {layout.skip_rows} skipped rows" if layout.skip_rows else ""
    return FileFault(f"has no {what}{where}")


def _footer(rows: list[list[Cell]], filled: list[int], pattern: str) -> int:
    """Give how many of the filled rows stand before the footer, which the first like it begins."""
    expression = re.compile(footer_expression(pattern))
    starts = [
        position
        for position, number in enumerate(filled)
        if expression.fullmatch(_text(next(cell for cell in rows[number] if cell != "")))
    ]
    if not starts:
        raise FileFault(f"is cut off: it has no footer, a row like {pattern} behind its records")
    start = starts[0]
    is_like_it = f"row {filled[start] + 1} is like the footer, {pattern}, but"
    if len(filled) - start > MOST_LINES:
        raise FileFault(f"{is_like_it} more than {MOST_LINES - 1} rows follow it")
    needed = always_filled([rows[number] for number in filled[:start]])
    is_first_record = looks_like_record(rows[filled[start]], needed)
    for position in range(start + 1, len(filled)):
        number = filled[position]
        is_record = looks_like_record(rows[number], needed)
        if position not in starts and is_record:
            raise FileFault(f"{is_like_it} row {number + 1} behind it looks like a record")
        if position in starts and is_first_record and not is_record:
            raise FileFault(
                f"{is_like_it} looks like a record, and row {number + 1} is like the footer too:"
                " write more of the footer's row in the source"
            )
    return start


def _fill_merged(
    rows: list[list[Cell]],
    first: int,
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    """Give each row that a merged area reaches over the value of its first row."""
    room = MOST_CELLS
    for (top, left), (bottom, _) in merged:
        bottom = min(bottom, len(rows) - 1)
        room -= max(bottom - top, 0)
        if room < 0:
            raise FileFault("has merged areas that lie one over the other")
        if top < first:
            continue  # A part of the header, or of what stands before.
        for number in range(top + 1, bottom + 1):
            if left < len(rows[number]) and _is_filled(rows[number]):
                rows[number][left] = rows[top][left]


def _is_filled(row: Sequence[Cell]) -> bool:
    return any(cell != "" for cell in row)


def _text(cell: Cell) -> str:
    """Give a text that stands in a header or before a footer on one line."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return _normal(str(cell))


def _normal(text: str) -> str:
    return " ".join(text.split())

"""Read a sheet of an Excel workbook: typed cells become text as the source's locale writes it.

So numbers that are numbers and numbers that were typed in as text are read by one rule. A number
has the fifteen digits that Excel keeps; a date has a time of day where its column has one.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow

from . import sql
from .archive import unpack_binary
from .cells import check_header, named, null_texts, typed_cells
from .faults import FileFault
from .formats import ExcelFormat
from .locales import Locale
from .parsing import Parser
from .sources import Export

if TYPE_CHECKING:
    import pandas as pd

_EXACT_DIGITS = 15


def read_excel(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    layout: ExcelFormat,
    parser: Parser,
    archived: Path,
    folder: Path,
) -> tuple[str, ...]:
    """Make `niaga.raw_<part>` and `niaga.malformed_<part>`, and give the names of the columns.

    Raises FileFault when the file as a whole can't be read.
    """
    workbook = folder / f"{part}.xlsx"
    unpack_binary(archived, workbook, export.member_pattern, is_workbook=True)
    sheet = _read_sheet(workbook, layout.sheet, part).iloc[layout.skip_rows :]
    workbook.unlink()
    is_filled = sheet.notna()
    sheet = sheet.loc[is_filled.any(axis="columns"), is_filled.any(axis="index")]
    if sheet.empty:
        where = f" after {layout.skip_rows} skipped rows" if layout.skip_rows else ""
        raise FileFault(f"has no {'header' if layout.header else 'records'}{where}", part)
    header = _header(sheet, layout)
    check_header(header, part)
    records = sheet.iloc[int(layout.header) :]
    texts = pyarrow.table(
        {
            name: pyarrow.array(
                _as_texts(
                    records.iloc[:, position],
                    export.locale_of(name, parser.locale),
                    has_time=export.column_types.get(name) == "timestamp",
                ),
                pyarrow.string(),
            )
            for position, name in enumerate(header)
        }
    )
    connection.register("_sheet", texts)
    cells = ", ".join(
        f"CASE WHEN {sql.name(name)} NOT IN ({null_texts(parser)}) THEN {sql.name(name)} END"
        f" AS {sql.name(name)}"
        for name in header
    )
    connection.execute(
        f"CREATE TABLE niaga.raw_{part} AS WITH cell AS (SELECT {cells} FROM _sheet)"
        f" SELECT *{typed_cells(export, parser, header, part)} FROM cell"
    )
    connection.unregister("_sheet")
    connection.execute(
        f"CREATE TABLE niaga.malformed_{part}"
        " (row_number BIGINT, position BIGINT, line_text VARCHAR, reason VARCHAR)"
    )
    return header


def _read_sheet(workbook: Path, name: str | None, part: str) -> pd.DataFrame:
    """Give all cells of a sheet as Python objects, empty ones as missing."""
    import pandas as pd
    from python_calamine import CalamineError

    try:
        with pd.ExcelFile(workbook, engine="calamine") as file:
            names = [str(known) for known in file.sheet_names]
            if not names:
                raise FileFault("can't be read as an Excel workbook: it has no sheets", part)
            if name is None and len(names) > 1:
                raise FileFault(
                    f"has the sheets {', '.join(names)}, and the source does not say which", part
                )
            if name is not None and name not in names:
                raise FileFault(f'has no sheet "{name}", but: {", ".join(names)}', part)
            return file.parse(
                name or names[0], header=None, dtype=object, na_values=[""], keep_default_na=False
            )
    except CalamineError as error:
        raise FileFault(f"can't be read as an Excel workbook: {error}", part) from error


def _header(sheet: pd.DataFrame, layout: ExcelFormat) -> tuple[str, ...]:
    if not layout.header:
        return tuple(f"column_{number}" for number in range(1, sheet.shape[1] + 1))
    first = sheet.iloc[0]
    return named(
        "" if is_empty else str(cell) for cell, is_empty in zip(first, first.isna(), strict=True)
    )


def _as_texts(cells: pd.Series[Any], locale: Locale, *, has_time: bool) -> pd.Series[Any]:
    """Write the cells of a column as text; `has_time` where the source says that dates have one."""
    filled = cells[cells.notna()]
    moments = filled[filled.map(lambda cell: isinstance(cell, (date, datetime)))]
    has_time = has_time or bool(moments.map(_has_time_of_day).any())
    form = locale.timestamp if has_time else locale.date
    return filled.map(lambda cell: _as_text(cell, locale, form)).reindex(
        cells.index, fill_value=None
    )


def _has_time_of_day(moment: date | datetime) -> bool:
    return isinstance(moment, datetime) and moment.time() != time()


def _as_text(cell: object, locale: Locale, date_form: str) -> str:
    if isinstance(cell, bool):
        return (locale.true if cell else locale.false)[0]
    if isinstance(cell, float):
        exact = Decimal(f"{cell:.{_EXACT_DIGITS}g}")
        return locale.signed(f"{exact:f}".replace(".", locale.decimal))
    if isinstance(cell, int):
        return locale.signed(str(cell))
    if isinstance(cell, (date, datetime)):
        return cell.strftime(date_form)
    return str(cell)

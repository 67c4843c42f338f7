"""Read the records of a workbook: typed cells become text as the source's locale writes it.

So numbers that are numbers and numbers that were typed in as text are read by one rule. A number
has the fifteen digits that Excel keeps; a date has a time of day where its column has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow

from . import sql
from .archive import unpack_binary
from .cells import check_header, float_text, typed_cells, unless_null
from .faults import FileFault
from .formats import ExcelFormat
from .locales import Locale
from .parsing import Parser
from .sheet_survey import ERRORS, NEVER_CALCULATED
from .sheets import Cell, Sheet, read_sheet
from .sources import Export

_EXACT_DIGITS = 15
_FIRST_SURE_DAY = "TIMESTAMP '1900-03-01'"


@dataclass(frozen=True)
class _Column:
    """A column of a sheet; its cells are in up to three columns of a table, by their kinds."""

    name: str
    text: str | None
    number: str | None
    moment: str | None


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
    workbook = folder / f"{part}.workbook"
    unpack_binary(archived, workbook, export.member_pattern, is_workbook=True)
    sheet = read_sheet(workbook, layout, folder)
    check_header(sheet.header, part)
    table, columns = _by_kind(sheet, export, parser)
    connection.register("_sheet", table)
    cells = ", ".join(
        f"{_as_text(connection, export, parser, column)} AS {sql.name(column.name)}"
        for column in columns
    )
    reasons = ", ".join(_problem(parser, column) for column in columns)
    connection.execute(
        f"CREATE TABLE niaga.cell_{part} AS"
        f" SELECT _ordinal, coalesce({reasons}) AS _reason, {cells} FROM _sheet"
    )
    connection.unregister("_sheet")
    names = ", ".join(map(sql.name, sheet.header))
    fields = ", ".join(f"{sql.text(name)}, {sql.name(name)}" for name in sheet.header)
    connection.execute(
        f"CREATE TABLE niaga.malformed_{part} AS SELECT _ordinal AS row_number,"
        f" _ordinal AS position, CAST(json_object({fields}) AS VARCHAR) AS line_text,"
        f" _reason AS reason FROM niaga.cell_{part} WHERE _reason IS NOT NULL"
    )
    connection.execute(
        f"CREATE TABLE niaga.raw_{part} AS"
        f" WITH cell AS (SELECT {names} FROM niaga.cell_{part} WHERE _reason IS NULL"
        f" ORDER BY _ordinal) SELECT *{typed_cells(export, parser, sheet.header, part)} FROM cell"
    )
    connection.execute(f"DROP TABLE niaga.cell_{part}")
    return sheet.header


def _by_kind(
    sheet: Sheet, export: Export, parser: Parser
) -> tuple[pyarrow.Table, tuple[_Column, ...]]:
    """Make a table of the cells, in which numbers and moments are apart from texts."""
    arrays: dict[str, Any] = {
        "_ordinal": pyarrow.array(range(1, sheet.height + 1), pyarrow.int64())
    }
    columns = []
    for position, (name, cells) in enumerate(zip(sheet.header, sheet.columns, strict=True)):
        kinds = set(map(type, cells))
        text, number, moment = (f"{kind}_{position}" for kind in ("text", "number", "moment"))
        if kinds & {float, int}:
            numbers = [cell if type(cell) in (float, int) else None for cell in cells]
            arrays[number] = pyarrow.array(numbers, pyarrow.float64())
        if kinds & {date, datetime}:
            arrays[moment] = pyarrow.array(map(_moment, cells), pyarrow.timestamp("us"))
        if kinds - {float, int, date, datetime}:
            texts = _texts(cells, kinds, export.locale_of(name, parser.locale))
            arrays[text] = pyarrow.array(texts, pyarrow.string())
        there = [kind if kind in arrays else None for kind in (text, number, moment)]
        columns.append(_Column(name, *there))
    return pyarrow.table(arrays), tuple(columns)


def _moment(cell: Cell) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    return datetime.combine(cell, time()) if isinstance(cell, date) else None


def _texts(cells: Sequence[Cell], kinds: set[type], locale: Locale) -> list[str | None]:
    """Give the texts of a column, and what else is neither a number nor a moment as one."""
    if kinds == {str}:
        return list(cells)  # type: ignore[arg-type]

    def text(cell: Cell) -> str | None:
        if isinstance(cell, str):
            return cell
        if isinstance(cell, bool):
            return (locale.true if cell else locale.false)[0]
        if isinstance(cell, time):
            cell = datetime.combine(date.min, cell) - datetime.min  # noqa: DTZ901
        return _clock(cell) if isinstance(cell, timedelta) else None

    return [text(cell) for cell in cells]


def _clock(span: timedelta) -> str:
    """Write a time of day, or a span of more hours than a day has."""
    minutes, seconds = divmod(span, timedelta(minutes=1))
    fraction = f".{seconds.microseconds:06}".rstrip("0") if seconds.microseconds else ""
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds.seconds:02}{fraction}"


def _as_text(
    connection: duckdb.DuckDBPyConnection, export: Export, parser: Parser, column: _Column
) -> str:
    """Give the text of a column as the source's locale writes it, NULL where it means no value."""
    parser = parser.of(export, column.name)
    texts = []
    if column.number:
        number = float_text(column.number, _EXACT_DIGITS, 10**_EXACT_DIGITS)
        texts.append(parser.signed(f"replace({number}, '.', {sql.text(parser.locale.decimal)})"))
    if column.moment:
        has_time = export.column_types.get(column.name) == "timestamp" or _has_time(
            connection, column.moment
        )
        if has_time and parser.states_zone:
            raise FileFault(
                f'the column "{column.name}" has times without a zone, and the source\'s locale'
                " says that they state one"
            )
        form = parser.locale.timestamp if has_time else parser.locale.date
        texts.append(f"strftime({column.moment}, {sql.text(form)})")
    if column.text:
        texts.append(column.text)
    text = f"coalesce({', '.join([*texts, 'CAST(NULL AS VARCHAR)'])})"
    return unless_null(text, parser)


def _has_time(connection: duckdb.DuckDBPyConnection, moment: str) -> bool:
    found = connection.execute(
        f"SELECT coalesce(bool_or({moment} <> date_trunc('day', {moment})), false) FROM _sheet"
    )
    return bool(found.fetchall()[0][0])


def _problem(parser: Parser, column: _Column) -> str:
    """Say, as SQL, which cell of a column can't be trusted; NULL for all others."""
    problems = []
    where = f' in the column "{column.name}"'
    if column.text:
        known = sql.texts(error for error in ERRORS if error not in parser.locale.null)
        problems.append(
            f"WHEN {column.text} = {sql.text(NEVER_CALCULATED)} THEN"
            + sql.text(
                f"has a formula{where} that was never calculated: open the file in Excel or"
                " LibreOffice and save it anew"
            )
        )
        problems.append(
            f"WHEN {column.text} IN ({known}) THEN"
            f" concat('has the error ', {column.text}, {sql.text(where)})"
        )
    if column.number:
        problem = (
            f"has a number of more than {_EXACT_DIGITS} digits{where}, which workbooks don't keep:"
            " it should be written as text"
        )
        problems.append(f"WHEN abs({column.number}) >= 1e{_EXACT_DIGITS} THEN {sql.text(problem)}")
    if column.moment:
        problem = f"has a date before 1900-03-01{where}: the kinds of workbooks differ there"
        problems.append(f"WHEN {column.moment} < {_FIRST_SURE_DAY} THEN {sql.text(problem)}")
    return f"CASE {' '.join(problems)} END" if problems else "NULL"

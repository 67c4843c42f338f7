"""Read a Parquet file: typed values become text as the source's locale writes it.

Whole numbers and decimals are exact. A float has the digits that its kind keeps: one that states
more is rounded to them below a thousand million, so that six decimals are right, and holds its
record back above. Times with a zone are those of the source's clock.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ..disk import is_full
from . import sql
from .archive import unpack_binary
from .cells import check_header, float_text, named, typed_cells, unless_null
from .faults import FileFault
from .json_records import has_long_decimal
from .parsing import Parser
from .sources import Export

if TYPE_CHECKING:
    import pyarrow.parquet

_EXACT_DIGITS = {"FLOAT": 6, "DOUBLE": 15}
_EXACT_WHOLE = {"FLOAT": 1 << 24, "DOUBLE": 1 << 53}
_ROUNDED_BELOW = 10**9
_MOST_DECIMAL_DIGITS = 38
_ZONED = "TIMESTAMP WITH TIME ZONE"


@dataclass(frozen=True)
class _Column:
    """A column of the file: its name, where it lies in `niaga.parquet_<part>`, and its type."""

    name: str
    cell: str
    type: str

    @property
    def is_nested(self) -> bool:
        return self.type.startswith(("STRUCT(", "MAP(", "UNION(", "VARIANT")) or self.type.endswith(
            "]"
        )

    @property
    def is_moment(self) -> bool:
        return self.type == "DATE" or self.type.startswith("TIMESTAMP")


def read_parquet(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    parser: Parser,
    archived: Path,
    folder: Path,
) -> tuple[str, ...]:
    """Make `niaga.raw_<part>` and `niaga.malformed_<part>`, and give the names of the columns.

    Raises FileFault when the file as a whole can't be read.
    """
    file = folder / f"{part}.parquet"
    unpack_binary(archived, file, export.member_pattern, is_workbook=False)
    columns = _read_values(connection, part, file)
    file.unlink()
    header = tuple(column.name for column in columns)
    _collect_malformed(connection, part, columns)
    cells = ", ".join(
        f"{_as_cell(parser.of(export, column.name), column, has_time=has_time)}"
        f" AS {sql.name(column.name)}"
        for column in columns
        for has_time in [_has_time(connection, part, export, parser, column)]
    )
    connection.execute(
        f"CREATE TABLE niaga.raw_{part} AS WITH cell AS (SELECT {cells}"
        f" FROM niaga.parquet_{part} AS parquet WHERE rowid + 1 NOT IN"
        f" (SELECT row_number FROM niaga.malformed_{part}) ORDER BY rowid)"
        f" SELECT *{typed_cells(export, parser, header, part)} FROM cell"
    )
    connection.execute(f"DROP TABLE niaga.parquet_{part}")
    return header


def _read_values(
    connection: duckdb.DuckDBPyConnection, part: str, file: Path
) -> tuple[_Column, ...]:
    """Make `niaga.parquet_<part>`, the values as they are, and give its columns."""
    import pyarrow
    import pyarrow.parquet

    try:
        # DuckDB renames a column that comes twice; here it has its own name.
        header = named(pyarrow.parquet.read_schema(file).names)
    except (pyarrow.ArrowException, OSError) as error:
        raise FileFault(f"can't be read as a Parquet file: {error}", part) from error
    if not header:
        raise FileFault("has no columns", part)
    check_header(header, part)
    _check_decimals(pyarrow.parquet.read_metadata(file).schema, part)
    cells = [f"cell_{number}" for number in range(1, len(header) + 1)]
    try:
        connection.execute(
            f"CREATE TABLE niaga.parquet_{part} AS SELECT * FROM read_parquet("
            f"{sql.text(str(file))}, hive_partitioning = false) AS parquet ({', '.join(cells)})"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        if is_full(error):
            raise
        problem = str(error).partition("\n")[0].replace(str(file), "the file")
        raise FileFault(f"can't be read as a Parquet file: {problem}", part) from error
    described = connection.execute(f"DESCRIBE niaga.parquet_{part}").fetchall()
    columns = tuple(
        _Column(name, cell, str(described_as[1]))
        for name, cell, described_as in zip(header, cells, described, strict=True)
    )
    for column in columns:
        if "BLOB" in column.type:
            problem = f'the column "{column.name}" is binary: it should be written as text'
            raise FileFault(problem, part)
    return columns


def _check_decimals(schema: pyarrow.parquet.ParquetSchema, part: str) -> None:
    """Raise FileFault for decimals that DuckDB has no type for: it would read other numbers."""
    for position in range(len(schema)):
        column = schema.column(position)
        digits = json.loads(column.logical_type.to_json()).get("precision", 0)
        if digits > _MOST_DECIMAL_DIGITS:
            raise FileFault(
                f'the column "{column.path}" has decimals of {digits} digits: '
                f"{_MOST_DECIMAL_DIGITS} can be read",
                part,
            )


def _collect_malformed(
    connection: duckdb.DuckDBPyConnection, part: str, columns: tuple[_Column, ...]
) -> None:
    """Make `niaga.malformed_<part>`: the records with a number whose digits are not sure."""
    reasons = ["NULL"]
    for column in columns:
        if column.type in _EXACT_DIGITS:
            most = _EXACT_DIGITS[column.type]
            problem = (
                f'has more than {most} digits in "{column.name}", which a float does not keep: '
                "it should be a decimal"
            )
            reasons.append(f"CASE WHEN {_is_unsure(column)} THEN {sql.text(problem)} END")
        elif column.is_nested:
            problem = (
                f'has a number of more than 15 digits in "{column.name}", which JSON does not '
                "keep: it should be written as text"
            )
            is_long = has_long_decimal(f"CAST(to_json({column.cell}) AS VARCHAR)")
            reasons.append(f"CASE WHEN {is_long} THEN {sql.text(problem)} END")
    named_cells = ", ".join(f"{sql.text(column.name)}, {column.cell}" for column in columns)
    connection.execute(
        f"""
        CREATE TABLE niaga.malformed_{part} AS
        SELECT
            rowid + 1 AS row_number,
            rowid + 1 AS position,
            CAST(json_object({named_cells}) AS VARCHAR) AS line_text,
            coalesce({", ".join(reasons)}) AS reason
        FROM niaga.parquet_{part}
        WHERE coalesce({", ".join(reasons)}) IS NOT NULL
        """
    )


def _is_unsure(column: _Column) -> str:
    cell = column.cell
    digits = (
        f"length(regexp_replace(regexp_replace(CAST({cell} AS VARCHAR), 'e.*$|[.]0$|[-.]', '',"
        " 'g'), '^0+|0+$', '', 'g'))"
    )
    is_whole = f"{cell} = trunc({cell}) AND abs({cell}) < {_EXACT_WHOLE[column.type]}"
    is_unsure = f"isfinite({cell}) AND NOT ({is_whole}) AND {digits} > {_EXACT_DIGITS[column.type]}"
    if column.type == "FLOAT":
        # Six digits are too few to take the rest for noise.
        return is_unsure
    return f"{is_unsure} AND abs({cell}) >= {_ROUNDED_BELOW}"


def _as_cell(parser: Parser, column: _Column, *, has_time: bool) -> str:
    """Give the text of a column as the source's locale writes it, NULL where it means no value."""
    locale, cell = parser.locale, column.cell
    text = f"CAST({cell} AS VARCHAR)"
    if column.type == "BOOLEAN":
        text = (
            f"CASE WHEN {cell} THEN {sql.text(locale.true[0])}"
            f" WHEN NOT {cell} THEN {sql.text(locale.false[0])} END"
        )
    elif column.type in _EXACT_DIGITS or column.type.startswith("DECIMAL"):
        if column.type in _EXACT_DIGITS:
            text = float_text(cell, _EXACT_DIGITS[column.type], _EXACT_WHOLE[column.type])
        text = parser.signed(f"replace({text}, '.', {sql.text(locale.decimal)})")
    elif column.type.endswith(("INT", "INTEGER")):
        text = parser.signed(text)
    elif column.is_moment:
        text = _moment(parser, column, has_time=has_time)
    elif column.is_nested:
        text = f"CASE WHEN {cell} IS NOT NULL THEN CAST(to_json({cell}) AS VARCHAR) END"
    return unless_null(text, parser)


def _has_time(
    connection: duckdb.DuckDBPyConnection,
    part: str,
    export: Export,
    parser: Parser,
    column: _Column,
) -> bool:
    """Tell whether a column has a time of day: its type in the source or one of its values says."""
    if export.column_types.get(column.name) == "timestamp":
        return True
    if not column.is_moment or column.type == "DATE":
        return False
    local = _local(parser, column)
    found = connection.execute(
        f"SELECT coalesce(bool_or({local} <> date_trunc('day', {local})), false)"
        f" FROM niaga.parquet_{part}"
    )
    return bool(found.fetchall()[0][0])


def _moment(parser: Parser, column: _Column, *, has_time: bool) -> str:
    """Write days, or times."""
    local = _local(parser, column)
    if not has_time:
        return f"strftime({local}, {sql.text(parser.locale.date)})"
    if not parser.states_zone:
        return f"strftime({local}, {sql.text(parser.locale.timestamp)})"
    if column.type != _ZONED:
        raise FileFault(
            f'the column "{column.name}" has times without a zone, and the source\'s locale says '
            "that they state one"
        )
    return f"strftime(timezone('UTC', {column.cell}), {sql.text(parser.locale.timestamp)})"


def _local(parser: Parser, column: _Column) -> str:
    """Give the moments of a column as the source's clock shows them."""
    if column.type != _ZONED:
        return column.cell
    return f"timezone({sql.text(parser.zone)}, {column.cell})"

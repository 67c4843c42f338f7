"""Compare a file of corrected records with what is held: refuse what does not fit, find changes.

The connection has the tables `corrected` (see `correction_file`) and `held` (see `quarantine`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ..errors import UsageError
from . import sql
from .correction_file import PLACE, cell, fingerprint

_SHOWN = 5
_JOINED = (
    "corrected LEFT JOIN held ON held.export_id = corrected._export_id"
    " AND held.row_number = try_cast(corrected._row_number AS BIGINT)"
)


@dataclass(frozen=True)
class ChangedColumn:
    """How many cells of a column differ from the export, and the first of them, before and now."""

    column: str
    cells: int
    was: str | None
    now: str | None


def forget_exports(connection: duckdb.DuckDBPyConnection, export_ids: Iterable[str]) -> int:
    """Leave out the exports that have taken the file before; give how many there are in it."""
    known = f"_export_id IN (SELECT unnest([{sql.texts(export_ids)}]::VARCHAR[]))"
    found = connection.execute(
        f"SELECT count(DISTINCT _export_id) FROM corrected WHERE {known}"
    ).fetchall()[0][0]
    connection.execute(f"DELETE FROM corrected WHERE {known}")
    return int(found)


def check_records(
    connection: duckdb.DuckDBPyConnection,
    file_name: str,
    source: str,
    columns: Sequence[str] | None,
) -> None:
    """Raise UsageError when a record is not held, is another one now, or has other columns.

    `columns` are those of the file; None where its values do not matter.
    """
    problems = {
        "held.row_number IS NULL": f"is not held in the quarantine of {source}",
        "count(*) OVER (PARTITION BY corrected._export_id, held.row_number) > 1": "stands twice",
        f"corrected._record IS DISTINCT FROM {fingerprint('held.raw')}":
            "is held with other values than when the file was written",
    }  # fmt: skip
    if columns is not None:
        _check_columns(connection, file_name, columns)
        for name in columns:
            # A file may have records of several exports, which need not have the same columns.
            is_foreign = f"NOT list_contains(held.columns, {sql.text(name)})"
            problems[f"{is_foreign} AND corrected.{sql.name(name)} IS NOT NULL"] = (
                f'has a value in the column "{name}", which its export does not have'
            )
    cases = " ".join(
        f"WHEN {condition} THEN {sql.text(problem)}" for condition, problem in problems.items()
    )
    wrong = connection.execute(
        "SELECT position, _export_id, _row_number, file_name, problem"
        f" FROM (SELECT corrected.{PLACE} AS position, corrected._export_id,"
        f" corrected._row_number, held.file_name, CASE {cases} END AS problem FROM {_JOINED})"
        " WHERE problem IS NOT NULL ORDER BY position"
    ).fetchmany(_SHOWN)
    if wrong:
        told = "\n".join(
            f"  record {position} (_row_number {row_number} of {name or export_id}): {problem}"
            for position, export_id, row_number, name, problem in wrong
        )
        raise UsageError(
            f"{file_name} does not fit what is held:\n{told}",
            f"nothing was changed: `niaga quarantine export {source}` writes what is held now",
        )


def _check_columns(
    connection: duckdb.DuckDBPyConnection, file_name: str, columns: Sequence[str]
) -> None:
    needed = connection.execute(
        f"SELECT DISTINCT unnest(held.columns) FROM {_JOINED} WHERE held.columns IS NOT NULL"
    ).fetchall()
    if missing := sorted({name for (name,) in needed} - set(columns)):
        raise UsageError(
            f"{file_name} has no column {', '.join(missing)}, which its records have",
            f"nothing was changed: leave the header as it was (it has {', '.join(columns)})",
        )


def find_changes(
    connection: duckdb.DuckDBPyConnection, nulls: str, columns: Sequence[str], *, is_drop: bool
) -> tuple[dict[str, int], tuple[ChangedColumn, ...]]:
    """Make `changed`, and count its records by export, and its changed cells by column.

    `nulls` are the texts that mean no value. A record whose cells are all as they were stays held.
    """
    was = {name: _lines(cell("held.raw", name)) for name in columns}
    given = {name: _lines(f"corrected.{sql.name(name)}") for name in columns}
    becomes = {
        name: f"CASE WHEN {text} NOT IN ({nulls}) THEN {text} END" for name, text in given.items()
    }
    differs = {name: f"({was[name]} IS DISTINCT FROM {becomes[name]})" for name in columns}
    is_changed = "true" if is_drop else " OR ".join(differs.values()) or "false"
    connection.execute(
        "CREATE TABLE changed AS SELECT corrected._export_id AS export_id, held.row_number"
        f" FROM {_JOINED} WHERE {is_changed}"
    )
    records = connection.execute(
        "SELECT export_id, count(*) FROM changed GROUP BY export_id ORDER BY export_id"
    ).fetchall()
    if is_drop or not columns:
        return dict(records), ()
    counts = ", ".join(
        f"count(*) FILTER ({differs[name]}), first([{was[name]}, {becomes[name]}]"
        f" ORDER BY corrected.{PLACE}) FILTER ({differs[name]})"
        for name in columns
    )
    found = connection.execute(f"SELECT {counts} FROM {_JOINED}").fetchall()[0]
    return dict(records), tuple(
        ChangedColumn(name, count, *example)
        for name, count, example in zip(columns, found[::2], found[1::2], strict=True)
        if count
    )


def count_still_held(connection: duckdb.DuckDBPyConnection, paths: Collection[Path]) -> int:
    """Count the changed records that new quarantine files have."""
    if not paths:
        return 0
    files = sql.texts(str(path) for path in paths)
    found = connection.execute(
        "SELECT count(DISTINCT (export_id, row_number)) FROM read_parquet("
        f"[{files}], union_by_name = true) SEMI JOIN changed USING (export_id, row_number)"
    )
    return int(found.fetchall()[0][0])


def _lines(text: str) -> str:
    """Give a text with one kind of line ends: spreadsheets write their own."""
    return f"replace(replace({text}, chr(13) || chr(10), chr(10)), chr(13), chr(10))"

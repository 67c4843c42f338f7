"""Read what is held in quarantine: list it, and write it for correction."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from sqlalchemy import select

from ..errors import UsageError
from ..state import State
from ..state.tables import held as held_table
from ..state.tables import load as load_table
from ..workspace import Workspace
from . import catalogue, sql
from .amendments import current_amendments
from .correction_file import OWN_COLUMNS, write_held
from .trial import find_source

_NO_FAULT = """
SELECT
    NULL::VARCHAR AS export_id, NULL::VARCHAR AS source, NULL::VARCHAR AS file_name,
    NULL::VARCHAR AS feed, NULL::BIGINT AS row_number, NULL::VARCHAR AS column_name,
    NULL::VARCHAR AS value, NULL::VARCHAR AS reason, NULL::VARCHAR AS raw,
    NULL::VARCHAR AS columns
WHERE false
"""


@dataclass(frozen=True)
class HeldFault:
    """One fault of a held record."""

    source: str
    feed: str
    file_name: str
    row_number: int
    column: str | None
    value: str | None
    reason: str


@dataclass(frozen=True)
class Dropped:
    """Records that were dropped by hand, and why."""

    source: str
    file_name: str
    records: int
    reason: str
    dropped_at: datetime
    dropped_by: str


@dataclass(frozen=True)
class Quarantine:
    """What is held of a workspace or one source: counts, the first faults, and what was dropped."""

    records: int
    faults: int
    first_faults: tuple[HeldFault, ...]
    dropped: tuple[Dropped, ...]


def read_quarantine(
    workspace: Workspace, state: State, source: str | None, limit: int
) -> Quarantine:
    """Read what is held now; `limit` is how many faults are given."""
    dropped = _dropped(state, source)
    with open_held(workspace, state, source) as connection:
        records, faults = connection.execute(
            "SELECT count(DISTINCT (source, export_id, row_number)), count(*) FROM fault"
        ).fetchall()[0]
        first = connection.execute(
            "SELECT source, feed, file_name, row_number, column_name, value, reason FROM fault"
            f" ORDER BY source, file_name, row_number, feed, column_name LIMIT {limit}"
        ).fetchall()
    return Quarantine(records, faults, tuple(HeldFault(*row) for row in first), dropped)


def export_held(workspace: Workspace, state: State, name: str, path: Path) -> int:
    """Write the held records of a source as CSV; give their number.

    Raises UsageError when there are none, or the file is there already.
    """
    find_source(workspace, name)
    if path.exists():
        raise UsageError(f"{path} is there already", "name a new file, or move that one away")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", "make it first")
    with open_held(workspace, state, name) as connection:
        found = connection.execute(
            "SELECT columns FROM (SELECT DISTINCT export_id, columns FROM held) ORDER BY export_id"
        ).fetchall()
        if not found:
            raise UsageError(f"no record of {name} is held", "`niaga status` shows what is held")
        if any(names is None for (names,) in found):
            raise UsageError(
                f"an earlier niaga has held records of {name}, and not kept what their columns are",
                f"`niaga ingest --again {name}` reads them again",
            )
        columns = list(dict.fromkeys(name for (names,) in found for name in names))
        if reserved := [name for name in columns if name.lower() in OWN_COLUMNS]:
            raise UsageError(
                f"an export of {name} has a column {reserved[0]}, which is niaga's own name",
                "have the source system rename it, and send the export again",
            )
        return write_held(connection, "held", columns, path)


@contextlib.contextmanager
def open_held(
    workspace: Workspace, state: State, source: str | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database with `fault`, one row for each fault, and `held`, one for each record.

    Raises UsageError when a file of the quarantine is gone.
    """
    query = (
        select(held_table.c.path)
        .join(load_table, load_table.c.load_id == held_table.c.load_id)
        .where(load_table.c.status == "current", held_table.c.rows > 0)
        .order_by(held_table.c.path)
    )
    if source is not None:
        query = query.where(load_table.c.source == source)
    with state.reading() as reading:
        paths = [workspace.root / path for path in reading.execute(query).scalars()]
    if lost := [path for path in paths if not path.exists()]:
        raise UsageError(
            f"{lost[0]} is gone", "`niaga ingest --again SOURCE` writes it anew from the archive"
        )
    found = f" UNION ALL BY NAME SELECT * FROM read_parquet({_list(paths)})" if paths else ""
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        # Where lines could not be read their numbers were written as another type.
        connection.execute(
            "CREATE TABLE fault AS SELECT * REPLACE (CAST(row_number AS BIGINT) AS row_number)"
            f" FROM ({_NO_FAULT}{found})"
        )
        connection.execute(
            """
            CREATE TABLE held AS
            SELECT
                export_id,
                row_number,
                any_value(file_name) AS file_name,
                string_agg(
                    DISTINCT concat_ws(' ', column_name, reason), '; '
                    ORDER BY concat_ws(' ', column_name, reason)
                ) AS reason,
                any_value(raw) AS raw,
                CAST(any_value(columns) AS VARCHAR[]) AS columns
            FROM fault
            GROUP BY export_id, row_number
            """
        )
        yield connection


def _list(paths: list[Path]) -> str:
    return f"[{sql.texts(str(path) for path in paths)}], union_by_name = true"


def _dropped(state: State, source: str | None) -> tuple[Dropped, ...]:
    """List what was dropped and still counts as dropped."""
    found = []
    for (name, part, export_id), changes in current_amendments(state).items():
        if source not in (None, name):
            continue
        export = catalogue.find_export(state, name, part, export_id)
        found += [
            Dropped(
                name,
                export.file_name if export else "",
                change.records,
                change.reason or "",
                change.amended_at,
                change.amended_by,
            )
            for change in changes
            if change.kind == "drop"
        ]
    return tuple(found)

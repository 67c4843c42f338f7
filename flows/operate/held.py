"""What is held back now: whole files, and rows with the reasons for which they were refused."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ..state import tables

if TYPE_CHECKING:
    from pathlib import Path

    from ..state import State
    from ..workspace import Workspace


@dataclass(frozen=True)
class HeldFile:
    """A whole file that is held back."""

    source: str
    file_name: str
    status: str
    reason: str
    landed_at: datetime


@dataclass(frozen=True)
class HeldRows:
    """Rows of one source that are held back for one reason."""

    source: str
    feed: str
    column: str
    reason: str
    rows: int
    example: str


def held_files(workspace: Workspace, state: State) -> tuple[HeldFile, ...]:
    """List the files that are held back now: those that wait for others first, then the latest.

    A rejected file stops counting when a person has taken it out of `rejected/`.
    """
    from ..ingest.rejected import rejected_path

    export = tables.export
    query = (
        sa.select(export)
        .where(export.c.status.in_(("waiting", "rejected")))
        .order_by(export.c.status != "waiting", export.c.landed_at.desc(), export.c.file_name)
    )
    with state.reading() as connection:
        rows = connection.execute(query).all()
    return tuple(
        HeldFile(row.source, row.file_name, row.status, row.reason or "", row.landed_at)
        for row in rows
        if row.status == "waiting" or os.path.lexists(rejected_path(workspace, row.file_name))
    )


def held_rows(workspace: Workspace, state: State) -> list[HeldRows]:
    """Count the rows that are held back now, by source, column and reason."""
    query = (
        sa.select(tables.held.c.path)
        .join(tables.load, tables.load.c.load_id == tables.held.c.load_id)
        .where(tables.load.c.status == "current", tables.held.c.rows > 0)
        .order_by(tables.held.c.path)
    )
    with state.reading() as connection:
        paths = [workspace.root / path for path in connection.execute(query).scalars()]
    return _count_reasons([path for path in paths if path.exists()])


def _count_reasons(paths: list[Path]) -> list[HeldRows]:
    if not paths:
        return []
    import duckdb

    with duckdb.connect() as connection:
        found = connection.execute(
            """
            select
                source, feed, coalesce(column_name, ''), reason,
                count(distinct (export_id, row_number)),
                min_by(
                    file_name || ', row ' || cast(row_number as bigint)
                    || coalesce(': ' || left(value, 40), ''),
                    (file_name, row_number)
                )
            from read_parquet($1, union_by_name = true)
            group by all
            order by 5 desc, 1, 2, 3, 4
            """,
            [[str(path) for path in paths]],
        ).fetchall()
    return [HeldRows(*row) for row in found]

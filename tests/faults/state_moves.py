"""Moves the state of a workspace from its file into a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from niaga.state import State
from niaga.state.tables import lease, metadata
from niaga.workspace import find_workspace


def move_to_postgresql(root: Path, url: str) -> None:
    """Copy all tables but the lease into the empty database at `url`, and use that from now on."""
    copied = [table for table in metadata.sorted_tables if table is not lease]
    with State.open(find_workspace(root)) as state, state.reading() as connection:
        rows = {table: connection.execute(sa.select(table)).mappings().all() for table in copied}
    settings = root / "niaga.yml"
    settings.write_text(f"{settings.read_text()}state: {url}\n")
    for file in root.glob("state.db*"):
        file.unlink()
    with State.open(find_workspace(root)) as state, state.engine.begin() as connection:
        for table, found in rows.items():
            if found:
                connection.execute(table.insert(), [dict(row) for row in found])
            for column in table.primary_key.columns:
                if isinstance(column.type, sa.Integer):
                    # The rows brought their numbers with them: the next one follows the last.
                    sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
                    last = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1)
                    connection.execute(
                        sa.select(sa.func.setval(sequence, last.scalar_subquery(), False))
                    )

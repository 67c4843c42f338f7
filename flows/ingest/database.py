"""Open the database in which an export is read: in memory, and on the disk when that gets short."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ..engine import engine_settings


def open_database(spill: Path) -> duckdb.DuckDBPyConnection:
    """Open it with the empty schema `niaga`; what does not fit into memory goes to `spill`."""
    connection = duckdb.connect(
        config=engine_settings(spill)
        | {
            "autoinstall_known_extensions": False,
            # Else a name in a source's SQL could be a variable of this program.
            "python_enable_replacements": False,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("CREATE SCHEMA niaga")
    return connection

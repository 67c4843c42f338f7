"""Read the published marts with plain queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import UsageError

if TYPE_CHECKING:
    import duckdb

    from ..workspace import Workspace

Row = dict[str, Any]


def open_marts(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    """Open what readers see now; raise UsageError where nothing is published yet."""
    import duckdb

    from ..publish.version import AUDIENCE, DATABASE_NAME

    file = workspace.published / "current" / AUDIENCE / DATABASE_NAME
    if not file.exists():
        raise UsageError("nothing is published yet", "run `niaga nightly`")
    return duckdb.connect(str(file), read_only=True)


def select(marts: duckdb.DuckDBPyConnection, query: str, values: list[Any]) -> list[Row]:
    """Give the rows of a query, each by the names of its columns."""
    cursor = marts.execute(query, values)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

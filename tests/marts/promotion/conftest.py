from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from niaga.progress import Silent
from niaga.refresh import stage
from niaga.refresh.dbt_runner import run_dbt
from niaga.state import State
from niaga.workspace import Workspace, create_workspace

from tests.support.lake import put

Feeds = dict[str, list[dict[str, Any]]]
Row = dict[str, Any]


class Marts:
    """What was built of schema promotion, and what it was built from."""

    def __init__(self, workspace: Workspace) -> None:
        self._connection = duckdb.connect(str(workspace.build_database), read_only=True)

    def close(self) -> None:
        self._connection.close()

    def rows(self, sql: str) -> list[Row]:
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def row(self, table: str, **key: Any) -> Row:
        """The one row that has these values."""
        found = [
            row
            for row in self.rows(f"from promotion.{table}")
            if all(row[name] == value for name, value in key.items())
        ]
        [row] = found
        return row


@contextlib.contextmanager
def built(folder: Path, feeds: Feeds, time_zone: str = "UTC") -> Iterator[Marts]:
    """Build schema promotion, and what it rests on, of a company that has these records."""
    workspace = create_workspace(folder, "Company", "USD", time_zone)
    with State.open(workspace) as state:
        for feed, records in feeds.items():
            put(workspace, state, feed, records)
        stage.register(workspace, state, "run", is_posting=False)
        run_dbt(workspace, "marts", ["+path:models/marts/promotion"], Silent(), is_full=True)
        marts = Marts(workspace)
        yield marts
        marts.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("promotion") / "company"

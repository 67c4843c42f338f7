from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
from niaga.state import State
from niaga.workspace import Workspace, create_workspace

from tests.support.builds import build
from tests.support.lake import put

Feeds = dict[str, list[dict[str, Any]]]
Row = dict[str, Any]


class Marts:
    """The marts of a workspace that was built from hand-made feeds."""

    def __init__(self, workspace: Workspace) -> None:
        self._database = workspace.build_database

    def rows(self, sql: str) -> list[Row]:
        with duckdb.connect(str(self._database), read_only=True) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def row(self, table: str, where: str) -> Row:
        """The only row of a mart where a condition holds."""
        [found] = self.rows(f"select * from customer.{table} where {where}")
        return found


Company = Callable[[Feeds], Marts]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Build a company in Jakarta (seven hours ahead of UTC) from its feeds."""

    def make(feeds: Feeds) -> Marts:
        root = tmp_path_factory.mktemp("company") / "workspace"
        workspace = create_workspace(root, "Company", "USD", "Asia/Jakarta")
        with State.open(workspace) as state:
            for feed, rows in feeds.items():
                put(workspace, state, feed, rows)
            build(workspace, state)
        return Marts(workspace)

    yield make

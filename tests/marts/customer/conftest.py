from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
from niaga.errors import GateStopped
from niaga.progress import Silent
from niaga.refresh.gates import GateReport, check
from niaga.state import State
from niaga.workspace import Workspace, create_workspace

from tests.support.builds import build
from tests.support.lake import put

Feeds = dict[str, list[dict[str, Any]]]
Row = dict[str, Any]


class Marts:
    """The marts of a workspace that was built from hand-made feeds."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def rows(self, sql: str) -> list[Row]:
        database = str(self._workspace.build_database)
        with duckdb.connect(database, read_only=True) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def row(self, table: str, where: str) -> Row:
        """The only row of a mart where a condition holds."""
        [found] = self.rows(f"select * from customer.{table} where {where}")
        return found

    def gate(self) -> GateReport:
        """What the gate says of the build, whether or not it stops it."""
        with State.open(self._workspace) as state:
            try:
                return check(self._workspace, state, "run", "marts", Silent())
            except GateStopped as stopped:
                return stopped.report


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

"""A workspace whose build is small, right in every part, and open to being broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from niaga.errors import GateStopped
from niaga.progress import Silent
from niaga.refresh.gates import GateReport, check
from niaga.state import State
from niaga.workspace import Workspace, create_workspace

from .small_build import write_build

Change = Callable[[str], None]
Look = Callable[[Any], GateReport]


@pytest.fixture(scope="session")
def right_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = tmp_path_factory.mktemp("right") / "build.duckdb"
    write_build(database)
    return database


@pytest.fixture
def workspace(tmp_path: Path, right_build: Path) -> Workspace:
    workspace = create_workspace(tmp_path / "company", "Small Tea", "USD")
    shutil.copyfile(right_build, workspace.build_database)
    return workspace


@pytest.fixture
def state(workspace: Workspace) -> Iterator[State]:
    with State.open(workspace) as state:
        yield state


@pytest.fixture
def change(workspace: Workspace) -> Change:
    """Run SQL on the build."""

    def run(sql: str) -> None:
        with duckdb.connect(str(workspace.build_database)) as connection:
            connection.execute(sql)

    return run


@pytest.fixture
def look(workspace: Workspace, state: State) -> Look:
    """Check at one gate and give the report, whether or not it stops the run."""

    def run(stage: Any) -> GateReport:
        try:
            return check(workspace, state, "run-1", stage, Silent())
        except GateStopped as stopped:
            return stopped.report

    return run

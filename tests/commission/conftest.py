from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from niaga.state import State
from niaga.workspace import Workspace, create_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return create_workspace(tmp_path / "company", "Company", "USD")


@pytest.fixture
def state(workspace: Workspace) -> Iterator[State]:
    with State.open(workspace) as state:
        yield state

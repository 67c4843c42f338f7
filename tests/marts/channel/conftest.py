from __future__ import annotations

from collections.abc import Iterator

import pytest
from niaga.state import State
from niaga.workspace import Workspace, create_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return create_workspace(tmp_path_factory.mktemp("channel") / "company", "Company", "USD")


@pytest.fixture(scope="module")
def state(workspace: Workspace) -> Iterator[State]:
    with State.open(workspace) as state:
        yield state

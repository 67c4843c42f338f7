"""A workspace for the state's tests, and processes that work on it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from niaga.state import State
from niaga.workspace import Workspace, ensure_folders, find_workspace

Start = Callable[[str], "subprocess.Popen[str]"]

_PREAMBLE = """\
import sys
from pathlib import Path
from niaga.state import State
from niaga.workspace import find_workspace
workspace = find_workspace(Path(sys.argv[1]))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The kind of the state database; a test that is about one kind sets it itself."""
    return str(request.param)


@pytest.fixture
def workspace(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> Workspace:
    settings = "company: Toko\ncurrency: IDR\n"
    if database == "postgresql":
        settings += f"state: {request.getfixturevalue('postgresql').new_database()}\n"
    (tmp_path / "niaga.yml").write_text(settings)
    found = find_workspace(tmp_path)
    ensure_folders(found)
    return found


@pytest.fixture
def state(workspace: Workspace) -> Iterator[State]:
    with State.open(workspace) as opened:
        yield opened


@pytest.fixture
def start(workspace: Workspace) -> Iterator[Start]:
    """Start Python processes that have `workspace`; they are ended after the test."""
    processes: list[subprocess.Popen[str]] = []

    def run(code: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", _PREAMBLE + textwrap.dedent(code), str(workspace.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()

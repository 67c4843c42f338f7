"""The night as a Prefect flow: on a temporary server, quiet, and gone when the command is."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from niaga.workspace import Workspace, create_workspace

ACT = """
import os, signal, sys
from pathlib import Path
from niaga.errors import UsageError
from niaga.operate import stages
from niaga.operate.stages import Stage
from niaga.operate.temporary_server import server_in
from niaga.progress import Silent
from niaga.workspace import find_workspace

how = sys.argv[2]
mistake = UsageError("on purpose")

def end(work):
    if how == "fail":
        raise mistake
    if how == "die":
        print(server.process.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

line = [Stage("first", lambda work: None), Stage("second", lambda work: None), Stage("end", end)]
stages.STAGES_OF["nightly"] = tuple(line)
workspace = find_workspace(Path(sys.argv[1]))
with server_in(workspace.warehouse) as server:
    from niaga.operate.nightly import nightly
    from niaga.operate.orchestration import run_flow
    try:
        print(run_flow(nightly, workspace, Silent(), server).exit_code)
    except UsageError as error:
        print(error is mistake)
    print(server.process.pid if server else "none")
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One workspace for all: its first server makes a database, which takes seconds."""
    return create_workspace(tmp_path_factory.mktemp("night") / "company", "Toko Maju", "IDR")


def run(
    workspace: Workspace, how: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", ACT, str(workspace.root), how],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def recorded(workspace: Workspace) -> list[tuple[str, list[tuple[str, str]]]]:
    """Give the state of each flow run that Prefect knows, with its tasks and their states."""
    database = workspace.warehouse / "prefect" / "prefect.db"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        flow_runs = connection.execute(
            "select id, state_type from flow_run order by created"
        ).fetchall()
        return [
            (
                state,
                connection.execute(
                    "select substr(name, 1, instr(name, '-') - 1), state_type from task_run "
                    "where flow_run_id = ? order by created, name",
                    [flow_run],
                ).fetchall(),
            )
            for flow_run, state in flow_runs
        ]


def is_gone(pid: int) -> bool:
    """Wait some seconds for a process to end."""
    for _ in range(50):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False


def test_each_stage_is_a_task_and_the_terminal_stays_quiet(workspace: Workspace) -> None:
    ended = run(workspace, "well")
    assert ended.stderr == ""
    exit_code, server = ended.stdout.split()
    assert exit_code == "0"
    assert not psutil.pid_exists(int(server))
    state, tasks = recorded(workspace)[-1]
    assert state == "COMPLETED"
    assert sorted(tasks) == [("end", "COMPLETED"), ("first", "COMPLETED"), ("second", "COMPLETED")]


def test_an_exception_of_a_stage_comes_through_as_it_is(workspace: Workspace) -> None:
    ended = run(workspace, "fail")
    assert ended.stderr == ""
    assert ended.stdout.split()[0] == "True"
    state, tasks = recorded(workspace)[-1]
    assert state == "FAILED"
    assert ("end", "FAILED") in tasks


def test_the_server_ends_when_the_command_is_killed(workspace: Workspace) -> None:
    ended = run(workspace, "die")
    assert ended.returncode == -9
    assert is_gone(int(ended.stdout))


def test_a_server_that_can_not_start_is_told_in_words(workspace: Workspace) -> None:
    from niaga.errors import NiagaError
    from niaga.operate.temporary_server import start_server

    server = start_server(workspace.warehouse)
    server.process.kill()
    with pytest.raises(NiagaError, match="did not start"):
        server.wait_until_ready()
    server.stop()
    assert Path(server.log).exists()

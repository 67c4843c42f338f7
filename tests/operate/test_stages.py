"""The order of stages, and how a run of them is recorded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
import sqlalchemy
from niaga.errors import GateStopped, LeaseHeld, UsageError
from niaga.operate import stages
from niaga.operate.run import run_verb
from niaga.operate.stages import Work
from niaga.progress import Silent
from niaga.refresh.gates import CheckResult, GateReport
from niaga.state import State, tables, utc_now
from niaga.workspace import Workspace

from .conftest import Replace


def runs(workspace: Workspace) -> list[tuple[str, str, int | None]]:
    with State.open(workspace) as state, state.reading() as connection:
        rows = connection.execute(sqlalchemy.select(tables.run).order_by(tables.run.c.run_id))
        return [(row.verb, row.status, row.exit_code) for row in rows]


def failed_gate() -> GateStopped:
    result = CheckResult(
        suite="landed",
        table_name="sales_line",
        expectation="quantity is a number",
        severity="critical",
        success=False,
        observed="3 rows",
        unexpected_rows=3,
        sample=[{"order_id": "A-1"}],
    )
    return GateStopped(GateReport("landed", (result,)))


def test_bad_data_is_stopped_before_it_is_posted_or_published() -> None:
    names = [stage.name for stage in stages.NIGHT]
    assert names == [
        "ingest",
        "compact",
        "register",
        "gate_landed",
        "build_staging",
        "gate_staged",
        "build_marts",
        "gate_marts",
        "post",
        "build_operations",
        "publish",
    ]


def test_only_a_night_posts_and_a_build_is_a_night_without_ingest_and_posting() -> None:
    names = {verb: [stage.name for stage in line] for verb, line in stages.STAGES_OF.items()}
    assert [verb for verb in names if stages.is_posting(verb)] == ["nightly"]
    only_at_night = ("ingest", "compact", "post")
    assert names["build"] == [name for name in names["nightly"] if name not in only_at_night]
    assert names["refresh"] == names["build"]


def test_a_run_is_recorded_as_done(workspace: Workspace, replace_stages: Replace) -> None:
    def first(work: Work) -> None: ...

    def second(work: Work) -> None: ...

    ran = replace_stages("build", first, second)
    outcome = run_verb("build", workspace, Silent())
    assert ran == ["first", "second"]
    assert outcome.exit_code == 0
    assert runs(workspace) == [("build", "done", 0)]


def test_a_gate_stops_the_line_and_the_run_is_recorded_as_stopped(
    workspace: Workspace, replace_stages: Replace
) -> None:
    stopped = failed_gate()

    def gate(work: Work) -> None:
        raise stopped

    def publish(work: Work) -> None: ...

    ran = replace_stages("nightly", gate, publish)
    with pytest.raises(GateStopped) as caught:
        run_verb("nightly", workspace, Silent())
    assert caught.value is stopped
    assert ran == ["gate"]
    assert runs(workspace) == [("nightly", "stopped", 3)]


def test_a_fault_is_recorded_and_lets_go_of_the_workspace(
    workspace: Workspace, replace_stages: Replace
) -> None:
    def fail(work: Work) -> None:
        raise ZeroDivisionError("a model")

    replace_stages("nightly", fail)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError, match="a model"):
            run_verb("nightly", workspace, Silent())
    assert runs(workspace) == [("nightly", "failed", 1)] * 2


def test_a_workspace_that_is_in_use_is_left_alone(
    workspace: Workspace, replace_stages: Replace
) -> None:
    def work_there(work: Work) -> None: ...

    ran = replace_stages("nightly", work_there)
    with (
        State.open(workspace) as state,
        state.lease(verb="build"),
        pytest.raises(LeaseHeld, match="`build` is at work"),
    ):
        run_verb("nightly", workspace, Silent())
    assert ran == []


def test_a_held_file_shows_in_the_exit_code_until_it_is_dealt_with(
    workspace: Workspace, replace_stages: Replace
) -> None:
    rejected = {
        "source": "erp",
        "part": "lines",
        "export_id": "1",
        "file_name": "sales.csv",
        "size_bytes": 0,
        "status": "rejected",
        "reason": "is empty",
        "landed_at": utc_now(),
    }

    def hold_back(work: Work) -> None:
        (workspace.rejected / "sales.csv").touch()
        with work.state.engine.begin() as connection:
            connection.execute(sqlalchemy.delete(tables.export))
            connection.execute(sqlalchemy.insert(tables.export).values(rejected))

    replace_stages("ingest", hold_back)
    outcome = run_verb("ingest", workspace, Silent())
    assert outcome.exit_code == 4
    assert [(file.file_name, file.reason) for file in outcome.held_files] == [
        ("sales.csv", "is empty")
    ]
    (workspace.rejected / "sales.csv").unlink()
    replace_stages("build")
    assert run_verb("build", workspace, Silent()).exit_code == 0


def test_only_a_build_that_came_to_its_end_can_be_published_by_hand(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="no finished build"):
        run_verb("publish", workspace, Silent())
    assert runs(workspace) == [("publish", "failed", 2)]


def test_a_run_can_be_killed_between_any_two_stages(workspace: Workspace) -> None:
    act = """
import sys
from pathlib import Path
from niaga.operate import stages
from niaga.operate.run import run_verb
from niaga.operate.stages import Stage
from niaga.progress import Silent
from niaga.workspace import find_workspace

stages.STAGES_OF["build"] = tuple(Stage(s.name, lambda work: None) for s in stages.REFRESH)
print(run_verb("build", find_workspace(Path(sys.argv[1])), Silent()).exit_code)
"""
    killed = []
    for stage in stages.REFRESH[:3]:
        ended = subprocess.run(
            [sys.executable, "-c", act, str(workspace.root)],
            env={**os.environ, "NIAGA_FAILPOINT": f"night.{stage.name}"},
            check=False,
        )
        killed.append(ended.returncode)
    assert killed == [-signal.SIGKILL] * 3
    subprocess.run([sys.executable, "-c", act, str(workspace.root)], check=True)
    assert [status for _, status, _ in runs(workspace)] == ["failed"] * 3 + ["done"]

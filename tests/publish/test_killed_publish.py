"""A publish that is killed at any instant leaves a whole version, and the next one tidies up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from niaga.progress import Silent
from niaga.publish.stage import publish, rollback
from niaga.state import State
from niaga.workspace import Workspace

from .conftest import Build
from .test_publish import folders, published_night, statuses

ACT = """
import sys
from pathlib import Path
from niaga.progress import Silent
from niaga.publish.stage import publish, rollback
from niaga.state import State
from niaga.workspace import find_workspace

workspace = find_workspace(Path(sys.argv[1]))
with State.open(workspace) as state:
    if sys.argv[2] == "publish":
        publish(workspace, state, "killed", Silent())
    else:
        rollback(workspace, state)
"""

POLL = """
import json, select, sys
import duckdb

query = (
    "select distinct s.night, c.night, p.night, (select count(*) from core.sales_line) "
    "from core.sales_line as s, core.calendar as c, commission.statement as p"
)
# Until whoever started this closes the pipe.
while not select.select([sys.stdin], [], [], 0)[0]:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        for row in connection.execute(query).fetchall():
            print(json.dumps(row), flush=True)
"""


def kill_at(failpoint: str, workspace: Workspace) -> None:
    verb = failpoint.partition(".")[0]
    ended = subprocess.run(
        [sys.executable, "-c", ACT, str(workspace.root), verb],
        env={**os.environ, "NIAGA_FAILPOINT": failpoint},
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("failpoint", "night_seen"),
    [("publish.written", 1), ("publish.swapped", 2), ("publish.recorded", 2)],
)
def test_readers_see_one_whole_version_and_the_next_publish_leaves_no_trace(
    workspace: Workspace, state: State, build: Build, failpoint: str, night_seen: int
) -> None:
    build(1)
    publish(workspace, state, "run", Silent())
    build(2)
    kill_at(failpoint, workspace)
    assert published_night(workspace) == night_seen
    build(3)
    publish(workspace, state, "run", Silent())
    assert published_night(workspace) == 3
    known = statuses(state)
    # A version that was never swapped in was never published: no record, no folder.
    assert sorted(known.values()) == ["current"] + ["kept"] * night_seen
    assert folders(workspace) == set(known)
    rollback(workspace, state)
    assert published_night(workspace) == night_seen


def test_a_rollback_that_was_killed_is_recorded_by_the_next_act(
    workspace: Workspace, state: State, build: Build
) -> None:
    for night in (1, 2, 3):
        build(night)
        publish(workspace, state, "run", Silent())
    kill_at("rollback.swapped", workspace)
    assert published_night(workspace) == 2
    rollback(workspace, state)
    assert published_night(workspace) == 1
    assert sorted(statuses(state).values()) == ["current", "kept", "kept"]


def test_a_reader_that_polls_during_swaps_never_fails_and_never_sees_a_mixture(
    workspace: Workspace, state: State, build: Build
) -> None:
    build(1)
    publish(workspace, state, "run", Silent())
    file = workspace.published / "current" / "all" / "marts.duckdb"
    # Another process, as a reader is one: within a process DuckDB shares what is open already.
    reader = subprocess.Popen(
        [sys.executable, "-c", POLL, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert reader.stdout is not None
    reader.stdout.readline()
    for night in range(2, 7):
        build(night)
        publish(workspace, state, "run", Silent())
    seen = {tuple(json.loads(line)) for line in reader.communicate()[0].splitlines()}
    assert reader.returncode == 0
    assert seen <= {(night, night, night, night * 100) for night in range(1, 7)}
    assert len(seen) > 1

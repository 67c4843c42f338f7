"""One worker at a time: a living holder keeps the workspace, a dead one loses it."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import Any

import psutil
import pytest
from niaga.errors import LeaseHeld, NiagaError
from niaga.state import State, utc_now
from niaga.state import lease as lease_module
from niaga.state.tables import lease
from niaga.workspace import Workspace
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from .conftest import Start

HOLD = """
    with State.open(workspace).lease(verb="nightly"):
        print("held", flush=True)
        sys.stdin.readline()
"""


def change(state: State, **values: Any) -> None:
    with state.engine.begin() as connection:
        connection.execute(update(lease).values(**values))


def test_a_living_holder_is_named_and_keeps_the_workspace(state: State, start: Start) -> None:
    holder = start(HOLD)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LeaseHeld) as caught, state.lease(verb="build"):
        pass
    assert "`nightly` is at work on this workspace since 2" in caught.value.message
    assert f"process {holder.pid} on {os.uname().nodename}" in caught.value.message
    assert caught.value.exit_code == 1

    holder.communicate("go on\n", timeout=30)
    assert holder.returncode == 0
    with state.lease(verb="build"):
        pass


def test_a_killed_holder_loses_the_workspace_at_once(state: State, start: Start) -> None:
    holder = start(HOLD)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    # Not yet reaped, as below a parent that does not wait: a zombie is dead, too.
    while psutil.Process(holder.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    began = time.monotonic()
    with state.lease(verb="build"):
        assert time.monotonic() - began < 5
    holder.wait()

    second = start(HOLD)
    assert second.stdout is not None
    assert second.stdout.readline() == "held\n"
    second.kill()
    second.wait()
    with state.lease(verb="build"):
        pass


def test_of_racing_processes_exactly_one_wins_even_in_a_new_workspace(
    workspace: Workspace, start: Start
) -> None:
    # The database does not exist yet: they race to make it, and then for the lease.
    racers = [
        start("""
            import time
            from niaga.errors import LeaseHeld
            print("ready", flush=True)
            sys.stdin.readline()
            state = State.open(workspace)
            try:
                with state.lease(verb="nightly"):
                    print("won", flush=True)
                    sys.stdin.readline()
            except LeaseHeld:
                print("lost", flush=True)
        """)
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    results = [racer.stdout.readline() for racer in racers if racer.stdout]
    assert sorted(results) == ["lost\n", "lost\n", "lost\n", "won\n"]
    for racer in racers:
        assert racer.communicate("end\n", timeout=30)[1] == ""


def test_one_process_can_not_hold_it_twice(state: State) -> None:
    with state.lease(verb="nightly"):
        with pytest.raises(LeaseHeld), state.lease(verb="build"):
            pass
        with state.lease("other", verb="build"):
            pass
        with pytest.raises(LeaseHeld), state.lease(verb="build"):
            pass


def test_a_holder_on_another_host_loses_it_only_when_it_is_silent(
    workspace: Workspace, state: State
) -> None:
    with state.lease(verb="nightly"), State.open(workspace) as other:
        change(state, host="elsewhere", pid=1, expires_at=utc_now() + timedelta(seconds=5))
        with pytest.raises(LeaseHeld, match="process 1 on elsewhere"), other.lease():
            pass
        change(state, expires_at=utc_now() - timedelta(seconds=1))
        with other.lease(verb="build"):
            pass


def test_a_reused_process_number_is_no_living_holder(workspace: Workspace, state: State) -> None:
    with state.lease(verb="nightly"), State.open(workspace) as other:
        # This process lives, but the holder with its number began at another time. While the holder
        # still beats it may be the clock that was set.
        change(state, process_started_at=utc_now() - timedelta(days=3))
        with pytest.raises(LeaseHeld), other.lease():
            pass
        change(state, expires_at=utc_now() + timedelta(seconds=20))
        with other.lease(verb="build"):
            pass


def test_a_living_holder_on_this_host_keeps_it_however_long_it_was_silent(
    workspace: Workspace, state: State
) -> None:
    with state.lease(verb="nightly"), State.open(workspace) as other:
        change(state, expires_at=utc_now() - timedelta(hours=8))
        with pytest.raises(LeaseHeld), other.lease():
            pass


def test_the_heart_beats(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_module, "HEARTBEAT_SECONDS", 0.02)
    with state.lease(verb="nightly"):
        change(state, expires_at=utc_now())
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with state.reading() as connection:
                expires_at = connection.execute(select(lease.c.expires_at)).scalar_one()
            if expires_at > utc_now() + timedelta(seconds=50):
                break
            time.sleep(0.02)
        else:
            pytest.fail("the lease was not renewed")


def test_who_has_lost_the_workspace_learns_it_and_leaves_the_new_holder_alone(
    workspace: Workspace, state: State
) -> None:
    with State.open(workspace) as other, state.lease(verb="nightly"):
        with state.engine.begin() as connection:
            state.confirm_lease(connection)
        change(state, host="elsewhere", expires_at=utc_now() - timedelta(seconds=1))
        with other.lease(verb="build"):
            lost = pytest.raises(NiagaError, match="took the workspace over")
            with lost, state.engine.begin() as connection:
                state.confirm_lease(connection)
            with state.engine.begin() as connection:
                other.confirm_lease(connection)


def test_a_process_that_could_not_give_the_workspace_back_takes_it_again(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("delete", {}, ConnectionError("away"))

    with monkeypatch.context() as away:
        away.setattr(lease_module.Holding, "release", fail)
        with pytest.raises(OperationalError), state.lease(verb="nightly"):
            pass
    with state.lease(verb="nightly"), pytest.raises(LeaseHeld), state.lease(verb="build"):
        pass


def test_the_workspace_is_free_after_a_failure(state: State) -> None:
    with pytest.raises(ZeroDivisionError), state.lease(verb="nightly"):
        _ = 1 / 0
    with state.reading() as connection:
        assert connection.execute(select(lease)).all() == []

"""The service at work: files land, refreshes follow, few for many; it stops, and goes on."""

from __future__ import annotations

import signal
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import psutil
import pytest
from niaga.state import State, tables, utc_now
from niaga.workspace import Workspace

from tests.support.waiting import wait_for

from .conftest import Service

# The service's first start makes the database of a Prefect server.
pytestmark = pytest.mark.timeout(300)
BURST = 500


def test_a_landed_file_is_refreshed_from_by_the_events_of_prefect(service: Service) -> None:
    service.land(1)
    service.wait_for_loads(1)
    api = next(said["url"] for said in service.told() if "serving" in said) + "/api"

    def emitted() -> list[str]:
        names = ["niaga.", "prefect.automation.action.executed"]
        body = {"filter": {"event": {"prefix": names}}}
        found = httpx.post(f"{api}/events/filter", json=body).json()["events"]
        return sorted(event["event"] for event in found)

    started = ["prefect.automation.action.executed"] * 2
    wait_for(lambda: emitted() == ["niaga.export.ingested", "niaga.export.landed", *started])

    def flow_runs() -> list[dict[str, Any]]:
        runs: list[dict[str, Any]] = httpx.post(f"{api}/flow_runs/filter", json={}).json()
        by_state = Counter(run["state_type"] for run in runs)
        return runs if by_state == {"COMPLETED": 2, "SCHEDULED": 1} else []

    # The refresh ends after what it has seen is noted.
    runs = wait_for(flow_runs)
    # 01:30 in Jakarta.
    nights = [run["expected_start_time"] for run in runs if run["state_type"] == "SCHEDULED"]
    assert nights[0][11:16] == "18:30"


def test_what_lands_during_a_refresh_is_in_the_next_one(service: Service) -> None:
    hold = service.workspace.root / "hold"
    hold.touch()
    before = service.refreshes()[-1]
    service.land(2)
    wait_for((service.workspace.root / "at_work").exists)
    service.land(3)
    # Noticed while the refresh is at work.
    time.sleep(2)
    hold.unlink()
    service.wait_for_loads(before + 2)
    assert service.refreshes()[-2:] == [before + 1, before + 2]


def test_hundreds_of_files_in_a_burst_are_a_few_refreshes_and_none_is_left_out(
    service: Service,
) -> None:
    before = service.refreshes()
    for number in range(1000, 1000 + BURST):
        service.land(number)
        time.sleep(0.02)
    service.wait_for_loads(before[-1] + BURST, 120)
    assert len(service.refreshes()) - len(before) <= 8
    assert not list(service.workspace.landing.iterdir())


def test_a_dead_prefect_server_is_started_again_and_work_goes_on(service: Service) -> None:
    before = service.refreshes()[-1]
    servers = [
        child for child in psutil.Process(service.process.pid).children()
        if "niaga.operate.server_process" in child.cmdline()
    ]  # fmt: skip
    servers[0].kill()
    service.land(4)
    service.wait_for_loads(before + 1, 120)


def test_a_second_service_says_who_serves(service: Service) -> None:
    second = Service.start(service.workspace)
    assert second.process.wait(60) == 1
    assert f"process {service.process.pid}" in service.log.read_text()
    service.log.write_text("")


def test_on_sigterm_it_ends_what_runs_and_then_itself(service: Service) -> None:
    before = service.refreshes()[-1]
    hold = service.workspace.root / "hold"
    hold.touch()
    service.land(5)
    wait_for((service.workspace.root / "at_work").exists)
    children = psutil.Process(service.process.pid).children(recursive=True)
    service.process.send_signal(signal.SIGTERM)
    time.sleep(1)
    assert service.process.poll() is None
    hold.unlink()
    assert service.process.wait(30) == 0
    assert service.refreshes()[-1] == before + 1
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_killed_in_a_refresh_it_goes_on_where_it_was_and_makes_up_for_missed_nights(
    company: Workspace,
) -> None:
    first = Service.start(company)
    first.wait_until_ready()
    (company.root / "hold").touch()
    first.land(1)
    wait_for((company.root / "at_work").exists)
    children = psutil.Process(first.process.pid).children(recursive=True)
    first.process.kill()
    # As when the machine goes down: what it had started is gone as well.
    for child in children:
        child.kill()
    first.process.wait()
    first.land(2)
    (company.root / "hold").unlink()
    with State.open(company) as state:
        night = state.start_run("nightly")
        state.finish_run(night, "done", 0)
        long_ago = {"started_at": utc_now() - timedelta(days=3)}
        with state.engine.begin() as connection:
            connection.execute(tables.run.update().where(tables.run.c.run_id == night), long_ago)
    second = Service.start(company)
    try:
        second.wait_until_ready(times=2)
        second.wait_for_loads(2)
        # One night does all that is left, for all nights that were missed.
        time.sleep(3)
        assert (company.root / "refreshes").read_text() == "nightly 2\n"
        # A second signal does not wait for what runs.
        (company.root / "hold").touch()
        second.land(3)
        wait_for((company.root / "at_work").exists)
        began = time.monotonic()
        second.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        second.process.send_signal(signal.SIGTERM)
        assert second.process.wait(30) == 0
        assert time.monotonic() - began < 20
    finally:
        second.stop()

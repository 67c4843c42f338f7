"""What is to be done is seen in the folders and the state database, whatever became of events."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from niaga.operate.run import run_verb
from niaga.progress import Silent
from niaga.serve.choosing import choose
from niaga.serve.deployments import Asked
from niaga.serve.due import landed_files, last_night, newest_unrefreshed
from niaga.state import State
from niaga.workspace import Workspace


def land(workspace: Workspace, name: str) -> None:
    (workspace.landing / name).write_text(f"order,amount\n{name},100\n")


def test_files_count_when_they_can_be_taken_and_once(company: Workspace) -> None:
    assert not landed_files(company)
    land(company, ".sales_1.csv")
    assert not landed_files(company)
    land(company, "sales_1.csv")
    first = landed_files(company)
    assert first.file_names == ("sales_1.csv",)
    assert first == landed_files(company)
    land(company, "sales_2.csv")
    assert landed_files(company).stamps > first.stamps
    # A source that is mended is reason to try the same files again.
    os.utime(company.sources_folder / "shop.yml", (1, 1))
    assert not landed_files(company).stamps <= first.stamps


def test_with_a_broken_source_an_ingest_is_to_tell_of_it(company: Workspace) -> None:
    land(company, "sales_1.csv")
    (company.sources_folder / "shop.yml").write_text("source: [")
    assert landed_files(company).file_names == ("sales_1.csv",)


def test_a_load_is_due_until_a_refresh_that_began_later_has_ended(company: Workspace) -> None:
    with State.open(company) as state:
        assert newest_unrefreshed(state) is None
        land(company, "sales_1.csv")
        run_verb("ingest", company, Silent())
        assert newest_unrefreshed(state) is not None
        failed, stopped = state.start_run("refresh"), state.start_run("refresh")
        state.finish_run(failed, "failed", 1)
        assert newest_unrefreshed(state) is not None
        assert last_night(state) is None
        # While it is at work, another file comes in.
        land(company, "sales_2.csv")
        run_verb("ingest", company, Silent())
        state.finish_run(stopped, "stopped", 3)
        assert newest_unrefreshed(state) is not None
        night = state.start_run("nightly")
        land(company, "sales_3.csv")
        state.finish_run(night, "done", 0)
        assert newest_unrefreshed(state) is None
        assert last_night(state) is not None


def test_files_come_in_before_marts_are_built_but_a_stream_of_them_does_not_hold_marts_up() -> None:
    now = datetime(2026, 10, 5, tzinfo=UTC)

    def asked(verb: str, seconds_ago: float, *, is_retry: bool = False) -> Asked:
        return Asked(uuid4(), verb, now - timedelta(seconds=seconds_ago), is_retry)

    def chosen(*runs: Asked) -> tuple[Asked, list[Asked]] | None:
        return choose(runs, now)

    refreshes, ingests = [asked("refresh", n) for n in (9, 5)], [asked("ingest", n) for n in (3, 2)]
    assert chosen(*refreshes, *ingests) == (ingests[0], [ingests[1]])
    patient = asked("refresh", 61)
    assert chosen(*refreshes, patient, *ingests) == (patient, refreshes)
    later, tonight = asked("ingest", -60, is_retry=True), asked("nightly", -3600)
    assert chosen(later, tonight) is None
    assert chosen(ingests[0], later, tonight) == (ingests[0], [later])
    overdue = asked("nightly", 1)
    assert chosen(patient, *ingests, tonight, overdue) == (overdue, [patient, *ingests])

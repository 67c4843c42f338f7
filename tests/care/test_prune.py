"""Only what nothing needs goes, and only when it is asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from niaga.care.doctor import examine
from niaga.care.prune import Pruning, find, prune
from niaga.errors import LeaseHeld
from niaga.ingest.again import ingest_again
from niaga.progress import Silent
from niaga.publish.records import kept_publications
from niaga.publish.stage import publish
from niaga.state import State, utc_now
from niaga.state.tables import check_result, export, load
from niaga.workspace import create_workspace, find_workspace
from sqlalchemy import func, insert, select, update

from tests.ingest.conftest import HEADER, Company, line, lines
from tests.ingest.test_replacing import DUMP
from tests.publish.conftest import write_build

PRUNE = """
import sys
from pathlib import Path
from niaga.care.prune import prune
from niaga.state import State
from niaga.workspace import find_workspace
workspace = find_workspace(Path(sys.argv[1]))
with State.open(workspace) as state:
    prune(workspace, state)
"""
DUMPS = {1: lines(3), 2: lines(1), 3: HEADER + line(2) + line(4)}


def land_dump(company: Company, day: int) -> None:
    company.land(f"penjualan_2026-02-0{day}.csv", DUMPS[day])


@pytest.fixture
def company(bare_company: Company) -> Company:
    """One with three dumps, of which the last counts, and a file that was refused: years old."""
    bare_company.source(DUMP)
    for day in DUMPS:
        land_dump(bare_company, day)
        bare_company.ingest()
    bare_company.land("penjualan_2026-02-04.csv", "no such columns\n1\n")
    bare_company.ingest()
    age(bare_company)
    return bare_company


def age(company: Company) -> None:
    before = utc_now() - timedelta(days=800)
    with company.state.engine.begin() as connection:
        connection.execute(update(load).values(committed_at=before))
        connection.execute(update(export).values(landed_at=before))
    for file in company.workspace.rejected.iterdir():
        os.utime(file, (0, 0))


def files(company: Company) -> set[str]:
    root = company.workspace.root
    rooms = ("lake", "archive", "rejected", "quarantine", "ledger")
    found = (path for room in rooms for path in (root / room).rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix() for path in found}


def going(company: Company, pruning: Pruning) -> dict[str, list[str]]:
    root = company.workspace.root
    return {
        kind.name: [file.relative_to(root).as_posix() for file in kind.files]
        for kind in pruning.kinds
        if kind.files
    }


def faults(company: Company) -> list[str]:
    found = examine(company.workspace, Silent(), is_quick=False)
    return [finding.what for finding in found if finding.level == "fault"]


def test_what_counts_stays_and_the_rest_goes_when_asked_for(company: Company) -> None:
    before, counted = files(company), company.counted("order_id")
    found = going(company, find(company.workspace, company.state))
    assert {name: len(paths) for name, paths in found.items()} == {
        "superseded exports in archive/": 2,
        "their rows in lake/": 2,
        "files in rejected/": 2,
    }
    assert files(company) == before

    gone = going(company, prune(company.workspace, company.state))

    assert gone == found
    assert before - files(company) == {path for paths in gone.values() for path in paths}
    assert company.counted("order_id") == counted == [("F2",), ("F4",)]
    assert faults(company) == []
    assert going(company, find(company.workspace, company.state)) == {}


def test_what_was_pruned_may_come_again_and_the_rest_be_read_again(company: Company) -> None:
    prune(company.workspace, company.state)
    report = ingest_again(company.workspace, company.state, "again", "erp", Silent())
    assert report.not_read_again == ()
    for day in DUMPS:
        land_dump(company, day)
    company.ingest()
    assert company.counted("order_id") == [("F2",), ("F4",)]
    assert faults(company) == []


def test_what_is_young_stays(company: Company) -> None:
    with company.state.engine.begin() as connection:
        connection.execute(update(load).values(committed_at=utc_now()))
    found = going(company, find(company.workspace, company.state))
    assert list(found) == ["files in rejected/"]


def test_a_load_that_shares_a_file_with_one_that_counts_stays(bare_company: Company) -> None:
    company = bare_company
    company.source(DUMP.replace("replaces: everything\n", ""))
    for day in DUMPS:
        land_dump(company, day)
    company.ingest()
    with company.state.engine.begin() as connection:
        one = connection.execute(select(func.min(load.c.load_id))).scalar_one()
        connection.execute(update(load).where(load.c.load_id == one).values(status="superseded"))
    age(company)
    counted = company.counted("order_id")
    found = prune(company.workspace, company.state)
    assert found.loads == found.segment_paths == []
    assert company.counted("order_id") == counted


@pytest.mark.parametrize("place", ["prune.forgotten", "prune.removed"])
def test_killed_on_the_way_the_rest_goes_the_next_time(company: Company, place: str) -> None:
    found = {path for paths in going(company, find(company.workspace, company.state)).values()
             for path in paths}  # fmt: skip
    before = files(company)
    killed = subprocess.run(
        [sys.executable, "-c", PRUNE, company.workspace.root],
        env=os.environ | {"NIAGA_FAILPOINT": place},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert faults(company) == []
    prune(company.workspace, company.state)
    assert before - files(company) == found
    assert company.counted("order_id") == [("F2",), ("F4",)]


def test_old_logs_and_results_of_checks_go(company: Company) -> None:
    old, now = utc_now() - timedelta(days=100), utc_now()
    log: Path = company.workspace.warehouse / "logs" / "fault-x.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("x")
    os.utime(log, (0, 0))
    row = {
        "suite": "landed", "table_name": "t", "expectation": "e",
        "severity": "critical", "success": True,
    }  # fmt: skip
    rows = [row | {"run_id": name, "checked_at": at} for name, at in (("a", old), ("b", now))]
    with company.state.engine.begin() as connection:
        connection.execute(insert(check_result), rows)
    found = {
        kind.name: len(kind.files) or kind.rows
        for kind in prune(company.workspace, company.state).kinds
    }
    assert (found["logs in warehouse/"], found["results of checks"]) == (1, 1)
    assert not log.exists()
    with company.state.reading() as connection:
        assert list(connection.execute(select(check_result.c.run_id)).scalars()) == ["b"]


def test_publications_beyond_those_that_are_kept_go(tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "company", "Toko", "IDR")
    with State.open(workspace) as state:
        made = []
        for night in (1, 2, 3):
            write_build(workspace.build_database, night)
            made.append(publish(workspace, state, state.start_run("nightly"), Silent()))
        text = (workspace.root / "niaga.yml").read_text()
        fewer = text.replace("keep_publications: 3", "keep_publications: 1")
        (workspace.root / "niaga.yml").write_text(fewer)
        found = prune(find_workspace(workspace.root), state)
        kept = kept_publications(workspace, state)
    (kind,) = (kind for kind in found.kinds if kind.files)
    assert kind.files == (made[1].path, made[0].path)
    assert kind.size_bytes > 0
    assert [one.publication_id for one in kept] == [made[2].publication_id]
    assert [one.path.exists() for one in made] == [False, False, True]


def test_nothing_goes_while_somebody_is_at_work(company: Company) -> None:
    for at_work in (company.state.lease, company.state.keeping_files):
        with at_work(verb="backup"), pytest.raises(LeaseHeld):
            prune(company.workspace, company.state)

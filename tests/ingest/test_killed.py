"""An ingest that is killed at any place and run again ends as one clean run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import HEADER, Company, line, lines

RUN = """\
import sys
from pathlib import Path
from niaga.ingest.stage import ingest
from niaga.progress import Silent
from niaga.state import State
from niaga.workspace import find_workspace
workspace = find_workspace(Path(sys.argv[1]))
with State.open(workspace) as state, state.lease(verb="ingest"):
    ingest(workspace, state, state.start_run("ingest"), Silent())
"""
JOINED = """\
source: shop
exports:
  details: {file: "details_{date:%Y-%m-%d}.csv"}
  orders: {file: "orders_{date:%Y-%m-%d}.csv"}
feeds:
  territory: select details._row_number, id as territory_id from details join orders using (id)
"""
PLACES = ["ingest.archived", "ingest.segment_renamed", "ingest.committed"]


def run(company: Company, failpoint: str | None = None) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "NIAGA_FAILPOINT"}
    if failpoint:
        environment["NIAGA_FAILPOINT"] = failpoint
    command = [sys.executable, "-c", RUN, str(company.workspace.root)]
    return subprocess.run(command, env=environment, check=False, timeout=120).returncode


def fill_landing(company: Company) -> None:
    company.source(JOINED)
    company.land("penjualan_2026-01.csv", lines(30) + line(31, Netto="x"))
    company.land("penjualan_2026-02.csv", HEADER + line(1, Jumlah="3") + line(50))
    company.land("penjualan_2026-03.csv", lines(2)[:-1])
    company.land("details_2026-01-31.csv", "id\nA\nB\n")
    company.land("orders_2026-01-31.csv", "id\nA\nB\n")
    company.land("notes.txt", "hello\n")


def outcome(company: Company) -> dict[str, Any]:
    """Give everything that a user or a mart can see."""
    root = company.workspace.root
    counted = "select path from segment union all select path from held"
    with company.state.reading() as connection:
        paths = set(connection.exec_driver_sql(counted).scalars())
        loads = connection.exec_driver_sql(
            "select source, status, rows_read, rows_held, rows_filtered from load"
            " order by source, rows_read"
        ).all()
    folders = [company.workspace.lake, company.workspace.quarantine]
    files = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert {str(path.relative_to(root)) for path in files} == paths, "garbage, or a lost file"
    return {
        "lines": company.lake("* exclude (_loaded_at)"),
        "territories": company.lake("* exclude (_loaded_at)", "territory"),
        "held": company.quarantine("* exclude (held_at)"),
        "loads": [tuple(row) for row in loads],
        "exports": company.exports(),
        "landing": names(company.workspace.landing),
        "rejected": names(company.workspace.rejected),
        "archive": names(company.workspace.archive),
    }


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one clean run ends with."""
    from niaga.state import State
    from niaga.workspace import ensure_folders, find_workspace

    from .conftest import SALES

    root = tmp_path_factory.mktemp("clean")
    (root / "niaga.yml").write_text(
        "company: Toko\ncurrency: IDR\nmoney_scale: 2\ntime_zone: Asia/Jakarta\n"
    )
    workspace = find_workspace(root)
    ensure_folders(workspace)
    with State.open(workspace) as state:
        company = Company(workspace, state)
        company.source(SALES)
        fill_landing(company)
        assert run(company) == 0
        return outcome(company)


def test_a_clean_run_takes_everything_in(clean: dict[str, Any]) -> None:
    assert (len(clean["lines"]), len(clean["held"]), len(clean["territories"])) == (32, 1, 2)
    assert clean["landing"] == []
    assert clean["rejected"] == [
        "notes.txt",
        "notes.txt.reason.txt",
        "penjualan_2026-03.csv",
        "penjualan_2026-03.csv.reason.txt",
    ]


@pytest.mark.parametrize("place", PLACES)
def test_killed_and_run_again_it_ends_as_one_clean_run(
    company: Company, clean: dict[str, Any], place: str
) -> None:
    fill_landing(company)
    # Each run gets a little further, and is killed at the same place again.
    for _ in range(3):
        assert run(company, place) == -signal.SIGKILL
    assert run(company) == 0
    assert outcome(company) == clean
    assert run(company) == 0
    assert outcome(company) == clean


def test_half_written_files_of_a_dead_run_are_swept(company: Company) -> None:
    workspace = company.workspace
    company.land("penjualan_2026-01.csv", lines(1))
    company.ingest()
    garbage = [
        workspace.lake / "sales_line" / "unknown.parquet",
        workspace.lake / "sales_line" / "unknown.parquet.tmp",
        workspace.quarantine / "unknown_sales_line.parquet",
        workspace.archive / "0123.tmp",
    ]
    for path in garbage:
        path.write_bytes(b"half")
    kept = workspace.lake / "sales_line" / "README.md"
    kept.write_text("mine")
    company.ingest()
    assert not [path for path in garbage if path.exists()]
    assert kept.exists()
    assert company.lake("count(*)") == [(1,)]

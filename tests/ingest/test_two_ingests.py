"""Two ingests of one workspace at once: one works, the other says who does, and nothing doubles."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from niaga.state import State
from niaga.workspace import find_workspace

from tests.support.postgresql import PostgresqlServer

from .conftest import HEADER, SALES, Company, line, open_company

FILES, RUNS = 12, 3
RUN = """
import sys
from pathlib import Path
from niaga.errors import LeaseHeld
from niaga.operate.run import run_verb
from niaga.progress import Silent
from niaga.workspace import find_workspace

workspace = find_workspace(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
try:
    print("loaded", run_verb("ingest", workspace, Silent()).work.ingested.rows_loaded)
except LeaseHeld as held:
    print("held", held.message)
"""


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_files_are_loaded_once_by_ingests_that_run_at_once(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    with open_company(tmp_path) as company:
        company.source(SALES)
    if database == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        with (tmp_path / "niaga.yml").open("a") as settings:
            settings.write(f"state: {server.new_database()}\n")
    workspace = find_workspace(tmp_path)
    with State.open(workspace) as state:
        company = Company(workspace, state)
        for number in range(1, FILES + 1):
            company.land(f"penjualan_2026-{number:02}.csv", HEADER + line(number))
        said = run_at_once(tmp_path)
        held = [text for text in said if text.startswith("held `ingest` is at work on this work")]
        loaded = [int(text.split()[1]) for text in said if text.startswith("loaded ")]
        assert len(held) + len(loaded) == RUNS
        # Whoever comes late finds nothing left.
        assert sorted(loaded)[-1] == sum(loaded) == FILES
        assert company.lake("order_id") == sorted((f"F{n}",) for n in range(1, FILES + 1))
        assert len(company.loads()) == FILES
        # They were one batch.
        assert len(list(workspace.lake.rglob("*.parquet"))) == 1
        assert list(workspace.landing.iterdir()) == []


def run_at_once(root: Path) -> list[str]:
    """Start ingests, let them go at the same moment, and give what they say."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", RUN, str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(RUNS)
    ]
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    return [run.communicate(timeout=120)[0].strip() for run in runs]

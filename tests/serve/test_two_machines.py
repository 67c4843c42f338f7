"""Two machines on one PostgreSQL, each with a service: one is at work at any moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from niaga.workspace import find_workspace

from tests.support.postgresql import PostgresqlServer

MACHINE = """
import sys, time
from pathlib import Path
from niaga.errors import LeaseHeld
from niaga.operate import stages
from niaga.operate.run import run_verb
from niaga.operate.stages import Stage
from niaga.progress import Silent
from niaga.state import lease
from niaga.workspace import find_workspace

root, name = Path(sys.argv[1]), sys.argv[2]
lease._host = lambda: name
other = root / "at_work"

def work(_):
    other.touch(exist_ok=False)
    time.sleep(0.02)
    other.unlink()

stages.STAGES_OF["refresh"] = (Stage("work", work),)
workspace = find_workspace(root)
done = waited = 0
while done < 15:
    try:
        run_verb("refresh", workspace, Silent())
        done += 1
    except LeaseHeld:
        waited += 1
        time.sleep(0.01)
print(waited)
"""


def test_they_never_refresh_both(tmp_path: Path, postgresql: PostgresqlServer) -> None:
    (tmp_path / "niaga.yml").write_text(
        f"company: Toko\ncurrency: IDR\nstate: {postgresql.new_database()}\n"
    )
    find_workspace(tmp_path)
    machines = [
        subprocess.Popen(
            [sys.executable, "-c", MACHINE, str(tmp_path), name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "other")
    ]
    ends = [machine.communicate(timeout=120) for machine in machines]
    assert [machine.returncode for machine in machines] == [0, 0], ends
    # They did meet.
    assert sum(int(out) for out, _ in ends) > 0

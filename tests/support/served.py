"""`niaga serve` with real ingests, and refreshes that only note what they would have built from.

    python -m tests.support.served WORKSPACE

Each refresh (and night) adds a line to `refreshes` of the workspace: its verb and the loads that it
saw. While the file `hold` is there, it is at work.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import sqlalchemy as sa
from niaga.operate import commands, stages
from niaga.operate.stages import Stage, Work
from niaga.state.tables import load

_HOLD_SECONDS = 60.0


def _refresh(work: Work) -> None:
    root = work.workspace.root
    with work.state.reading() as connection:
        seen = connection.execute(sa.select(sa.func.count()).select_from(load)).scalar()
    (root / "at_work").touch()
    deadline = time.monotonic() + _HOLD_SECONDS
    while (root / "hold").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    (root / "at_work").unlink()
    verb = "nightly" if work.is_posting else "refresh"
    with (root / "refreshes").open("a", encoding="utf-8") as file:
        file.write(f"{verb} {seen}\n")


_REFRESH = Stage("refresh", _refresh)
# Here and not below: the processes of runs import this module, too.
stages.STAGES_OF["refresh"] = (_REFRESH,)
stages.STAGES_OF["nightly"] = (stages.NIGHT[0], _REFRESH)
stages.is_posting = lambda verb: verb == "nightly"

if __name__ == "__main__":
    sys.exit(commands.serve(True, Path(sys.argv[1]), "127.0.0.1", 0))

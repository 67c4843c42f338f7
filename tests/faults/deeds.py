"""What befalls a run at a failpoint, in its own process, where that is not its death."""

from __future__ import annotations

import contextlib
import datetime
import os
import subprocess
import sys
from pathlib import Path

_BLOCK = 1 << 20
_LOCK = """
import contextlib, sqlite3, sys, time
with contextlib.closing(sqlite3.connect(sys.argv[1], isolation_level=None)) as connection:
    connection.execute("BEGIN EXCLUSIVE")
    print("locked", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def fill_disk(filler: str, free_bytes: int) -> None:
    """Leave that many bytes free on the disk on which `filler` is written."""
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with contextlib.suppress(OSError):
        while (free := _free_bytes(Path(filler).parent)) > free_bytes:
            os.write(descriptor, bytes(min(_BLOCK, free - free_bytes)))
    os.close(descriptor)


def _free_bytes(folder: Path) -> int:
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def take_state_away(root: str, aside: str) -> None:
    """Move the state database of a workspace into another folder."""
    Path(aside).mkdir()
    for file in Path(root).glob("state.db*"):
        file.rename(Path(aside) / file.name)


def lock_state(root: str, seconds: float, patience: float) -> None:
    """Let another process lock the state database; the run has so much patience from now on."""
    from niaga.state import connection

    connection._BUSY_SECONDS = patience
    locking = subprocess.Popen(
        [sys.executable, "-c", _LOCK, str(Path(root) / "state.db"), str(seconds)],
        stdout=subprocess.PIPE,
    )
    assert locking.stdout is not None
    locking.stdout.readline()


def stop_server(folder: str) -> None:
    """Stop the PostgreSQL server in `folder` at once."""
    from tests.support.postgresql import PostgresqlServer

    PostgresqlServer(Path(folder)).stop()


def set_clock_back(days: float) -> None:
    """Let niaga's clock say an earlier time."""
    from niaga.state import lease

    class Earlier(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
            return datetime.datetime.now(tz) - datetime.timedelta(days=days)

    lease.datetime = Earlier  # type: ignore[misc]

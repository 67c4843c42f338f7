"""Places where a test kills the process, to prove that a killed run loses and doubles nothing.

Every step that makes something last passes such a place: a file that gets its name or loses it, a
transaction that commits. They are called by name, or counted as a process comes by.
"""

from __future__ import annotations

import itertools
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

_numbers = itertools.count(1)


def _kill_this_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


happen: Callable[[], None] = _kill_this_process
"""What happens at the wanted place. Tests put other faults here: a full disk, a lost database."""


def reach(name: str) -> None:
    """Kill this process at once when the environment's NIAGA_FAILPOINT is this place.

    It is one by its name, or as `#7`, the seventh place that the process comes by. Where
    NIAGA_FAILPOINT_LOG names a file, each place is written there in its turn.
    """
    wanted, log = os.environ.get("NIAGA_FAILPOINT"), os.environ.get("NIAGA_FAILPOINT_LOG")
    if not (wanted or log):
        return
    number = _count(name, log)
    if wanted and wanted in (name, number):
        happen()


def _count(name: str, log: str | None) -> str | None:
    """Give the number of a place as `#7`, and write its name down."""
    # Other threads (the lease's heartbeat) come by when they like, so they can't be counted.
    if threading.current_thread() is not threading.main_thread():
        return None
    if log:
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")
    return f"#{next(_numbers)}"

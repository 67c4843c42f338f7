"""Keep the whole story of a fault of ours in a file, so that the terminal needs one line."""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path


def write_traceback(logs: Path, error: BaseException) -> Path:
    """Write the traceback of an error into a new file in the folder `logs`, and give its path."""
    descriptor, name = tempfile.mkstemp(".txt", "fault-", logs)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    return Path(name)


def logs_folder(warehouse: Path) -> Path:
    """Give the folder of a workspace's logs, made where it is not there yet."""
    logs = warehouse / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    return logs

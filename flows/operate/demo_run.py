"""Prepare the folder of the demo: only an empty one, or one in which a demo has been before.

The truth about the company lies beside it, and is overwritten where it is a demo's.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from ..demo import is_truth, truth_file
from ..errors import UsageError
from ..workspace import SETTINGS_FILE, find_workspace

_MARKER = ".niaga-demo"
_MADE_BY_RUNS = (
    "landing",
    "lake",
    "archive",
    "quarantine",
    "rejected",
    "warehouse",
    "ledger",
    "published",
)


def prepare_folder(root: Path) -> Path:
    """Make or clear the demo's folder; raise UsageError when anything else is in its place.

    A demo starts over each time, so that what it shows is always the same. Nothing is deleted that
    niaga has not made.
    """
    root = root.expanduser().resolve()
    marker = root / _MARKER
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is a file", "choose a folder: `niaga demo --workspace FOLDER`")
    if root.is_dir() and any(root.iterdir()) and not marker.is_file():
        raise UsageError(
            f"{root} is neither empty nor an earlier demo",
            "choose another folder: `niaga demo --workspace FOLDER`",
        )
    truth = truth_file(root)
    if truth.exists() and not is_truth(truth):
        raise UsageError(
            f"{truth} is not from a demo, and would be overwritten",
            "move it away, or choose another folder: `niaga demo --workspace FOLDER`",
        )
    if (root / SETTINGS_FILE).is_file():
        _clear(root)
    root.mkdir(parents=True, exist_ok=True)
    marker.write_text("`niaga demo` made this folder and starts over in it.\n", encoding="utf-8")
    return root


def _clear(root: Path) -> None:
    from ..state import State

    # Not under the feet of a run that is at work there.
    with State.open(find_workspace(root)) as state, state.lease(verb="demo"):
        for name in _MADE_BY_RUNS:
            shutil.rmtree(root / name, ignore_errors=True)
    for file in (*root.glob("state.db*"), *root.glob("status.html")):
        file.unlink()

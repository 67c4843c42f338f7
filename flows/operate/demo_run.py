"""Prepare the folder of the demo: only an empty one, or one in which a demo has been before."""

from __future__ import annotations

import shutil
from pathlib import Path

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
    """Make or clear the demo's folder; raise UsageError when it has anything else in it.

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
    for file in root.glob("state.db*"):
        file.unlink()

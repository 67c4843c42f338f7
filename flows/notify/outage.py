"""Tell that niaga can't work at all: no run begins, so the state database remembers nothing of it.

What was told is kept in a file until a run begins; that run takes it over, and its end solves it.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from . import memory
from .message import Cause, compose
from .tell import Told

if TYPE_CHECKING:
    from pathlib import Path

    from ..state import State
    from ..workspace import Workspace


def tell_outage(workspace: Workspace, run: dict[str, Any], cause: Cause) -> Told:
    """Tell each target of a workspace why nothing runs, unless it was told the same."""
    told, known = Told(), _read(workspace)
    for target in workspace.settings.notifications:
        if cause.kind not in target.about or _is_known(cause, known.get(target.key)):
            continue
        if told.send(workspace, target, compose(workspace, run, [cause], [], 0)):
            known[target.key] = asdict(cause)
    if told.reached:
        # What can't be remembered, because the disk is full, is told again.
        with contextlib.suppress(OSError):
            _file(workspace).write_text(json.dumps(known, ensure_ascii=False) + "\n")
    return told


def take_over(workspace: Workspace, state: State) -> None:
    """Let the state database remember what was told while no run could begin."""
    if known := _read(workspace):
        for target in workspace.settings.notifications:
            if target.key in known:
                memory.remember(state, target, [Cause(**known[target.key])], [], is_sent=False)
        _file(workspace).unlink()


def _is_known(cause: Cause, told: dict[str, Any] | None) -> bool:
    return told is not None and told["mark"] == cause.mark


def _read(workspace: Workspace) -> dict[str, Any]:
    with contextlib.suppress(FileNotFoundError):
        known: dict[str, Any] = json.loads(_file(workspace).read_text())
        return known
    return {}


def _file(workspace: Workspace) -> Path:
    return workspace.warehouse / "outage.json"

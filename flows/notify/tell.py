"""Tell each target what is new and what is solved: once, and again only when it has changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import memory
from .message import Cause, compose, trial
from .sending import send
from .targets import NotSent

if TYPE_CHECKING:
    from ..state import State
    from ..workspace import Workspace
    from .message import Message
    from .targets import Target

_MUCH_MORE = 10


@dataclass
class Told:
    """Which targets were told something, and which could not be reached, with the reasons."""

    reached: list[str] = field(default_factory=list)
    unreached: dict[str, str] = field(default_factory=dict)

    def send(self, workspace: Workspace, target: Target, message: Message) -> bool:
        """Send a message and note whether it has reached the target; say so, too."""
        try:
            send(workspace, target, message)
        except NotSent as error:
            self.unreached[target.label] = str(error)
            return False
        self.reached.append(target.label)
        return True


def tell(
    workspace: Workspace,
    state: State,
    run: dict[str, Any],
    causes: Sequence[Cause],
    passed: Collection[str],
    *,
    is_over: bool = True,
) -> Told:
    """Tell each target of a workspace the causes that it does not know, and those that have ended.

    `passed` are the stages that the run has come past: a cause that such a stage would have found,
    and that is not among `causes`, is solved. While a run is not over, nothing is. `run` is what
    the message says about it. A target that can't be reached is told the same by the next run.
    """
    told = Told()
    for target in workspace.settings.notifications:
        known = memory.told_to(state, target)
        wanted = [cause for cause in causes if cause.kind in target.about]
        new = [cause for cause in wanted if _is_new(cause, known.get(cause.key))]
        gone = _gone(known, wanted, passed) if is_over else []
        solved = [row.what for row in gone if not row.passes and row.kind in target.about]
        ended = [row.cause for row in gone]
        if new or solved:
            still_open = len(known) - len(gone) - sum(cause.key in known for cause in new)
            message = compose(workspace, run, new, solved, still_open)
            if not told.send(workspace, target, message):
                memory.record_failure(state, target, told.unreached[target.label])
                continue
        if new or ended:
            memory.remember(state, target, new, ended, is_sent=bool(new or solved))
    return told


def try_targets(workspace: Workspace, state: State) -> Told:
    """Send a trial to each target of a workspace."""
    told = Told()
    message = trial(workspace)
    for target in workspace.settings.notifications:
        if told.send(workspace, target, message):
            memory.record_success(state, target)
        else:
            memory.record_failure(state, target, told.unreached[target.label])
    return told


def _is_new(cause: Cause, known: Any) -> bool:
    if known is None:
        return True
    has_grown = known.size > 0 and cause.size >= _MUCH_MORE * known.size
    return bool(known.mark != cause.mark or has_grown)


def _gone(known: dict[str, Any], wanted: Sequence[Cause], passed: Collection[str]) -> list[Any]:
    """Give what a target was told that is no longer so, in the order of its telling."""
    now = {cause.key for cause in wanted}
    gone = [
        row
        for row in known.values()
        if row.cause not in now and (row.stage is None or row.stage in passed)
    ]
    return sorted(gone, key=lambda row: (row.told_at, row.cause))

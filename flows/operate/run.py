"""One run of a verb: hold the workspace, run its stages, record how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import GateStopped, NiagaError
from . import stages
from .stages import Stage, Work

if TYPE_CHECKING:
    from ..progress import Progress
    from ..state import State
    from ..workspace import Workspace

FILE_HELD = 4
"""Exit code of a run that did all it could, while a whole file is held back."""


@dataclass(frozen=True)
class HeldFile:
    """A whole file that is held back."""

    source: str
    file_name: str
    status: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and what its stages have reported."""

    verb: str
    run_id: str
    exit_code: int
    seconds: float
    held_files: tuple[HeldFile, ...]
    work: Work


def run_verb(
    verb: str,
    workspace: Workspace,
    progress: Progress,
    run: Callable[[Stage, Work], None] = stages.call,
) -> Outcome:
    """Run the stages of `verb` on a workspace that nobody else works on.

    Raises what a stage raises, after recording it: GateStopped leaves the last publication in place.
    """
    from ..state import State

    began = time.monotonic()
    with State.open(workspace) as state, state.lease(verb=verb):
        published_before = _last_published_at(state)
        run_id = state.start_run(verb)
        work = Work(workspace, state, run_id, progress, stages.is_posting(verb))
        try:
            stages.run_stages(stages.STAGES_OF[verb], work, run)
            held_files = _held_files(state, published_before)
            exit_code = FILE_HELD if held_files else 0
            outcome = Outcome(
                verb, run_id, exit_code, time.monotonic() - began, held_files, work
            )
            state.finish_run(run_id, "done", exit_code, summarise(outcome))
        except BaseException as error:
            status = "stopped" if isinstance(error, GateStopped) else "failed"
            code = error.exit_code if isinstance(error, NiagaError) else 1
            state.finish_run(run_id, status, code, {"reason": str(error) or type(error).__name__})
            raise
    return outcome

"""Change the quarantine while nobody else works on the workspace, and record the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import NiagaError
from ..ingest import amending
from ..state import State
from .run import refuse_foreign_state

if TYPE_CHECKING:
    from pathlib import Path

    from ..ingest.amending import Amended
    from ..ingest.amendments import Kind
    from ..workspace import Workspace


_Result = TypeVar("_Result")


def amend(
    workspace: Workspace, source: str, file: Path, kind: Kind, reason: str | None = None
) -> Amended:
    """Take a file of corrected or dropped records."""

    def act(state: State, run_id: str) -> tuple[Amended, dict[str, Any]]:
        amended = amending.amend(workspace, state, run_id, source, file, kind, reason)
        return amended, asdict(amended)

    return _recorded(workspace, "correct" if kind == "correction" else "drop", act)


def restore(workspace: Workspace, source: str, reason: str) -> int:
    """Withdraw what was corrected and dropped of a source; give how many records that were."""

    def act(state: State, run_id: str) -> tuple[int, dict[str, Any]]:
        records = amending.restore(workspace, state, run_id, source, reason)
        return records, {"source": source, "records": records}

    return _recorded(workspace, "restore", act)


def _recorded(
    workspace: Workspace, verb: str, act: Callable[[State, str], tuple[_Result, dict[str, Any]]]
) -> _Result:
    verb = f"quarantine {verb}"
    with State.open(workspace) as state, state.lease(verb=verb):
        refuse_foreign_state(workspace, state)
        run_id = state.start_run(verb)
        try:
            result, summary = act(state, run_id)
            state.finish_run(run_id, "done", 0, summary)
        except BaseException as error:
            code = error.exit_code if isinstance(error, NiagaError) else 1
            reason = str(error) or type(error).__name__
            state.finish_run(run_id, "failed", code, {"reason": reason})
            raise
    return result

"""One run of a verb: hold the workspace, run its stages, record how it ended."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from ..disk import told_when_full
from ..errors import GateStopped, LeaseHeld, NiagaError
from ..state.connection import told_when_away
from ..state.tables import run as run_table
from . import stages
from .after_run import report_earlier, report_outage, report_run
from .held import HeldFile, held_files
from .stages import Stage, Work

if TYPE_CHECKING:
    from ..ingest.stage import IngestReport
    from ..progress import Progress
    from ..refresh.stage import BuildReport
    from ..state import State
    from ..workspace import Workspace

FILE_HELD = 4
"""Exit code of a run that did all it could, while a whole file is held back."""


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
    source: str | None = None,
) -> Outcome:
    """Run the stages of `verb` on a workspace that nobody else works on; some are of one source.

    Raises what a stage raises, after recording it. The last publication stays in place then.
    """
    from ..state import State

    began = time.monotonic()
    work: Work | None = None
    try:
        with (
            told_when_away(workspace.state_url),
            told_when_full(workspace.root),
            State.open(workspace) as state,
            state.lease(verb=verb),
        ):
            refuse_foreign_state(workspace, state)
            run_id = state.start_run(verb)
            work = Work(workspace, state, run_id, progress, stages.is_posting(verb), source)
            report_earlier(work)
            return _run_begun(verb, work, run, began)
    except LeaseHeld:
        raise
    except Exception as error:
        if (work is None or not work.is_told) and verb not in stages.BY_HAND:
            report_outage(verb, workspace, progress, error, _exit_code(error))
        raise


def _run_begun(verb: str, work: Work, run: Callable[[Stage, Work], None], began: float) -> Outcome:
    workspace, state = work.workspace, work.state
    try:
        stages.run_stages(stages.STAGES_OF[verb], work, run)
        held = held_files(workspace, state)
        ingested = work.ingested
        is_held = bool(held) or (ingested is not None and ingested.is_anything_left_over)
        exit_code = FILE_HELD if is_held else 0
        outcome = Outcome(verb, work.run_id, exit_code, time.monotonic() - began, held, work)
        state.finish_run(work.run_id, "done", exit_code, summarise(outcome))
    except BaseException as error:
        status = "stopped" if isinstance(error, GateStopped) else "failed"
        code = _exit_code(error)
        reason = {"reason": str(error) or type(error).__name__}
        # What failed is told, even where the state database has failed too: the next run
        # records that this one came to no end.
        with contextlib.suppress(DBAPIError):
            state.finish_run(work.run_id, status, code, reason)
        # Whoever breaks a run off knows of it.
        if isinstance(error, Exception):
            report_run(verb, work, status, code, error)
        raise
    report_run(verb, work, "done", exit_code)
    return outcome


def _exit_code(error: BaseException) -> int:
    return error.exit_code if isinstance(error, NiagaError) else 1


def refuse_foreign_state(workspace: Workspace, state: State) -> None:
    """Raise NiagaError when there is data, and a state database that knows of no run at all.

    What the state database does not know is swept as garbage: that must not happen to a lake and a
    ledger whose own state database was lost.
    """
    with state.reading() as connection:
        known = connection.execute(sa.select(run_table.c.run_id).limit(1)).first()
    if known is None and any(
        next(folder.rglob("*.parquet"), None) for folder in (workspace.lake, workspace.ledger)
    ):
        raise NiagaError(
            "lake/ or ledger/ has data, and the state database knows of no run",
            "put back the state database that belongs to this workspace; without it nobody can say "
            "what was loaded and paid",
        )


def summarise(outcome: Outcome) -> dict[str, Any]:
    """Give what a run has done as plain data, for the record and for programs."""
    work = outcome.work
    summary: dict[str, Any] = {
        "verb": outcome.verb,
        "run_id": outcome.run_id,
        "exit_code": outcome.exit_code,
        "seconds": round(outcome.seconds, 1),
    }
    if work.ingested is not None:
        summary["ingested"] = _ingested(work.ingested)
    if work.checked:
        summary["checked"] = _checked(work)
    if work.built is not None:
        summary["built"] = _built(work.built)
    if work.is_posting:
        summary["posted"] = work.posted
    if work.publication is not None:
        summary["published"] = {
            "publication_id": work.publication.publication_id,
            "path": str(work.publication.path),
            "tables": len(work.publication.rows),
            "rows": sum(work.publication.rows.values()),
        }
    summary["held_files"] = [asdict(file) for file in outcome.held_files]
    return summary


def _ingested(report: IngestReport) -> dict[str, Any]:
    statuses = Counter(export.status for export in report.outcomes)
    return {
        "files": dict(statuses),
        "rows_loaded": report.rows_loaded,
        "rows_held": report.rows_held,
        "left_in_landing": [asdict(file) for file in report.left],
        "not_read_again": [
            {"file_name": export.file_name, "part": export.part, "reason": export.reason}
            for export in report.not_read_again
        ],
        "layout_changes": [
            {"source": export.source, "file_name": export.file_name, **asdict(change)}
            for export in report.outcomes
            for change in export.changes
        ],
    }


def _checked(work: Work) -> dict[str, int]:
    return {
        "expectations": sum(len(report.results) for report in work.checked),
        "failed_critical": sum(len(report.failed_critical) for report in work.checked),
        "failed_warning": sum(len(report.failed_warning) for report in work.checked),
    }


def _built(report: BuildReport) -> dict[str, Any]:
    return {
        "is_full": report.is_full,
        "models": report.models,
        "as_of": report.as_of.isoformat() if report.as_of else None,
        "participants": report.participants,
        "commission_amount": str(report.commission_amount),
    }

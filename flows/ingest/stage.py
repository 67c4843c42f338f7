"""Bring what has landed into the lake."""

from __future__ import annotations

from dataclasses import dataclass

from ..progress import Progress
from ..state import State
from ..workspace import Workspace, ensure_folders
from .batches import in_batches
from .catalogue import REJECTED
from .intake import NOT_READ_AGAIN, ExportOutcome, Intake
from .landing import LeftFile, clear_taken_out, look_into_landing
from .mapping import check_sources
from .read_ahead import ReadAhead
from .sources import load_sources
from .sweep import sweep

__all__ = ["STAGE", "ExportOutcome", "IngestReport", "ingest"]

STAGE = "ingest"


@dataclass(frozen=True)
class IngestReport:
    """What became of all files that were looked at."""

    outcomes: tuple[ExportOutcome, ...]
    left: tuple[LeftFile, ...] = ()

    @property
    def rows_loaded(self) -> int:
        """Records that are now in the lake."""
        return sum(outcome.rows_loaded for outcome in self.outcomes)

    @property
    def rows_held(self) -> int:
        """Records that are now in quarantine."""
        return sum(outcome.rows_held for outcome in self.outcomes)

    @property
    def files_held(self) -> int:
        """Files that are now in rejected/."""
        return sum(outcome.status == REJECTED for outcome in self.outcomes)

    @property
    def not_read_again(self) -> tuple[ExportOutcome, ...]:
        """Archived exports that could not be read again: they count as they did before."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == NOT_READ_AGAIN)

    @property
    def is_anything_left_over(self) -> bool:
        """Whether a file wants looking at that is in no folder of held ones."""
        return bool(self.not_read_again) or any(file.is_stuck for file in self.left)


def ingest(workspace: Workspace, state: State, run_id: str, progress: Progress) -> IngestReport:
    """Load every file in landing/, once; faulty files and rows are held back, and the rest goes on.

    Killed at any moment and run again, it ends as if it had run once. The caller holds the lease.
    """
    sources = load_sources(workspace)
    check_sources(sources)
    ensure_folders(workspace)
    sweep(workspace, state)
    landing = look_into_landing(workspace, sources)
    # SQLite tidies up when the last connection closes: one that stays open spares each load that.
    batches = in_batches(landing.files)
    with state.engine.connect(), ReadAhead(workspace, state, batches) as ahead:
        intake = Intake(workspace, state, run_id, ahead)
        progress.start(STAGE, len(landing.files))
        try:
            for batch in batches:
                intake.take(batch)
                progress.advance(STAGE, len(batch.files), batch.files[-1].file_name)
        finally:
            clear_taken_out(workspace)
        intake.settle_all(sources)
    report = IngestReport(intake.outcomes, (*landing.left, *intake.left))
    progress.finish(STAGE, sum_up(report))
    return report


def sum_up(report: IngestReport) -> str:
    """Say in a few words how an ingest ended."""
    left = f", {len(report.left)} left in landing/" if report.left else ""
    return (
        f"{report.rows_loaded:,} rows loaded, {report.rows_held:,} rows and "
        f"{report.files_held} files held back{left}"
    )

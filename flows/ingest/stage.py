"""Bring what has landed into the lake."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from .. import failpoints
from ..progress import Progress
from ..state import State, utc_now
from ..workspace import Workspace, ensure_folders
from . import catalogue
from .archive import Archived, archive_export
from .catalogue import LOADED, REJECTED, REPLACED, WAITING, Export
from .faults import FileFault
from .landing import Landed, business_date, explain, hold_back, landed_files, release
from .load import Load, load_delivery
from .mapping import check_sources
from .sources import Source, load_sources
from .sweep import sweep

STAGE = "ingest"


@dataclass(frozen=True)
class ExportOutcome:
    """What became of one file. The counts of rows are records of the file; `feeds` has lake rows."""

    source: str
    part: str
    file_name: str
    export_id: str
    status: str
    reason: str | None = None
    rows_read: int = 0
    rows_loaded: int = 0
    rows_held: int = 0
    rows_filtered: int = 0
    feeds: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class IngestReport:
    """What became of all files that were looked at."""

    outcomes: tuple[ExportOutcome, ...]

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


def ingest(workspace: Workspace, state: State, run_id: str, progress: Progress) -> IngestReport:
    """Load every file in landing/, once; faulty files and rows are held back, and the rest goes on.

    Killed at any moment and run again, it ends as if it had run once.
    """
    sources = load_sources(workspace)
    check_sources(sources)
    ensure_folders(workspace)
    sweep(workspace, state)
    files = landed_files(workspace, sources)
    work = _Ingest(workspace, state, run_id, {source.source: source for source in sources})
    progress.start(STAGE, len(files))
    for landed in files:
        work.take(landed)
        progress.advance(STAGE, note=landed.file_name)
    for name, delivery in catalogue.unsettled_deliveries(state):
        if name in work.sources:
            work.settle(work.sources[name], delivery)
    report = IngestReport(tuple(work.outcomes.values()))
    progress.finish(STAGE, f"{report.rows_loaded} rows loaded, {report.rows_held} held back")
    return report

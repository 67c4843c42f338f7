"""Read the archived exports of a source again, after the source has changed or rows were lost.

What was loaded is read from the archive, and each delivery's new reading counts from one
transaction on. Files that the source refused, and that still lie in rejected/, land once more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from ..errors import UsageError
from ..progress import Progress
from ..state import State
from ..workspace import Workspace, ensure_folders
from . import catalogue
from .amendments import current_amendments
from .batches import fits, in_batches, stand_alone
from .catalogue import LOADED, REJECTED, WAITING, Export
from .intake import Intake
from .landing import Taker, clear_taken_out, identify, land_again, look_into_landing
from .mapping import check_sources
from .read_ahead import ReadAhead
from .rejected import rejected_path, release
from .sources import Source, load_sources
from .stage import STAGE, IngestReport, sum_up
from .sweep import sweep
from .trial import find_source

_REMEDY = (
    "put back what the source said, or write the new layout as a source of another name: what was"
    " loaded stays as it is"
)


def ingest_again(
    workspace: Workspace, state: State, run_id: str, name: str, progress: Progress
) -> IngestReport:
    """Read all exports of the source again; other files in landing/ are left there.

    Raises UsageError, before anything is changed, when the source is not the one that took the
    exports. Killed at any moment, it can be run again. The caller holds the lease.
    """
    source = find_source(workspace, name)
    sources = load_sources(workspace)
    check_sources(sources)
    ensure_folders(workspace)
    known = catalogue.exports_of_source(state, name, LOADED, WAITING)
    _check_parts(state, source, known)
    exports = [_as_named_now(source, export) for export in known]
    sweep(workspace, state)
    returned = _put_back(workspace, state, source)
    if changed := [export for export in exports if export not in known]:
        catalogue.record_exports(state, changed)
    with state.engine.connect(), ReadAhead(workspace, state, ()) as ahead:
        intake = Intake(workspace, state, run_id, ahead)
        landing = look_into_landing(workspace, sources)
        try:
            for batch in in_batches(f for f in landing.files if f.file_name in returned):
                intake.take(batch)
        finally:
            clear_taken_out(workspace)
        intake.settle_all([source])
        batches = _deliveries(source, exports)
        progress.start(STAGE, sum(len(deliveries) for deliveries in batches))
        for deliveries in batches:
            intake.read_again(source, deliveries)
            progress.advance(STAGE, len(deliveries), deliveries[-1])
    report = IngestReport(intake.outcomes)
    progress.finish(STAGE, sum_up(report))
    return report


def _check_parts(state: State, source: Source, exports: Iterable[Export]) -> None:
    """Raise UsageError when the exports are of other parts than the source has."""
    loads = catalogue.parts_of_loads(state, source.source)
    parts = {export.part for export in exports}.union(*loads)
    # What was corrected belongs to the part that drives: in another place it would not be read.
    amended = {part for name, part, _ in current_amendments(state) if name == source.source}
    is_same = all(load == set(source.exports) for load in loads)
    if not is_same or parts - set(source.exports) or amended - {next(iter(source.exports))}:
        raise UsageError(
            f"{source.source} has the parts {', '.join(source.exports)}; its exports were taken as"
            f" {', '.join(sorted(parts))}",
            _REMEDY,
        )


def _as_named_now(source: Source, export: Export) -> Export:
    """Give an export with what its name says to the source as it is now.

    Raises UsageError when it would be another export now: nobody knows which of the two counts.
    """
    layout = source.exports[export.part]
    match = layout.match(export.file_name)
    place = f"{source.source}, part {export.part}: {export.file_name}"
    if match is None:
        raise UsageError(f"{place} was taken, and the pattern {layout.file} does not", _REMEDY)
    taker = Taker(source, export.part, match)
    export_id = identify(taker, Path(export.archive_path).stem)
    delivery = export_id if len(source.exports) == 1 else match.delivery or ""
    if (export_id, delivery) != (export.export_id, export.delivery):
        raise UsageError(
            f"{place} would be another export now: its pattern, sheet or member has changed",
            _REMEDY,
        )
    is_dated = source.business_date == "file_name"
    return replace(export, business_date=match.business_date) if is_dated else export


def _put_back(workspace: Workspace, state: State, source: Source) -> set[str]:
    """Move the files that the source has refused from rejected/ into landing/; give their names.

    A file that a person has taken out of rejected/ is done with.
    """
    names = set()
    for export in catalogue.exports_of_source(state, source.source, REJECTED):
        rejected = rejected_path(workspace, export.file_name)
        is_newer_there = (workspace.landing / export.file_name).exists()
        if not rejected.is_file() or is_newer_there:
            continue
        if source.business_date == "file_time" and export.business_date:
            zone = source.locale.time_zone or workspace.settings.time_zone
            _set_day(rejected, export.business_date, zone)
        land_again(workspace, rejected, export.file_name)
        release(workspace, export.file_name)
        names.add(export.file_name)
    return names


def _set_day(file: Path, day: date, zone: str) -> None:
    """Give a file the day that it had when it came: it may be a copy from the archive."""
    noon = datetime.combine(day, time(12), ZoneInfo(zone)).timestamp()
    os.utime(file, (noon, noon))


def _deliveries(source: Source, exports: Iterable[Export]) -> list[list[str]]:
    """List the deliveries once each, those in one list that can be read together.

    The latest come first: a full dump then replaces those before.
    """
    by_rank = sorted(exports, key=lambda export: export.rank, reverse=True)
    if not stand_alone(source):
        return [[name] for name in dict.fromkeys(export.delivery or "" for export in by_rank)]
    batches: list[list[str]] = []
    size_bytes = 0
    for export in by_rank:
        size_bytes += export.size_bytes
        if not batches or not fits(len(batches[-1]) + 1, size_bytes):
            batches.append([])
            size_bytes = export.size_bytes
        batches[-1].append(export.delivery or "")
    return batches

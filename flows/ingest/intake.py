"""Decide about each export: load it, know it, let it wait for its delivery's rest, or reject it.

A delivery is one export of each part of a source. Where several exports of a part belong to one
delivery, the one with the latest business date counts (then the largest id): so what is loaded
depends on which exports there are, never on the order in which they came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..failpoints import reach
from ..state import State, utc_now
from ..workspace import Workspace
from . import catalogue
from .amendments import current_amendments
from .archive import Archived, Identity
from .catalogue import LOADED, REJECTED, REPLACED, WAITING, Export
from .faults import FileChanged, FileFault
from .landing import Landed, LeftFile, Taker, business_date, identify, left_file, take_out
from .layout import LayoutChange
from .load import Load, load_delivery
from .read_ahead import ReadAhead
from .rejected import explain, hold_back, release
from .sources import Source
from .superseding import REASON

KNOWN = "known"
"""The outcome of a file whose content has come before."""
READ_AGAIN, NOT_READ_AGAIN = "read again", "not read again"
"""The outcomes of an archived export: what fails the second time goes on counting as it was."""


@dataclass(frozen=True)
class ExportOutcome:
    """What became of one file: counts of its records, and of the rows of each feed in the lake."""

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
    changes: tuple[LayoutChange, ...] = ()


class Intake:
    """Takes files in, one after the other, and settles deliveries; `outcomes` says how."""

    def __init__(self, workspace: Workspace, state: State, run_id: str, ahead: ReadAhead) -> None:
        self._workspace = workspace
        self._state = state
        self._run_id = run_id
        self._ahead = ahead
        self._outcomes: dict[tuple[str, str, str, str], ExportOutcome] = {}
        self.left: list[LeftFile] = []
        self._amendments = current_amendments(state)
        self._read: set[tuple[str, str]] = set()

    @property
    def outcomes(self) -> tuple[ExportOutcome, ...]:
        """The files that were decided about, in the order in which they were first looked at."""
        return tuple(self._outcomes.values())

    def take(self, landed: Landed) -> None:
        """Take a file from landing/: load it, or note it where its delivery has other parts."""
        try:
            archived = self._ahead.archive(landed)
        except FileNotFoundError:
            return  # Its writer has taken it away again.
        except FileChanged as fault:
            self.left.append(left_file(landed, fault.reason))
            return
        except FileFault as fault:
            self._refuse(landed, fault, None)
            return
        reach("ingest.archived")
        if not landed.takers:
            self._refuse(landed, FileFault("no source takes this file"), archived)
            return
        # Killed on the way, the file is still there to be looked at again.
        explanations = [self._take_for(taker, landed, archived) for taker in landed.takers]
        faults = [explanation for explanation in explanations if explanation]
        taken = take_out(landed, archived.identity)
        if faults:
            explanation = "\n".join(faults)
            hold_back(self._workspace, landed.file_name, taken or archived.path, explanation)
        elif taken:
            taken.unlink()
        reach("landing.removed")

    def _take_for(self, taker: Taker, landed: Landed, archived: Archived) -> str | None:
        """Take a file for one source; give the reason in words when that rejects it."""
        source = taker.source
        export_id = identify(taker, archived.sha256)
        known = catalogue.find_export(self._state, source.source, taker.part, export_id)
        if known and known.status in (LOADED, WAITING):
            self._note(replace(known, file_name=landed.file_name), KNOWN, known.reason)
            return None
        is_whole = len(source.exports) == 1
        export = Export(
            source=source.source,
            part=taker.part,
            export_id=export_id,
            file_name=landed.file_name,
            size_bytes=archived.size_bytes,
            business_date=business_date(self._workspace, archived.identity, taker),
            delivery=export_id if is_whole else taker.match.delivery or "",
            status=WAITING,
            landed_at=utc_now(),
            run_id=self._run_id,
            archive_path=self._path_of(archived),
        )
        if not is_whole:
            catalogue.record_exports(self._state, [export])
            self._note(export, WAITING)
            return None
        try:
            self._load(source, export_id, {taker.part: export}, [export])
        except FileFault as fault:
            catalogue.record_exports(self._state, self._rejected(export, fault))
            return _explain(export, fault)
        return None

    def settle_all(self, sources: Iterable[Source]) -> None:
        """Settle the deliveries of these sources that have exports waiting."""
        by_name = {source.source: source for source in sources}
        for name, delivery in catalogue.unsettled_deliveries(self._state):
            if name in by_name:
                self.settle(by_name[name], delivery)

    def settle(self, source: Source, delivery: str) -> None:
        """Load a delivery that is complete; reject the exports that can't be loaded."""
        while True:
            exports = [
                export
                for export in catalogue.exports_of(self._state, source.source, delivery)
                if export.part in source.exports
            ]
            waiting = [export for export in exports if export.status == WAITING]
            if not waiting:
                return
            winners = _winners(source, exports)
            missing = [part for part in source.exports if part not in winners]
            if missing:
                names = ", ".join(f"{part} ({source.exports[part].file})" for part in missing)
                self._decide(waiting, WAITING, f"waits for {names}")
                return
            current = catalogue.current_exports(self._state, source.source, delivery)
            if current == {part: export.export_id for part, export in winners.items()}:
                self._decide(waiting, LOADED, "a later export of its delivery counts")
                return
            try:
                self._load(source, delivery, winners, waiting)
            except FileFault as fault:
                export = _blamed(fault, winners)
                archived = self._workspace.root / export.archive_path
                # Killed in between, the export still waits.
                hold_back(self._workspace, export.file_name, archived, _explain(export, fault))
                catalogue.record_exports(self._state, self._rejected(export, fault))

    def read_again(self, source: Source, delivery: str) -> None:
        """Load the exports of a delivery anew, unless this run has done so.

        Where that fails the load that there is goes on counting: the exports were good once.
        """
        loaded = [
            replace(export, run_id=self._run_id)
            for export in catalogue.exports_of(self._state, source.source, delivery)
            if export.status == LOADED
        ]
        winners = _winners(source, loaded)
        if (source.source, delivery) in self._read or len(winners) < len(source.exports):
            return
        counts = catalogue.current_exports(self._state, source.source, delivery)
        if not counts and catalogue.is_replaced(self._state, source, delivery, winners):
            # A later dump counts instead, and does so whatever this one says.
            return
        try:
            load = self._read_winners(source, winners)
        except FileFault as fault:
            export = winners.get(fault.part or "") or next(iter(winners.values()))
            self._note(export, NOT_READ_AGAIN, fault.reason)
            return
        exports = [replace(export, reason=None) for export in winners.values()]
        is_counted = catalogue.commit_load(
            self._workspace, self._state, load, source, delivery, winners, exports
        )
        reach("ingest.read_again")
        for export in _explained(exports, is_counted):
            self._note_loaded(export, load, source, True, READ_AGAIN)

    def _load(
        self,
        source: Source,
        delivery: str,
        winners: Mapping[str, Export],
        waiting: Iterable[Export],
    ) -> None:
        """Load the winners of a delivery, and make it count."""
        load = self._read_winners(source, winners)
        decided = [
            replace(
                export,
                status=LOADED,
                decided_at=utc_now(),
                reason=None
                if winners[export.part] == export
                else "a later export of its delivery counts",
            )
            for export in waiting
        ]
        replaced = [old for export in decided for old in self._replaced_by(export)]
        # Before the commit: killed in between, the good files are looked at again.
        refused = catalogue.refused_names(self._state, decided + replaced)
        for export in decided + replaced:
            if export.file_name not in refused:
                release(self._workspace, export.file_name)
        is_counted = catalogue.commit_load(
            self._workspace, self._state, load, source, delivery, winners, decided + replaced
        )
        reach("ingest.committed")
        self._read.add((source.source, delivery))
        for export in _explained(decided, is_counted):
            is_read = winners[export.part].export_id == export.export_id
            self._note_loaded(export, load, source, is_read)

    def _read_winners(self, source: Source, winners: Mapping[str, Export]) -> Load:
        known = catalogue.known_layouts(self._state, source.source)
        return load_delivery(
            self._workspace, source, winners, known, self._amendments, self._ahead.stream
        )

    def _decide(self, exports: Iterable[Export], status: str, reason: str) -> None:
        decided_at = None if status == WAITING else utc_now()
        decided = [
            replace(export, status=status, reason=reason, decided_at=decided_at)
            for export in exports
        ]
        catalogue.record_exports(self._state, decided)
        for export in decided:
            self._note(export, status, reason)

    def _rejected(self, export: Export, fault: FileFault) -> list[Export]:
        """Give the export as rejected, and those that it replaces."""
        rejected = replace(
            export, status=REJECTED, reason=fault.reason, decided_at=utc_now(), run_id=self._run_id
        )
        self._note(rejected, REJECTED, fault.reason)
        return [rejected, *self._replaced_by(rejected)]

    def _refuse(self, landed: Landed, fault: FileFault, archived: Archived | None) -> None:
        """Reject a file that is not for any source, or can't be read, and so is not archived."""
        found = landed.path.lstat()
        export = Export(
            source="",
            part="",
            export_id=archived.sha256 if archived else _sha256(landed.file_name),
            file_name=landed.file_name,
            size_bytes=found.st_size,
            business_date=None,
            delivery=None,
            status=REJECTED,
            landed_at=utc_now(),
            run_id=self._run_id,
            archive_path=self._path_of(archived) if archived else "",
        )
        taken = take_out(landed, archived.identity if archived else Identity.of(found))
        if not taken:
            return  # Another file has the name by now: the next run decides about that one.
        catalogue.record_exports(self._state, self._rejected(export, fault))
        hold_back(self._workspace, export.file_name, taken, _explain(export, fault))

    def _path_of(self, archived: Archived) -> str:
        return archived.path.relative_to(self._workspace.root).as_posix()

    def _replaced_by(self, export: Export) -> list[Export]:
        """Give the exports that were rejected before, and count no more now."""
        found = catalogue.replaced_exports(self._state, export, Path(export.archive_path).stem)
        return [replace(old, status=REPLACED, decided_at=utc_now()) for old in found]

    def _note_loaded(
        self, export: Export, load: Load, source: Source, is_read: bool, status: str = LOADED
    ) -> None:
        read = load.parts[export.part].read if export.reason is None else 0
        changes = tuple(c for c in load.changes if is_read and c.part == export.part)
        if export.part != next(iter(source.exports)) or export.reason:
            self._note(export, status, export.reason, rows_read=read, changes=changes)
            return
        self._note(
            export,
            status,
            rows_read=read,
            rows_loaded=load.rows_loaded,
            rows_held=load.rows_held,
            rows_filtered=load.rows_filtered,
            feeds=load.feeds,
            changes=changes,
        )

    def _note(
        self,
        export: Export,
        status: str,
        reason: str | None = None,
        rows_read: int = 0,
        rows_loaded: int = 0,
        rows_held: int = 0,
        rows_filtered: int = 0,
        feeds: dict[str, int] | None = None,
        changes: tuple[LayoutChange, ...] = (),
    ) -> None:
        key = (export.source, export.part, export.export_id, export.file_name)
        self._outcomes[key] = ExportOutcome(
            *(export.source, export.part, export.file_name, export.export_id, status, reason),
            *(rows_read, rows_loaded, rows_held, rows_filtered, feeds or {}, changes),
        )


def _explained(exports: Iterable[Export], is_counted: bool) -> list[Export]:
    """Say of exports that were loaded why their rows do not count."""
    return [
        export if is_counted else replace(export, reason=export.reason or REASON)
        for export in exports
    ]


def _explain(export: Export, fault: FileFault) -> str:
    place = f"source {export.source}, part {export.part}" if export.source else "no source"
    return explain(place, fault.reason, fault.examples)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _winners(source: Source, exports: Iterable[Export]) -> dict[str, Export]:
    """Give the export of each part that counts, in the order of the parts."""
    by_part: dict[str, Export] = {}
    for export in sorted(exports, key=lambda export: export.rank):
        by_part[export.part] = export
    return {part: by_part[part] for part in source.exports if part in by_part}


def _blamed(fault: FileFault, winners: Mapping[str, Export]) -> Export:
    """Choose the export to reject: the part at fault; what was loaded before is not to blame."""
    new = [export for export in winners.values() if export.status == WAITING]
    for export in new:
        if export.part == fault.part:
            return export
    return new[0] if new else next(iter(winners.values()))

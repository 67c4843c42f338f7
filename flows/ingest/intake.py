"""Decide about each export: load it, know it, let it wait for its delivery's rest, or reject it.

A delivery is one export of each part of a source. Where several exports of a part belong to one
delivery, the one with the latest business date counts (then the largest id): so what is loaded
depends on which exports there are, never on the order in which they came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..failpoints import reach
from ..state import State, utc_now
from ..workspace import Workspace
from . import catalogue
from .amendments import current_amendments
from .archive import Archived, Identity
from .batches import Batch
from .catalogue import LOADED, REJECTED, REPLACED, WAITING, Export, Settled
from .faults import FileChanged, FileFault
from .landing import Landed, LeftFile, Taker, left_file, take_out
from .layout import LayoutChange
from .load import Load, load_delivery, load_together
from .read_ahead import ReadAhead, candidate_of
from .rejected import explain, hold_back, release
from .sources import Source

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
    """Takes files in, one batch after the other, and settles deliveries; `outcomes` says how."""

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
        """The files that were decided about, in the order in which that was."""
        return tuple(self._outcomes.values())

    def take(self, batch: Batch) -> None:
        """Take files from landing/: load them, or note those whose delivery has other parts."""
        files: list[tuple[Landed, Archived]] = []
        for landed, archived in zip(batch.files, self._ahead.archive(batch), strict=True):
            if isinstance(archived, Archived):
                reach("ingest.archived")
                files.append((landed, archived))
            elif isinstance(archived, FileChanged):
                self.left.append(left_file(landed, archived.reason))
            elif isinstance(archived, FileFault):
                self._refuse(landed, archived, None)
            # Else its writer has taken it away again.
        loaded = self._load_together(files) if len(files) > 1 else set()
        # Killed on the way, the files are still there to be looked at again.
        for landed, archived in files:
            explanations = [] if landed.path in loaded else self._explanations(landed, archived)
            if explanations is not None:
                self._remove(landed, archived, explanations)

    def _explanations(self, landed: Landed, archived: Archived) -> list[str] | None:
        """Take a file that is in the archive; give reasons in words for which it is held back.

        None when no source takes it: then it has been dealt with.
        """
        if not landed.takers:
            self._refuse(landed, FileFault("no source takes this file"), archived)
            return None
        explanations = [self._take_for(taker, landed, archived) for taker in landed.takers]
        return [explanation for explanation in explanations if explanation]

    def _remove(self, landed: Landed, archived: Archived, explanations: list[str]) -> None:
        """Remove a file from landing/ that has been decided about; hold it back with reasons."""
        taken = take_out(landed, archived.identity)
        if explanations:
            explanation = "\n".join(explanations)
            hold_back(self._workspace, landed.file_name, taken or archived.path, explanation)
        elif taken:
            taken.unlink()
        reach("landing.removed")

    def _load_together(self, files: Sequence[tuple[Landed, Archived]]) -> set[Path]:
        """Load new files of a source of one part in one pass; give those that are loaded.

        What is left is taken file by file: what is known, and what has, or may have, a fault.
        """
        source, part = files[0][0].takers[0].source, files[0][0].takers[0].part
        new: dict[str, tuple[Landed, Export]] = {}
        for landed, archived in files:
            export = self._export(landed.takers[0], landed, archived)
            new.setdefault(export.export_id, (landed, export))
        known = catalogue.known_exports(self._state, source.source, part, new)
        exports = [export for name, (_, export) in new.items() if name not in known]
        settled = self._settle_together(source, part, exports)
        if settled:
            self._make_count(source, settled, [one.winners[part] for one in settled])
        return {new[one.delivery][0].path for one in settled}

    def _take_for(self, taker: Taker, landed: Landed, archived: Archived) -> str | None:
        """Take a file for one source; give the reason in words when that rejects it."""
        source, export = taker.source, self._export(taker, landed, archived)
        known = catalogue.known_exports(
            self._state, source.source, taker.part, [export.export_id]
        ).get(export.export_id)
        if known:
            self._note(replace(known, file_name=landed.file_name), KNOWN, known.reason)
            return None
        if len(source.exports) > 1:
            catalogue.record_exports(self._state, [export])
            self._note(export, WAITING)
            return None
        try:
            self._load(source, export.delivery or "", {taker.part: export}, [export])
        except FileFault as fault:
            catalogue.record_exports(self._state, self._rejected(export, fault))
            return _explain(export, fault)
        return None

    def _export(self, taker: Taker, landed: Landed, archived: Archived) -> Export:
        """Give a file as an export that nothing is decided about yet."""
        candidate = candidate_of(self._workspace, taker, archived)
        is_whole = len(taker.source.exports) == 1
        return Export(
            source=taker.source.source,
            part=taker.part,
            export_id=candidate.export_id,
            file_name=landed.file_name,
            size_bytes=archived.size_bytes,
            business_date=candidate.business_date,
            delivery=candidate.export_id if is_whole else taker.match.delivery or "",
            status=WAITING,
            landed_at=utc_now(),
            run_id=self._run_id,
            archive_path=self._path_of(archived),
        )

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

    def read_again(self, source: Source, deliveries: Sequence[str]) -> None:
        """Load the exports of deliveries anew, but for what this run has loaded.

        Where that fails the load that there is goes on counting: the exports were good once.
        """
        left = [name for name in deliveries if (source.source, name) not in self._read]
        if len(left) > 1:
            self._read_again_together(source, left)
        for delivery in left:
            if (source.source, delivery) not in self._read:
                self._read_again(source, delivery)

    def _read_again_together(self, source: Source, deliveries: Sequence[str]) -> None:
        """Load anew, in one pass, what can be of exports that each are a delivery."""
        (part,) = source.exports
        known = catalogue.known_exports(self._state, source.source, part, deliveries)
        loaded = [
            replace(known[name], run_id=self._run_id, reason=None)
            for name in deliveries
            if name in known and known[name].status == LOADED
        ]
        self._count_again(source, self._settle_together(source, part, loaded))

    def _read_again(self, source: Source, delivery: str) -> None:
        loaded = [
            replace(export, run_id=self._run_id)
            for export in catalogue.exports_of(self._state, source.source, delivery)
            if export.status == LOADED
        ]
        winners = _winners(source, loaded)
        if len(winners) < len(source.exports):
            return
        replaced_loads = catalogue.replaced_loads(self._state, source, delivery, winners)
        counts = catalogue.current_exports(self._state, source.source, delivery)
        if replaced_loads is None and not counts:
            # A later dump counts instead, and does so whatever this one says.
            return
        try:
            load = self._read_winners(source, winners)
        except FileFault as fault:
            export = winners.get(fault.part or "") or next(iter(winners.values()))
            self._note(export, NOT_READ_AGAIN, fault.reason)
            return
        reason = _reason_not_to_count(replaced_loads)
        winners = {part: replace(export, reason=reason) for part, export in winners.items()}
        self._count_again(source, [Settled(delivery, winners, load, replaced_loads)])

    def _count_again(self, source: Source, settled: Collection[Settled]) -> None:
        """Make loads count in place of those that there were, and note their exports."""
        exports = [export for one in settled for export in one.winners.values()]
        if not settled:
            return
        catalogue.commit_loads(self._workspace, self._state, source.source, settled, exports)
        reach("ingest.read_again")
        for one in settled:
            self._read.add((source.source, one.delivery))
            for export in one.winners.values():
                self._note_loaded(export, one.load, source, True, READ_AGAIN)

    def _settle_together(
        self, source: Source, part: str, exports: Iterable[Export]
    ) -> list[Settled]:
        """Load exports that each are a delivery; what can't be loaded in one pass is left out."""
        exports = [
            export
            for export in exports
            if (source.source, part, export.export_id) not in self._amendments
        ]
        layouts = catalogue.known_layouts(self._state, source.source)
        loads = load_together(self._workspace, source, exports, layouts, self._ahead.stream)
        return [
            Settled(export.export_id, {part: export}, loads[export.export_id], [])
            for export in exports
            if export.export_id in loads
        ]

    def _load(
        self,
        source: Source,
        delivery: str,
        winners: Mapping[str, Export],
        waiting: Iterable[Export],
    ) -> None:
        """Load the winners of a delivery, and make it count."""
        load = self._read_winners(source, winners)
        replaced_loads = catalogue.replaced_loads(self._state, source, delivery, winners)
        self._make_count(source, [Settled(delivery, winners, load, replaced_loads)], waiting)

    def _make_count(
        self, source: Source, settled: Collection[Settled], waiting: Iterable[Export]
    ) -> None:
        """Make loads of a source count, and with them the exports of their deliveries that wait."""
        by_delivery = {one.delivery: one for one in settled}
        decided = [
            replace(
                export,
                status=LOADED,
                decided_at=utc_now(),
                reason=_reason_not_to_count(one.replaced)
                if one.winners[export.part] == export
                else "a later export of its delivery counts",
            )
            for export in waiting
            for one in [by_delivery[export.delivery or ""]]
        ]
        exports = decided + self._replaced_by(decided)
        # Before the commit: killed in between, the good files are looked at again.
        refused = catalogue.refused_names(self._state, exports)
        for export in exports:
            if export.file_name not in refused:
                release(self._workspace, export.file_name)
        catalogue.commit_loads(self._workspace, self._state, source.source, settled, exports)
        reach("ingest.committed")
        for export in decided:
            one = by_delivery[export.delivery or ""]
            self._read.add((source.source, one.delivery))
            is_read = one.winners[export.part].export_id == export.export_id
            self._note_loaded(export, one.load, source, is_read)

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
        return [rejected, *self._replaced_by([rejected])]

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

    def _replaced_by(self, exports: Collection[Export]) -> list[Export]:
        """Give the exports that were rejected before, and count no more now."""
        found = catalogue.replaced_exports(self._state, exports)
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


def _reason_not_to_count(replaced_loads: list[str] | None) -> str | None:
    return "a later export replaces what it says" if replaced_loads is None else None


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

"""Take corrected records back, drop records, and undo both.

Every change loads the delivery anew, with its amendments (see `amendments`), and counts in one
transaction with them; a file that does not fit is refused, and changes nothing.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from ..errors import UsageError
from ..failpoints import reach
from ..state import State, audit, user_name, utc_now
from ..workspace import Workspace
from . import catalogue
from .amendments import (
    Amendment,
    Amendments,
    Kind,
    current_amendments,
    record_amendments,
    withdraw_amendments,
)
from .archive import Archived, archive_export
from .catalogue import Export, Settled
from .cells import null_texts
from .correction_check import (
    ChangedColumn,
    check_records,
    count_still_held,
    find_changes,
    forget_exports,
)
from .correction_file import read_corrected
from .faults import FileFault
from .load import Load, load_delivery
from .parsing import Parser
from .quarantine import open_held
from .sources import Source
from .trial import find_source

Reloaded = tuple[str, Mapping[str, Export], Load]
"""A delivery, its exports by part, and what was made of them."""


@dataclass(frozen=True)
class Amended:
    """What a file of records has changed; `known` exports had taken it before.

    `columns` are those with changed cells: one that a spreadsheet has rewritten shows there.
    """

    source: str
    kind: Kind
    records: int
    still_held: int
    columns: tuple[ChangedColumn, ...] = ()
    known: int = 0


def amend(
    workspace: Workspace,
    state: State,
    run_id: str,
    name: str,
    file: Path,
    kind: Kind,
    reason: str | None = None,
) -> Amended:
    """Take a file of corrected or dropped records; the caller holds the lease.

    Raises UsageError, and changes nothing, when the file does not fit what is held. What it has
    said before it does not say again.
    """
    source = find_source(workspace, name)
    if not file.is_file():
        raise UsageError(f"there is no file {file}", f"`niaga quarantine export {name}` writes one")
    with _plainly(file.name):
        archived = archive_export(file, workspace.archive)
    reach("quarantine.archived")
    before = current_amendments(state)
    with open_held(workspace, state, name) as connection:
        with _plainly(file.name), tempfile.TemporaryDirectory(prefix="niaga-") as folder:
            columns = read_corrected(connection, "corrected", archived.path, Path(folder))
        taken = {
            amendment.export_id
            for amendment in _of_source(before, name)
            if (amendment.sha256, amendment.kind) == (archived.sha256, kind)
        }
        known = forget_exports(connection, taken)
        check_records(connection, file.name, name, columns if kind == "correction" else None)
        records, changed = find_changes(
            connection,
            null_texts(_parser(workspace, source)),
            columns,
            is_drop=kind == "drop",
        )
        new = [
            _amendment(workspace, source, archived, kind, export_id, count, reason)
            for export_id, count in records.items()
        ]
        after = {**before}
        for amendment in new:
            key = (name, amendment.part, amendment.export_id)
            after[key] = (*before.get(key, ()), amendment)
        loads = _load_all(workspace, state, source, run_id, after, list(records), file.name)
        paths = [held.path for _, _, load in loads for held in load.quarantined]
        still_held = count_still_held(connection, paths)
    for amendment, (delivery, winners, load) in zip(new, loads, strict=True):
        _commit(workspace, state, source, delivery, winners, load, _recording(amendment))
    return Amended(name, kind, sum(records.values()), still_held, changed, known)


def restore(workspace: Workspace, state: State, run_id: str, name: str, reason: str) -> int:
    """Withdraw all corrections and drops of a source; give how many amended records that were.

    Its records are then as their exports have them. The caller holds the lease.
    """
    source = find_source(workspace, name)
    before = current_amendments(state)
    withdrawn = {key[2]: changes for key, changes in before.items() if key[0] == name}
    if not withdrawn:
        raise UsageError(f"nothing of {name} was corrected or dropped", "there is nothing to undo")
    after = {key: changes for key, changes in before.items() if key[0] != name}
    driven = catalogue.driven_loads(state, source)
    current = [export_id for export_id in withdrawn if export_id in driven]
    loads = _load_all(workspace, state, source, run_id, after, current, name)
    for export_id, (delivery, winners, load) in zip(current, loads, strict=True):
        also = _withdrawing(withdrawn[export_id], reason)
        _commit(workspace, state, source, delivery, winners, load, also)
    with state.engine.begin() as connection:
        state.confirm_lease(connection)
        for export_id in withdrawn.keys() - driven.keys():
            _withdrawing(withdrawn[export_id], reason)(connection)
    return sum(change.records for changes in withdrawn.values() for change in changes)


def _of_source(amendments: Amendments, name: str) -> Iterator[Amendment]:
    return (change for key, changes in amendments.items() if key[0] == name for change in changes)


def _parser(workspace: Workspace, source: Source) -> Parser:
    return Parser(source.locale, workspace.settings.money_scale, workspace.settings.time_zone)


def _amendment(
    workspace: Workspace,
    source: Source,
    archived: Archived,
    kind: Kind,
    export_id: str,
    records: int,
    reason: str | None,
) -> Amendment:
    return Amendment(
        source=source.source,
        part=next(iter(source.exports)),
        export_id=export_id,
        kind=kind,
        sha256=archived.sha256,
        archive_path=archived.path.relative_to(workspace.root).as_posix(),
        records=records,
        reason=reason,
        amended_at=utc_now(),
        amended_by=user_name(),
    )


def _load_all(
    workspace: Workspace,
    state: State,
    source: Source,
    run_id: str,
    amendments: Amendments,
    export_ids: list[str],
    file_name: str,
) -> list[Reloaded]:
    """Load the deliveries of driving exports anew; nothing of it counts yet."""
    driven = catalogue.driven_loads(state, source)
    layouts = catalogue.known_layouts(state, source.source)
    loads: list[Reloaded] = []
    for export_id in export_ids:
        if export_id not in driven:
            raise UsageError(
                f"{source.source} has other parts than when its exports were loaded",
                f"`niaga ingest --again {source.source}` says more",
            )
        delivery, exports = driven[export_id]
        winners = {part: replace(exports[part], run_id=run_id) for part in source.exports}
        with _plainly(file_name):
            loads.append(
                (delivery, winners, load_delivery(workspace, source, winners, layouts, amendments))
            )
    return loads


@contextlib.contextmanager
def _plainly(file_name: str) -> Iterator[None]:
    """Tell the user of a file that does not fit; held back is nothing here."""
    try:
        yield
    except FileFault as fault:
        examples = "".join(f"\n  {example}" for example in fault.examples)
        raise UsageError(f"{file_name}: {fault.reason}{examples}", "nothing was changed") from fault


def _commit(
    workspace: Workspace,
    state: State,
    source: Source,
    delivery: str,
    winners: Mapping[str, Export],
    load: Load,
    also: Callable[[Connection], None],
) -> None:
    replaced = catalogue.replaced_loads(state, source, delivery, winners)
    settled = Settled(delivery, winners, load, replaced)
    catalogue.commit_loads(workspace, state, source.source, [settled], (), also)
    reach("quarantine.committed")


def _recording(amendment: Amendment) -> Callable[[Connection], None]:
    def record(connection: Connection) -> None:
        record_amendments(connection, [amendment])
        audit(
            connection,
            f"quarantine {amendment.kind}",
            f"{amendment.records} records of {amendment.source} ({amendment.export_id})"
            + (f": {amendment.reason}" if amendment.reason else ""),
            hash_after=amendment.sha256,
        )

    return record


def _withdrawing(amendments: tuple[Amendment, ...], reason: str) -> Callable[[Connection], None]:
    def withdraw(connection: Connection) -> None:
        withdraw_amendments(connection, amendments)
        for amendment in amendments:
            audit(
                connection,
                "quarantine restore",
                f"{amendment.kind} of {amendment.records} records of {amendment.source}"
                f" ({amendment.export_id}): {reason}",
                hash_before=amendment.sha256,
            )

    return withdraw

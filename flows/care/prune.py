"""Remove what nothing needs any more, once it is older than niaga.yml's `retention` says.

What results rest on is never touched: loads that count, or may count again, and the ledger. The
state database forgets first, then the files go: killed in between, the rest goes the next time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, select, update

from ..failpoints import reach
from ..ingest.catalogue import LOADED
from ..ingest.rejected import REASON
from ..ingest.superseding import CURRENT, SUPERSEDED
from ..ingest.sweep import find_garbage
from ..operate.run import refuse_foreign_state
from ..operate.stages import finished_marker
from ..publish.records import drop_old, excess_publications
from ..state import State, utc_now
from ..state.tables import amendment, check_result, export, held, load, segment
from .known_files import needed_exports

if TYPE_CHECKING:
    from ..workspace import Workspace

PRUNED = "pruned"
"""What becomes of an export whose content is gone: should it ever arrive again, it is new."""

_AT_ONCE = 500
"""Values in one statement: databases bound them."""


@dataclass(frozen=True)
class Kind:
    """What goes of one kind: files, or rows of the state database."""

    name: str
    files: tuple[Path, ...] = ()
    rows: int = 0
    size_bytes: int = 0


@dataclass
class Pruning:
    """All that goes, by kind; and the rows of the state that go or change with it."""

    kinds: list[Kind] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    segment_paths: list[str] = field(default_factory=list)
    held_paths: list[str] = field(default_factory=list)
    exports: list[tuple[str, str, str]] = field(default_factory=list)
    checked_before: datetime | None = None


def find(workspace: Workspace, state: State) -> Pruning:
    """Work out what may go, and change nothing.

    Raises NiagaError when the state database is not the one of this workspace.
    """
    refuse_foreign_state(workspace, state)
    retention, now, found = workspace.settings.retention, utc_now(), Pruning()
    old = now - timedelta(days=retention.superseded_days)
    logs_before = now - timedelta(days=retention.log_days)
    with state.reading() as connection:
        _find_loads(connection, found, old)
        archived = _find_exports(connection, found, old)
        checks = connection.execute(
            select(func.count()).where(*_old_checks(connection, logs_before))
        ).scalar_one()
    found.checked_before = logs_before
    found.kinds = [
        Kind("results of checks", rows=checks),
        *(
            Kind(name, tuple(files), size_bytes=sum(_size(file) for file in files))
            for name, files in _kinds(workspace, state, found, archived, logs_before)
        ),
    ]
    return found


def prune(workspace: Workspace, state: State) -> Pruning:
    """Remove what may go, and give it. Raises LeaseHeld while a run or a backup is at work."""
    with state.lease(verb="prune"), state.keeping_files("prune"):
        found = find(workspace, state)
        if found.segment_paths:
            # A finished build may look at files that go.
            finished_marker(workspace).unlink(missing_ok=True)
        with state.engine.begin() as connection:
            state.confirm_lease(connection)
            _forget(connection, found)
        reach("prune.forgotten")
        drop_old(workspace, state)
        for file in (file for kind in found.kinds for file in kind.files):
            # A folder is that of a publication, and gone by now.
            file.unlink(missing_ok=True)
            reach("prune.removed")
        state.record_audit("prune", _sum_up(found))
    return found


def _kinds(
    workspace: Workspace,
    state: State,
    found: Pruning,
    archived: list[str],
    logs_before: datetime,
) -> Iterator[tuple[str, list[Path]]]:
    """Give the files that go, by kind."""
    rejected_before = utc_now() - timedelta(days=workspace.settings.retention.rejected_days)
    publications = excess_publications(workspace, state)
    yield "publications beyond keep_publications", [one.path for one in publications]
    objects = [workspace.root / path for path in archived]
    yield "superseded exports in archive/", [file for file in objects if file.exists()]
    yield "their rows in lake/", [workspace.root / path for path in found.segment_paths]
    yield "their rows in quarantine/", [workspace.root / path for path in found.held_paths]
    yield "files in rejected/", list(_rejected(workspace, rejected_before))
    yield "logs in warehouse/", list(_logs(workspace, logs_before))
    yield "leavings of killed runs", find_garbage(workspace, state)


def _find_loads(connection: Connection, found: Pruning, old: datetime) -> None:
    """Find the loads that count no more, and share no file with one that does."""
    query = select(load.c.load_id).where(load.c.status != CURRENT, load.c.committed_at < old)
    going = set(connection.execute(query).scalars())
    users: dict[str, set[str]] = defaultdict(set)
    paths: dict[Table, set[str]] = {}
    for table in (segment, held):
        rows = list(connection.execute(select(table.c.path, table.c.load_id)).tuples())
        paths[table] = {path for path, _ in rows}
        for path, load_id in rows:
            users[path].add(load_id)
    # A load goes with all of its files, and a file with all of its loads.
    while staying := {one for ids in users.values() if ids - going for one in ids & going}:
        going -= staying
    found.loads = sorted(going)
    found.segment_paths = sorted(path for path in paths[segment] if users[path] <= going)
    found.held_paths = sorted(path for path in paths[held] if users[path] <= going)


def _find_exports(connection: Connection, found: Pruning, old: datetime) -> list[str]:
    """Find the exports that no load needs; give the objects of the archive that go with them."""
    needed = needed_exports(connection, without=set(found.loads))
    kept = set(connection.execute(select(amendment.c.archive_path)).scalars())
    objects: set[str] = set()
    for row in connection.execute(select(export)):
        key = (row.source, row.part, row.export_id)
        is_old = row.status == LOADED and row.landed_at < old and key not in needed
        if is_old:
            found.exports.append(key)
        # One that is pruned already is looked at again: the run may have been killed since.
        (objects if is_old or row.status == PRUNED else kept).add(row.archive_path)
    return sorted(path for path in objects - kept if path)


def _forget(connection: Connection, found: Pruning) -> None:
    """Write into the state what is going to be gone."""
    for loads in _portions(found.loads):
        is_of = load.c.load_id.in_(loads)
        connection.execute(update(load).where(is_of).values(status=SUPERSEDED))
    for table, paths in ((segment, found.segment_paths), (held, found.held_paths)):
        for some in _portions(paths):
            connection.execute(delete(table).where(table.c.path.in_(some)))
    if found.exports:
        key = ("source", "part", "export_id")
        connection.execute(
            update(export)
            .where(*(export.c[name] == bindparam(f"_{name}") for name in key))
            .values(status=PRUNED),
            [{f"_{name}": value for name, value in zip(key, one, strict=True)}
             for one in found.exports],
        )  # fmt: skip
    if found.checked_before is not None:
        old = _old_checks(connection, found.checked_before)
        connection.execute(delete(check_result).where(*old))


def _old_checks(connection: Connection, before: datetime) -> list[ColumnElement[bool]]:
    """Give what tells old results of checks; those of the last checked run always stay."""
    last = connection.execute(
        select(check_result.c.run_id).order_by(check_result.c.checked_at.desc()).limit(1)
    ).scalar()
    return [check_result.c.checked_at < before, check_result.c.run_id != (last or "")]


def _rejected(workspace: Workspace, before: datetime) -> Iterator[Path]:
    for reason in sorted(workspace.rejected.glob(f"*{REASON}")):
        # The file keeps the time at which it was exported; its reason has that of the refusal.
        if _is_older(reason, before):
            yield reason.with_name(reason.name.removesuffix(REASON))
            yield reason


def _logs(workspace: Workspace, before: datetime) -> Iterator[Path]:
    for folder in (workspace.warehouse / "logs", workspace.warehouse / "dbt" / "logs"):
        for file in sorted(folder.glob("*")):
            if file.is_file() and _is_older(file, before):
                yield file


def _is_older(file: Path, before: datetime) -> bool:
    changed_at = datetime.fromtimestamp(file.stat().st_mtime, UTC).replace(tzinfo=None)
    return changed_at < before


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.is_file() else 0


def _portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def _sum_up(found: Pruning) -> str:
    gone = [kind for kind in found.kinds if kind.files or kind.rows]
    told = ", ".join(f"{kind.name}: {len(kind.files) or kind.rows}" for kind in gone)
    return told or "nothing was old enough"

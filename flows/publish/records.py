"""What the state database says about publications, and how it is brought in line with the disk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from ..state import State
from ..state.tables import publication as table
from ..workspace import Workspace
from . import swap

_MANIFEST = "publication.json"


@dataclass(frozen=True)
class Publication:
    """A version of the marts that readers see or can be given back."""

    publication_id: str
    run_id: str
    path: Path
    published_at: datetime
    as_of: date | None
    rows: dict[str, int]

    @property
    def manifest(self) -> Path:
        """The file in the version's folder that says what it is."""
        return self.path / _MANIFEST


def write_manifest(publication: Publication) -> None:
    """Write into the version's folder what it is, for readers and for a run after a killed one."""
    content = {
        "publication_id": publication.publication_id,
        "run_id": publication.run_id,
        "published_at": publication.published_at.isoformat(),
        "as_of": publication.as_of.isoformat() if publication.as_of else None,
        "rows": publication.rows,
    }
    publication.manifest.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    publication.manifest.chmod(0o444)


def current_publication(published: Path) -> Publication | None:
    """Give what readers see now: the disk decides, whatever the state database says."""
    current = swap.current_version(published)
    if current is None:
        return None
    folder = swap.version_folder(published, current)
    # A person may have deleted the folder: then readers see nothing.
    return _read_manifest(folder) if (folder / _MANIFEST).is_file() else None


def kept_publications(workspace: Workspace, state: State) -> list[Publication]:
    """List the publications that are on the disk, the newest first."""
    query = (
        select(table)
        .where(table.c.status != "removed")
        .order_by(table.c.published_at.desc(), table.c.publication_id.desc())
    )
    with state.reading() as connection:
        return [_from_row(workspace, row) for row in connection.execute(query)]


def record_current(workspace: Workspace, state: State, publication: Publication) -> None:
    """Record in one transaction that `publication` is the current one and the others are kept."""
    with state.engine.begin() as connection:
        _set_current(connection, workspace, publication)


def reconcile(workspace: Workspace, state: State) -> None:
    """Make disk and state agree after a killed run: the disk says which version is current.

    A version that is neither current nor recorded was never finished, and goes.
    """
    current = current_publication(workspace.published)
    on_disk = set(swap.versions(workspace.published))
    with state.engine.begin() as connection:
        if current is not None:
            _set_current(connection, workspace, current)
        recorded = _recorded(connection)
        _mark_removed(connection, recorded - on_disk)
    for publication_id in on_disk - recorded:
        swap.remove_version(workspace.published, publication_id)


def excess_publications(workspace: Workspace, state: State) -> list[Publication]:
    """List all but the newest publications; the current one is never among them."""
    current = swap.current_version(workspace.published)
    kept = kept_publications(workspace, state)
    beyond = kept[workspace.settings.keep_publications :]
    return [publication for publication in beyond if publication.publication_id != current]


def drop_old(workspace: Workspace, state: State) -> None:
    """Delete the excess publications."""
    excess = {one.publication_id for one in excess_publications(workspace, state)}
    with state.engine.begin() as connection:
        _mark_removed(connection, excess)
    for publication_id in sorted(excess):
        swap.remove_version(workspace.published, publication_id)


def _set_current(connection: Connection, workspace: Workspace, publication: Publication) -> None:
    is_this = table.c.publication_id == publication.publication_id
    was_current = update(table).where(table.c.status == "current", ~is_this)
    connection.execute(was_current.values(status="kept"))
    updated = connection.execute(update(table).where(is_this).values(status="current"))
    if updated.rowcount == 0:
        connection.execute(
            insert(table).values(
                publication_id=publication.publication_id,
                run_id=publication.run_id,
                path=publication.path.relative_to(workspace.root).as_posix(),
                published_at=publication.published_at,
                as_of=publication.as_of,
                status="current",
                tables=publication.rows,
            )
        )


def _mark_removed(connection: Connection, publication_ids: set[str]) -> None:
    gone = update(table).where(table.c.publication_id.in_(publication_ids))
    connection.execute(gone.values(status="removed"))


def _recorded(connection: Connection) -> set[str]:
    query = select(table.c.publication_id).where(table.c.status != "removed")
    return set(connection.execute(query).scalars())


def _from_row(workspace: Workspace, row: Any) -> Publication:
    return Publication(
        publication_id=row.publication_id,
        run_id=row.run_id,
        path=workspace.root / row.path,
        published_at=row.published_at,
        as_of=row.as_of,
        rows=row.tables,
    )


def _read_manifest(folder: Path) -> Publication:
    content = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    return Publication(
        publication_id=content["publication_id"],
        run_id=content["run_id"],
        path=folder,
        published_at=datetime.fromisoformat(content["published_at"]),
        as_of=date.fromisoformat(content["as_of"]) if content["as_of"] else None,
        rows=content["rows"],
    )

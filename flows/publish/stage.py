"""Publish the finished build: copy, audit, swap in at once, keep the last N, and put one back."""

from __future__ import annotations

import shutil

from ..errors import NiagaError, UsageError
from ..failpoints import reach
from ..progress import Progress
from ..state import State, new_id, utc_now
from ..workspace import Workspace
from . import records, swap, version
from .records import Publication


def publish(workspace: Workspace, state: State, run_id: str, progress: Progress) -> Publication:
    """Give readers the build as a new version, at once.

    The order makes every instant consistent: files, audit, disk; then the one rename that readers
    see; then the record, which the next run makes up for when this one is killed before it.
    """
    records.reconcile(workspace, state)
    publication = _write(workspace, run_id, progress)
    reach("publish.written")
    with state.engine.begin() as connection:
        state.confirm_lease(connection)
    swap.make_current(workspace.published, publication.publication_id)
    reach("publish.swapped")
    records.record_current(workspace, state, publication)
    reach("publish.recorded")
    records.drop_old(workspace, state)
    progress.finish("publish", f"{len(publication.rows)} tables, {publication.publication_id}")
    return publication


def rollback(workspace: Workspace, state: State, publication_id: str | None = None) -> Publication:
    """Put a kept publication back: the one named, or the one before the current."""
    records.reconcile(workspace, state)
    current = records.current_publication(workspace.published)
    if current is None:
        raise UsageError("nothing is published yet", "run `niaga nightly`")
    kept = records.kept_publications(workspace, state)
    chosen = _choose(kept, current, publication_id)
    if version.count_rows(chosen.path) != chosen.rows:
        raise NiagaError(
            f"publication {chosen.publication_id} is damaged: it has not all its rows",
            "choose another one: `niaga status` lists them",
        )
    swap.make_current(workspace.published, chosen.publication_id)
    reach("rollback.swapped")
    records.record_current(workspace, state, chosen)
    return chosen


def _write(workspace: Workspace, run_id: str, progress: Progress) -> Publication:
    """Write, audit and sync a new version that no reader sees yet."""
    publication_id = new_id()
    folder = swap.version_folder(workspace.published, publication_id)
    build = workspace.build_database
    version.write_version(build, folder, progress)
    reach("publish.copied")
    try:
        publication = Publication(
            publication_id=publication_id,
            run_id=run_id,
            path=folder,
            published_at=utc_now(),
            as_of=version.as_of_date(build),
            rows=version.audit_version(build, folder),
        )
        records.write_manifest(publication)
        swap.sync_version(workspace.published, publication_id)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return publication


def _choose(
    kept: list[Publication], current: Publication, publication_id: str | None
) -> Publication:
    known = {publication.publication_id: publication for publication in kept}
    others = [name for name in known if name != current.publication_id]
    if publication_id is None:
        earlier = [name for name in others if known[name].published_at < current.published_at]
        if not earlier:
            raise UsageError("there is no earlier publication to put back", _list_kept(others))
        return known[earlier[0]]
    if publication_id == current.publication_id:
        raise UsageError(f"{publication_id} is the current publication already", _list_kept(others))
    if publication_id not in known:
        raise UsageError(f"there is no publication {publication_id}", _list_kept(others))
    return known[publication_id]


def _list_kept(others: list[str]) -> str:
    return f"kept beside the current one: {', '.join(others) if others else 'none'}"

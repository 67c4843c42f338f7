"""What there is to do, from the folders and the state database alone: events may get lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ..errors import NiagaError
from ..ingest.landing import look_into_landing, readable_name
from ..ingest.sources import load_sources
from ..state.tables import load, run
from ..workspace import SETTINGS_FILE

if TYPE_CHECKING:
    from ..state import State
    from ..workspace import Workspace

_REFRESHING = ("nightly", "build", "refresh")
_ENDED = ("done", "stopped")
"""A gate's stop is an answer, too; what failed or was killed is still to be done."""

_Stamp = tuple[str, int, int]


@dataclass(frozen=True)
class Landed:
    """Files that an ingest would take now; equal when there is nothing new to try."""

    stamps: frozenset[_Stamp] = frozenset()
    file_names: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.file_names)


def landed_files(workspace: Workspace) -> Landed:
    """Look for files that can be taken in.

    With sources that can't be read every file counts: then the ingest tells what is wrong.
    """
    paths = sorted(workspace.landing.iterdir())
    if not paths:
        return Landed()
    try:
        files = [one.path for one in look_into_landing(workspace, load_sources(workspace)).files]
    except NiagaError:
        files = paths
    if not files:
        return Landed()
    settings = [*workspace.sources_folder.glob("*.yml"), workspace.root / SETTINGS_FILE]
    return Landed(
        frozenset(stamp for path in [*files, *settings] if (stamp := _stamp(path))),
        tuple(readable_name(path.name) for path in files),
    )


def newest_unrefreshed(state: State) -> datetime | None:
    """Give when the newest load was committed that no refresh has seen; None when all were seen."""
    last = (
        sa.select(run.c.run_id, run.c.started_at)
        .where(run.c.verb.in_(_REFRESHING), run.c.status.in_(_ENDED))
        .order_by(run.c.started_at.desc())
        .limit(1)
    )
    newest = sa.select(sa.func.max(load.c.committed_at))
    with state.reading() as connection:
        seen = connection.execute(last).one_or_none()
        if seen is not None:
            # What a night has loaded itself it has also built from.
            is_other = load.c.run_id.is_(None) | (load.c.run_id != seen.run_id)
            newest = newest.where(load.c.committed_at > seen.started_at, is_other)
        return connection.execute(newest).scalar()


def last_night(state: State) -> datetime | None:
    """Give when the last night began that came to its end, in UTC."""
    query = sa.select(sa.func.max(run.c.started_at)).where(
        run.c.verb == "nightly", run.c.status.in_(_ENDED)
    )
    with state.reading() as connection:
        began = connection.execute(query).scalar()
    return began.replace(tzinfo=UTC) if began else None


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.lstat()
    except OSError:
        # Its writer has taken it away again.
        return None
    return path.name, found.st_size, found.st_mtime_ns

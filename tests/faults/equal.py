"""What must hold after a fault and the night that follows it."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from niaga.ingest.durable import TEMPORARY
from niaga.state import State, tables
from niaga.workspace import find_workspace

from tests.end_to_end.marts import assert_equal, content

__all__ = ["content", "differences", "leftovers"]

Content = dict[str, list[tuple[object, ...]]]


def differences(found: Content, wanted: Content) -> list[str]:
    """Say how published marts differ from those of the clean run, by the design's meaning."""
    try:
        assert_equal(found, wanted)
    except AssertionError as error:
        return [f"differs from the clean run: {error}"]
    return []


def leftovers(root: Path) -> list[str]:
    """Say what lies in the workspace and should not, or should and does not."""
    workspace = find_workspace(root)
    with State.open(workspace) as state, state.reading() as connection:
        segment, load, posting = tables.segment, tables.load, tables.posting_segment
        segments = set(connection.execute(sa.select(segment.c.path)).scalars())
        postings = set(connection.execute(sa.select(posting.c.path)).scalars())
        is_current = (segment.c.load_id == load.c.load_id) & (load.c.status == "current")
        current = set(connection.execute(sa.select(segment.c.path).where(is_current)).scalars())
        removed = tables.publication.c.status != "removed"
        publications = set(
            connection.execute(sa.select(tables.publication.c.path).where(removed)).scalars()
        )
        open_runs = connection.execute(
            sa.select(sa.func.count()).where(tables.run.c.status == "running")
        ).scalar_one()
    found = []
    # A segment that was read again from the archive, because it was damaged, may be gone.
    for folder, known, needed in (("lake", segments, current), ("ledger", postings, postings)):
        on_disk = {_name(root, path) for path in (root / folder).rglob("*.parquet")}
        found += [f"{path} is garbage" for path in sorted(on_disk - known)]
        found += [f"{path} is lost" for path in sorted(needed - on_disk)]
    versions = {_name(root, path) for path in (root / "published" / "versions").iterdir()}
    found += [f"{path} is half a publication" for path in sorted(versions ^ publications)]
    for folder in ("lake", "ledger", "archive", "rejected", "quarantine"):
        found += [f"{_name(root, path)}" for path in (root / folder).rglob(f"*{TEMPORARY}")]
    found += [
        f"landing/{path.name} was not taken in"
        for path in (root / "landing").iterdir()
        if path.is_file()
    ]
    return found + ([f"{open_runs} runs are told to be running"] if open_runs else [])


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()

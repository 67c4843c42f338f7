"""The events that niaga emits, for its own automations and for whoever listens.

    niaga.export.landed     files lie in landing/ that can be taken: their names
    niaga.export.ingested   exports came into the lake: files and rows by source
    niaga.marts.published   readers see a new publication: its id, and what changed

Their resource is the workspace: `niaga.workspace.<name>-<hash of its folder>`.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..state.tables import publication as publication_table

if TYPE_CHECKING:
    from ..operate.run import Outcome
    from ..publish.records import Publication
    from ..state import State
    from ..workspace import Workspace

LANDED = "niaga.export.landed"
INGESTED = "niaga.export.ingested"
PUBLISHED = "niaga.marts.published"

_NAMES_AT_MOST = 100
"""An event is limited in size: of more files it tells the number."""


def key_of(root: Path) -> str:
    """Name a workspace where several share a Prefect server: `company-3f2a91bc`."""
    name = re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-")
    return f"{name or 'workspace'}-{hashlib.sha256(str(root).encode()).hexdigest()[:8]}"


def resource_of(workspace: Workspace) -> dict[str, str]:
    """Give the resource that a workspace's events are about."""
    return {
        "prefect.resource.id": f"niaga.workspace.{key_of(workspace.root)}",
        "prefect.resource.name": workspace.settings.company,
        "niaga.workspace.folder": str(workspace.root),
    }


def emit_landed(workspace: Workspace, file_names: Sequence[str]) -> None:
    """Say that files can be taken in."""
    names = sorted(file_names)
    _emit(workspace, LANDED, {"files": len(names), "file_names": names[:_NAMES_AT_MOST]})


def emit_ingested(workspace: Workspace, files: dict[str, int], rows: int) -> None:
    """Say that the lake has something new; `files` counts them by source."""
    _emit(workspace, INGESTED, {"files": files, "rows": rows})


def emit_outcome(workspace: Workspace, state: State, outcome: Outcome) -> None:
    """Say what a run has brought about, if it is something that others wait for."""
    work = outcome.work
    if outcome.verb == "ingest" and work.ingested is not None:
        files = Counter(one.source for one in work.ingested.outcomes if one.status == "loaded")
        if files:
            emit_ingested(workspace, dict(files), work.ingested.rows_loaded)
    if work.publication is not None:
        _emit(workspace, PUBLISHED, _published(state, outcome, work.publication))


def _published(state: State, outcome: Outcome, publication: Publication) -> dict[str, Any]:
    earlier = publication_table
    query = (
        sa.select(earlier.c.publication_id, earlier.c.tables)
        .where(earlier.c.published_at < publication.published_at)
        .order_by(earlier.c.published_at.desc())
        .limit(1)
    )
    with state.reading() as connection:
        before = connection.execute(query).one_or_none()
    had = (before.tables if before else None) or {}
    return {
        "publication_id": publication.publication_id,
        "instead_of": before.publication_id if before else None,
        "path": str(publication.path),
        "as_of": publication.as_of.isoformat() if publication.as_of else None,
        "run": outcome.verb,
        "run_id": outcome.run_id,
        "posted": outcome.work.posted,
        "tables": {
            name: {"rows": rows, "rows_before": had.get(name)}
            for name, rows in publication.rows.items()
            if rows != had.get(name)
        },
    }


def _emit(workspace: Workspace, event: str, payload: dict[str, Any]) -> None:
    from prefect.events import emit_event

    emit_event(event, resource=resource_of(workspace), payload=payload)

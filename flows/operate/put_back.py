"""Put an earlier publication back while nobody else works on the workspace, and note who did it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ..publish.records import Publication, current_publication
from ..publish.stage import rollback
from ..state import State

if TYPE_CHECKING:
    from ..workspace import Workspace


def put_back(
    workspace: Workspace, publication_id: str | None, reason: str
) -> tuple[Publication, str | None]:
    """Put back the publication named, or the one before; give it and the id of the replaced."""
    with State.open(workspace) as state, state.lease(verb="rollback"):
        before = current_publication(workspace.published)
        after = rollback(workspace, state, publication_id)
        was = before.publication_id if before else None
        state.record_audit(
            "rollback",
            f"{was} -> {after.publication_id}" + (f": {reason}" if reason else ""),
            _manifest_hash(before) if before else None,
            _manifest_hash(after),
        )
    return after, was


def _manifest_hash(publication: Publication) -> str:
    return hashlib.sha256(publication.manifest.read_bytes()).hexdigest()

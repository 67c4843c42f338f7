"""Try a proposed source with its own files, by what `niaga check` does."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from ..errors import UsageError
from ..ingest.trial import Trial, try_source
from ..workspace import Workspace
from .proposal import Proposal


def try_proposal(workspace: Workspace, proposal: Proposal) -> Trial | None:
    """Tell what would become of the files; None where nothing is proposed.

    The source is tried from a folder of its own, and nothing is written to the workspace.
    """
    if proposal.text is None:
        return None
    with tempfile.TemporaryDirectory(prefix="niaga-onboard-") as folder:
        beside = replace(workspace, root=Path(folder))
        beside.sources_folder.mkdir()
        file = beside.sources_folder / f"{proposal.name}.yml"
        file.write_text(proposal.text, encoding="utf-8")
        return try_source(beside, proposal.name, proposal.files, None)


def place_for(workspace: Workspace, proposal: Proposal) -> Path:
    """Give the file that a proposal is written to; raise UsageError where there is one already."""
    file = workspace.sources_folder / f"{proposal.name}.yml"
    if file.exists():
        raise UsageError(
            f"there is a source {file} already", "name another one with --source, or delete it"
        )
    return file

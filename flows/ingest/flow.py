"""The flow `ingest`: files that have landed become segments of the lake."""

from __future__ import annotations

from prefect import flow

from ..operate.orchestration import run_as_tasks
from ..operate.run import Outcome


@flow(name="ingest", persist_result=False)
def ingest(workspace: str) -> Outcome:
    """Take in what has landed in the workspace in that folder."""
    return run_as_tasks("ingest", workspace)

"""The flow `nightly`: files in, commission posted, marts published."""

from __future__ import annotations

from prefect import flow

from .orchestration import run_as_tasks
from .run import Outcome


@flow(name="nightly", persist_result=False)
def nightly(workspace: str) -> Outcome:
    """Run the whole line of stages on the workspace in that folder."""
    return run_as_tasks("nightly", workspace)

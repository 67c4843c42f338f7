"""The flow `refresh`: the lake becomes published marts; nothing is posted."""

from __future__ import annotations

from prefect import flow

from ..operate.orchestration import run_as_tasks
from ..operate.run import Outcome


@flow(name="refresh", persist_result=False)
def refresh(workspace: str) -> Outcome:
    """Build, check and publish the marts of the workspace in that folder."""
    return run_as_tasks("refresh", workspace)

"""What the Prefect server knows of a workspace: its deployments, their triggers and flow runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import OrchestrationResult, SetStateStatus
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments.runner import RunnerDeployment
from prefect.events.schemas.automations import TriggerTypes
from prefect.events.schemas.deployment_triggers import (
    DeploymentEventTrigger,
    DeploymentTriggerTypes,
)
from prefect.events.schemas.events import ResourceSpecification
from prefect.states import AwaitingRetry, Cancelled, Crashed, Pending, Scheduled

from ..workspace import Workspace
from .events import INGESTED, LANDED, key_of, resource_of
from .warm import VERBS, flow_of

_TRIGGERS = {"ingest": LANDED, "refresh": INGESTED}
_UNDER_WAY = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)
_AT_MOST = 200


@dataclass(frozen=True)
class Asked:
    """A flow run that somebody has asked for: an automation, the nights, or a person."""

    flow_run_id: UUID
    verb: str
    at: datetime
    is_retry: bool


class Deployments:
    """The deployments of a workspace on a Prefect server."""

    def __init__(self, workspace: Workspace, client: SyncPrefectClient) -> None:
        self._client = client
        self._ids = {verb: _deploy(workspace, verb) for verb in VERBS}
        self._verbs = {deployment_id: verb for verb, deployment_id in self._ids.items()}

    def asked(self) -> list[Asked]:
        """Give what is asked for, also what is for later, in the order of time.

        It only reads. The question that Prefect's own runners ask also notes that they asked: each
        time the server wrote that, an automation that wanted to write had to wait for two seconds.
        """
        return [
            Asked(
                run.id,
                self._verbs[run.deployment_id],
                run.next_scheduled_start_time or run.expected_start_time or datetime.now(UTC),
                run.state_name == "AwaitingRetry",
            )
            for run in self._runs(StateType.SCHEDULED)
            if run.deployment_id is not None
        ]

    def ask(self, verb: str, at: datetime) -> None:
        """Ask for a run at that time."""
        self._client.create_flow_run_from_deployment(
            self._ids[verb], state=Scheduled(scheduled_time=at)
        )

    def claim(self, asked: Asked) -> bool:
        """Take a run to run it; False when somebody has cancelled it."""
        answer: OrchestrationResult[Any] = self._client.set_flow_run_state(
            asked.flow_run_id, Pending()
        )
        return answer.status == SetStateStatus.ACCEPT

    def cover(self, runs: Iterable[Asked], by: Asked) -> None:
        """Take runs back that another one does the work of."""
        for run in runs:
            state: State[Any] = Cancelled(
                name="Covered", message=f"the run {by.flow_run_id} does it, too"
            )
            self._client.set_flow_run_state(run.flow_run_id, state, force=True)

    def retry(self, flow_run_id: UUID, seconds: float) -> None:
        """Let a run that has ended be run again after so long."""
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        self._client.set_flow_run_state(flow_run_id, AwaitingRetry(scheduled_time=at), force=True)

    def abandoned(self, flow_run_id: UUID, why: str) -> None:
        """Say that a run ended where it was."""
        self._client.set_flow_run_state(flow_run_id, Crashed(message=why), force=True)

    def clear(self) -> None:
        """Close the books of an earlier service: what was running, and what was still to come.

        What has to be done is found again in the folders and the state database.
        """
        while found := self._runs(*_UNDER_WAY, StateType.SCHEDULED):
            for run in found:
                is_under_way = run.state_type in _UNDER_WAY
                message = "the service that had it is gone"
                state = Crashed if is_under_way else Cancelled
                self._client.set_flow_run_state(run.id, state(message=message), force=True)

    def _runs(self, *types: StateType) -> list[FlowRun]:
        return self._client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                deployment_id=FlowRunFilterDeploymentId(any_=[*self._ids.values()]),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[*types])),
            ),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=_AT_MOST,
        )


def _deploy(workspace: Workspace, verb: str) -> UUID:
    """Make or renew the deployment of a verb, with the automation that starts it."""
    triggers: list[DeploymentTriggerTypes | TriggerTypes] = []
    if event := _TRIGGERS.get(verb):
        resource = ResourceSpecification(
            {"prefect.resource.id": resource_of(workspace)["prefect.resource.id"]}
        )
        name = f"{event} starts {verb} of {key_of(workspace.root)}"
        triggers = [DeploymentEventTrigger(name=name, expect={event}, match=resource)]
    # Both calls give what they promise: this is no coroutine that awaits them.
    deployment = cast(
        RunnerDeployment,
        flow_of(verb).to_deployment(
            name=key_of(workspace.root),
            parameters={"workspace": str(workspace.root)},
            triggers=triggers,
            description=f"`{verb}` of {workspace.settings.company}, run by `niaga serve`.",
        ),
    )
    return cast(UUID, deployment.apply())

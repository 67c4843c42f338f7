"""The Prefect form of a run: each stage a task, quiet in the terminal, exceptions as they are."""

from __future__ import annotations

import contextlib
import contextvars
import logging
import queue
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from prefect import Flow, task
from prefect.cache_policies import NO_CACHE
from prefect.events.worker import EventsWorker
from prefect.flow_engine import run_flow as run_engine
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_HOME,
    temporary_settings,
)
from sqlalchemy.exc import DBAPIError

from ..errors import NiagaError
from ..progress import Progress, Silent
from ..serve.events import emit_outcome
from ..state import State
from ..workspace import find_workspace
from .run import Outcome, run_verb
from .stages import Stage, Work

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

    from ..workspace import Workspace
    from .temporary_server import TemporaryServer

_LAST_EVENTS_SECONDS = 5.0
_RETRIES = 2


@dataclass
class _Watch:
    """Who watches a run, and how it ended, whatever Prefect could make of that."""

    progress: Progress
    outcome: Outcome | None = None
    error: NiagaError | None = None


# A flow's parameters must be plain data, and a watcher is none.
_watch: contextvars.ContextVar[_Watch | None] = contextvars.ContextVar("watch", default=None)


def run_as_tasks(verb: str, workspace: str) -> Outcome:
    """Run the stages of `verb` as tasks; for the body of a flow."""
    watch = _watch.get() or _Watch(Silent())
    try:
        found = find_workspace(Path(workspace))
        watch.outcome = run_verb(verb, found, watch.progress, _call_as_task)
    except NiagaError as error:
        watch.error = error
        raise
    return watch.outcome


def run_flow(
    flow: Flow[[str], Outcome],
    workspace: Workspace,
    progress: Progress,
    server: TemporaryServer | None,
) -> Outcome:
    """Run a flow here and now, on a temporary server or on the one that the user has named.

    A server that dies in the middle takes nothing of the run with it but its own record.
    """
    return _watched(workspace, progress, lambda: flow(str(workspace.root)), server)


def _watched(
    workspace: Workspace,
    progress: Progress,
    run: Callable[[], object],
    server: TemporaryServer | None,
) -> Outcome:
    watch = _Watch(progress)
    token = _watch.set(watch)
    try:
        with _settings_for(server):
            run()
            # Only now: an automation that writes while the server still notes the end of this run
            # finds its database locked, and tries again after two seconds.
            if watch.outcome is not None:
                _announce(workspace, watch.outcome)
    except httpx.TransportError as error:
        if watch.error is not None:
            raise watch.error from None
        if watch.outcome is None:
            raise _server_is_gone(error) from error
    finally:
        _watch.reset(token)
    if watch.outcome is None:
        # Prefect did not start it: somebody has cancelled it.
        raise NiagaError("the run was cancelled before it began")
    return watch.outcome


def _server_is_gone(error: httpx.TransportError) -> NiagaError:
    return NiagaError(
        f"the Prefect server went away: {error}",
        "run the command again: what was done stands, and nothing is done twice",
    )


def run_scheduled(
    flow: Flow[[str], Outcome], flow_run: FlowRun, workspace: Workspace, progress: Progress
) -> Outcome:
    """Run a flow that a deployment's schedule or automation has asked for, here and now."""
    return _watched(
        workspace,
        progress,
        lambda: run_engine(flow, flow_run, parameters={"workspace": str(workspace.root)}),
        None,
    )


def _announce(workspace: Workspace, outcome: Outcome) -> None:
    """Emit the events of a run; the run has ended well, whatever becomes of them."""
    with contextlib.suppress(DBAPIError), State.open(workspace) as state:
        emit_outcome(workspace, state, outcome)


def _call_as_task(stage: Stage, work: Work) -> None:
    # Without arguments: Prefect would look through all that they hold.
    @task(name=stage.name, persist_result=False, cache_policy=NO_CACHE, log_prints=False)
    def run() -> None:
        stage.run(work)

    run()


@contextlib.contextmanager
def _settings_for(server: TemporaryServer | None) -> Iterator[None]:
    if server is not None:
        server.wait_until_ready()
    # It warns of what is meant to be: that it works on while it is asked to end.
    logging.getLogger("EventsWorker").setLevel(logging.CRITICAL)
    settings: dict[Any, Any] = {
        PREFECT_CLIENT_MAX_RETRIES: _RETRIES,
        # Nobody looks there for flows that died, and a heart takes a second to stop.
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
    }
    if server is not None:
        settings |= {PREFECT_API_URL: server.api_url, PREFECT_HOME: str(server.home)}
    with temporary_settings(settings):
        try:
            yield
        finally:
            _send_last_events()


def _send_last_events() -> None:
    """Let the server have the events that it records task runs from, before it goes."""
    EventsWorker.drain_all(timeout=_LAST_EVENTS_SECONDS, at_exit=False)
    # When the server has died, the rest would be tried for minutes after the command has ended.
    workers = tuple(EventsWorker._instances.values())  # type: ignore[misc]
    for worker in workers:
        with contextlib.suppress(queue.Empty):
            while True:
                worker._queue.get_nowait()
        worker._queue.put_nowait(None)

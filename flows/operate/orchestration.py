"""The Prefect form of a run: each stage a task, quiet in the terminal, exceptions as they are."""

from __future__ import annotations

import contextlib
import contextvars
import logging
import queue
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from prefect import Flow, task
from prefect.cache_policies import NO_CACHE
from prefect.events.worker import EventsWorker
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_HOME,
    temporary_settings,
)

from ..progress import Progress, Silent
from ..workspace import find_workspace
from .run import Outcome, run_verb
from .stages import Stage, Work

if TYPE_CHECKING:
    from ..workspace import Workspace
    from .temporary_server import TemporaryServer

_LAST_EVENTS_SECONDS = 5.0

# A flow's parameters must be plain data, and who watches it is none.
_watcher: contextvars.ContextVar[Progress | None] = contextvars.ContextVar("watcher", default=None)


def run_as_tasks(verb: str, workspace: str) -> Outcome:
    """Run the stages of `verb` as tasks; for the body of a flow."""
    progress = _watcher.get() or Silent()
    return run_verb(verb, find_workspace(Path(workspace)), progress, _call_as_task)


def run_flow(
    flow: Flow[[str], Outcome],
    workspace: Workspace,
    progress: Progress,
    server: TemporaryServer | None,
) -> Outcome:
    """Run a flow here and now, on a temporary server or on the one that the user has named."""
    token = _watcher.set(progress)
    try:
        with _settings_for(server):
            return flow(str(workspace.root))
    finally:
        _watcher.reset(token)


def _call_as_task(stage: Stage, work: Work) -> None:
    # Without arguments: Prefect would look through all that they hold.
    @task(name=stage.name, persist_result=False, cache_policy=NO_CACHE, log_prints=False)
    def run() -> None:
        stage.run(work)

    run()


@contextlib.contextmanager
def _settings_for(server: TemporaryServer | None) -> Iterator[None]:
    if server is None:
        yield
        return
    server.wait_until_ready()
    # It warns of what is meant to be: that it works on while it is asked to end.
    logging.getLogger("EventsWorker").setLevel(logging.CRITICAL)
    # Nobody looks on a temporary server for flows that died, and a heart takes a second to stop.
    settings = {
        PREFECT_API_URL: server.api_url,
        PREFECT_HOME: str(server.home),
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
    }
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

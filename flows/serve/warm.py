"""Runs of flows in processes that have imported everything already.

A process that has the imports and nothing else forks one for each run. So a run begins at once, its
memory goes with it, and it may die, or be ended, without taking the service along.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from ..errors import GateStopped, LeaseHeld, NiagaError
from .ended import Ended

if TYPE_CHECKING:
    from prefect import Flow

    from ..operate.run import Outcome

VERBS = ("nightly", "ingest", "refresh")
DIED = "its process died"
_ABANDON_SECONDS = 5.0
_context = multiprocessing.get_context("forkserver")


def warm_up() -> None:
    """Begin with the imports, in the background; Prefect's settings are in the environment now."""
    from multiprocessing import forkserver

    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    _context.set_forkserver_preload([f"{__package__}.imports"])
    forkserver.ensure_running()


def flow_of(verb: str) -> Flow[[str], Outcome]:
    """Give the flow of a verb."""
    from ..ingest.flow import ingest
    from ..operate.nightly import nightly
    from ..refresh.flow import refresh

    return {"nightly": nightly, "ingest": ingest, "refresh": refresh}[verb]


class Run:
    """One flow run in a process of its own."""

    def __init__(self, verb: str, flow_run_id: UUID, root: Path) -> None:
        self.verb = verb
        self.flow_run_id = flow_run_id
        self._answer, answer = _context.Pipe(duplex=False)
        arguments = (verb, flow_run_id, root, answer)
        self._process: ForkServerProcess = _context.Process(target=_run, args=arguments)
        self._process.start()
        answer.close()

    def ended(self, seconds: float) -> Ended | None:
        """Wait so long for the run to end; say how it did, or None when it is still at work."""
        if not self._answer.poll(seconds):
            return None
        try:
            ended: Ended = self._answer.recv()
        except EOFError:
            self._process.join()
            ended = Ended(
                self.verb, "failed", 1, DIED,
                "the run is repeated; when it dies again, look at the memory of the machine",
                is_passing=True,
            )  # fmt: skip
        self._process.join()
        self._answer.close()
        return ended

    def abandon(self) -> None:
        """End the run where it is: the next one makes up for it."""
        self._process.terminate()
        self._process.join(_ABANDON_SECONDS)
        self._process.kill()
        self._process.join()


def _run(verb: str, flow_run_id: UUID, root: Path, answer: Connection) -> None:
    # The interrupt key reaches all processes of a terminal: the service decides what comes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answer.send(_act(verb, flow_run_id, root))
    answer.close()


def _act(verb: str, flow_run_id: UUID, root: Path) -> Ended:
    from ..operate.commands import keep_traceback
    from .passing import passes

    try:
        return _run_flow(verb, flow_run_id, root)
    except NiagaError as error:
        status = "stopped" if isinstance(error, GateStopped) else "failed"
        ended = Ended(verb, status, error.exit_code, error.message, error.remedy)
        if isinstance(error, LeaseHeld):
            return replace(ended, status="waiting", is_passing=True)
        return replace(ended, is_passing=passes(error))
    except Exception as error:  # noqa: BLE001 - told in one line, and kept whole in a file
        file = keep_traceback(root, error)
        first_line = (str(error).splitlines() or [""])[0]
        message = f"a fault of niaga: {type(error).__name__}: {first_line}"
        remedy = f"the traceback is in {file}"
        return Ended(verb, "failed", 1, message, remedy, is_passing=passes(error))


def _run_flow(verb: str, flow_run_id: UUID, root: Path) -> Ended:
    from prefect.client.orchestration import get_client

    from ..operate.orchestration import run_scheduled
    from ..operate.run import summarise
    from ..progress import Silent
    from ..workspace import find_workspace

    workspace = find_workspace(root)
    with get_client(sync_client=True) as client:
        flow_run = client.read_flow_run(flow_run_id)
    outcome = run_scheduled(flow_of(verb), flow_run, workspace, Silent())
    return Ended(verb, "done", outcome.exit_code, summary=summarise(outcome))

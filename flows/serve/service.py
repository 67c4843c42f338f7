"""The service's loop: notice what is to be done, let Prefect ask for it, and run what is asked for.

Prefect has the events, the automations and the record of all runs. But nothing depends on an event
that may get lost: what has to be done is seen in landing/ and in the state database, and asked for
again until it is done.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from datetime import time as time_of_day
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
from prefect.client.orchestration import get_client
from sqlalchemy.exc import DBAPIError

from ..errors import NiagaError
from ..operate.after_run import report_outage
from ..operate.stages import finished_marker
from ..progress import Silent
from ..refresh.repeat import is_recorded
from .choosing import choose
from .deployments import Asked, Deployments
from .due import Landed, landed_files, last_night, newest_unrefreshed
from .ended import Ended, log_end
from .events import emit_ingested, emit_landed
from .night_times import next_night
from .passing import DELAYS
from .signals import Stops, counted_stops
from .warm import DIED, Run
from .watching import Watcher

if TYPE_CHECKING:
    from ..state import State
    from ..terminal import Terminal
    from ..workspace import Workspace
    from .server import OwnServer

SWEEP_SECONDS = 10.0
"""How often landing/ is looked into although nothing has told of a change."""
STOP_SECONDS = 60.0
"""How long a run may still work after the service was told to stop."""
_STEP_SECONDS = 0.1
_POLL_SECONDS = 2.0
_POLL_SOON_SECONDS = 0.2
_EVENT_SECONDS = 15.0
"""After so long without a run the event is given up for lost."""
_WAIT_SECONDS = 10.0
"""How long to wait for whoever holds the workspace, each time."""
_OUTAGE_SECONDS = 300.0
"""Trouble that lasts so long is told; tried again after as long, where nobody could be reached."""


class Service:
    """What one `niaga serve` knows and does."""

    def __init__(
        self, workspace: Workspace, state: State, terminal: Terminal, server: OwnServer | None
    ) -> None:
        self._workspace = workspace
        self._state = state
        self._terminal = terminal
        self._server = server
        self._run: Run | None = None
        self._asked: list[Asked] = []
        self._tries: Counter[UUID] = Counter()
        self._tried_files = Landed()
        self._tried_load: datetime | None = None
        self._expected: dict[str, float] = {}
        self._unsent: list[Callable[[], object]] = []
        self._next_sweep = self._next_poll = 0.0
        # Models, plans or the folder's place may have changed since the last build: then the next
        # one starts anew, which must not wait for the next file.
        self._is_rehearsal_due = finished_marker(workspace).is_file()
        self._trouble = ""
        self._trouble_since: float | None = None
        settings = workspace.settings
        self._zone = ZoneInfo(settings.time_zone)
        self._at = time_of_day.fromisoformat(settings.nightly_at)
        self._night = next_night(last_night(state) or datetime.now(UTC), self._at, self._zone)

    def run(self) -> None:
        """Serve until a signal comes."""
        with counted_stops() as stops, get_client(sync_client=True) as client:
            self._deployments = Deployments(self._workspace, client)
            self._deployments.clear()
            self._deployments.ask("nightly", self._night)
            watcher = Watcher(self._workspace.landing)
            self._say_hello()
            try:
                while not stops.count:
                    self._go_on(watcher)
                self._stop(stops)
            finally:
                watcher.stop()
                if self._run is not None:
                    self._run.abandon()

    def _go_on(self, watcher: Watcher) -> None:
        try:
            self._step(watcher)
        except (httpx.HTTPError, DBAPIError, OSError) as error:
            # The server, the state database or the disk is away: what is to be done stays so.
            self._complain(str(error).partition("\n")[0] or type(error).__name__)
            self._tell_lasting_trouble()
            self._next_poll = self._next_sweep = time.monotonic() + _POLL_SECONDS
        else:
            if self._trouble:
                self._terminal.log("all is well again", {"trouble": ""})
            self._trouble = ""
            self._trouble_since = None

    def _step(self, watcher: Watcher) -> None:
        if self._server is not None and self._server.ensure():
            self._terminal.log("the Prefect server had died and was started again", {})
        if self._run is None:
            time.sleep(_STEP_SECONDS)
        elif ended := self._run.ended(_STEP_SECONDS):
            self._finish(self._run, ended)
        while self._unsent:
            self._unsent[0]()
            del self._unsent[0]
        now = time.monotonic()
        if now >= self._next_poll:
            self._hear()
            if self._run is None:
                self._begin()
            self._next_poll = now + (_POLL_SOON_SECONDS if self._is_expecting() else _POLL_SECONDS)
        if watcher.has_changed():
            self._next_sweep = now
        # An ingest at work may be about to take what lies there: its end is soon enough.
        if now >= self._next_sweep and not self._is_at_work("ingest", "nightly"):
            self._next_sweep = now + SWEEP_SECONDS
            self._look()

    def _look(self) -> None:
        """Emit events of what is to be done and nobody has asked for yet."""
        if not self._is_asked("ingest"):
            landed = landed_files(self._workspace)
            if landed.stamps - self._tried_files.stamps:
                self._expect("ingest")
                emit_landed(self._workspace, landed.file_names)
        if not self._is_asked("refresh") and not self._is_at_work("refresh"):
            newest = newest_unrefreshed(self._state)
            is_new = newest is not None and newest != self._tried_load
            if is_new or self._is_rehearsal_due:
                self._expect("refresh")
                emit_ingested(self._workspace, {}, 0)

    def _hear(self) -> None:
        """Learn which runs are asked for."""
        self._asked = self._deployments.asked()
        for asked in self._asked:
            if not asked.is_retry:
                self._expected.pop(asked.verb, None)

    def _begin(self) -> None:
        """Begin the run that is next, if any is asked for."""
        self._ask_for_nights()
        chosen = choose(self._asked, datetime.now(UTC))
        if chosen is None:
            return
        asked, covered = chosen
        # Noted before the run looks: what comes in between is tried once more.
        if asked.verb != "refresh":
            self._tried_files = landed_files(self._workspace)
        if asked.verb != "ingest":
            self._tried_load = newest_unrefreshed(self._state)
            self._is_rehearsal_due = False
        self._deployments.cover(covered, asked)
        if self._deployments.claim(asked):
            self._run = Run(asked.verb, asked.flow_run_id, self._workspace.root)
        for verb in {asked.verb, *(one.verb for one in covered)}:
            self._expected.pop(verb, None)
        self._asked = [one for one in self._asked if one is not asked and one not in covered]

    def _ask_for_nights(self) -> None:
        """Have the next night asked for, when the last one has begun or was cancelled by hand."""
        now = datetime.now(UTC)
        if self._night <= now and not any(
            one.verb == "nightly" and not one.is_retry for one in self._asked
        ):
            self._night = next_night(now, self._at, self._zone)
            self._deployments.ask("nightly", self._night)

    def _finish(self, run: Run, ended: Ended) -> None:
        """Tell how a run ended, and let it be tried again when that may help."""
        self._run = None
        self._next_poll = self._next_sweep = 0.0
        flow_run_id = run.flow_run_id
        if ended.status == "waiting":
            ended = replace(ended, retry_seconds=_WAIT_SECONDS)
        elif ended.is_passing and self._tries[flow_run_id] < len(DELAYS):
            ended = replace(ended, retry_seconds=DELAYS[self._tries[flow_run_id]])
            self._tries[flow_run_id] += 1
        if (seconds := ended.retry_seconds) is not None:
            self._unsent.append(lambda: self._deployments.retry(flow_run_id, seconds))
        else:
            del self._tries[flow_run_id]
            if ended.message == DIED:
                self._unsent.append(lambda: self._deployments.abandoned(flow_run_id, DIED))
        if ended.summary.get("ingested", {}).get("rows_loaded") and ended.verb == "ingest":
            # Its flow has emitted the event.
            self._expect("refresh")
        if ended.summary.get("built", {}).get("is_full") and not is_recorded(self._workspace):
            # The first build that goes on from a new one takes longer: not when a file lands.
            self._is_rehearsal_due = True
        if ended.status != "waiting" or ended.message != self._trouble:
            log_end(self._terminal, ended)
        self._trouble = ended.message if ended.status == "waiting" else ""

    def _stop(self, stops: Stops) -> None:
        """Let the run at work come to its end; when it takes too long, or by a second signal, not.

        A run that is broken off is as one that was killed: the next one makes up for it.
        """
        deadline = time.monotonic() + STOP_SECONDS
        while self._run is not None and stops.count < 2 and time.monotonic() < deadline:
            if ended := self._run.ended(_STEP_SECONDS):
                log_end(self._terminal, ended)
                self._run = None
        if self._run is not None:
            self._run.abandon()
            message = "broken off, because the service was told to stop; the next start repeats it"
            log_end(self._terminal, Ended(self._run.verb, "failed", 1, message))
            self._run = None
        self._terminal.log("stopped", {"stopped": True})

    def _is_at_work(self, *verbs: str) -> bool:
        return self._run is not None and self._run.verb in verbs

    def _is_asked(self, verb: str) -> bool:
        """Tell whether a run of that kind will come now by itself."""
        if time.monotonic() < self._expected.get(verb, 0.0):
            return True
        now = datetime.now(UTC)
        return any(one.verb in (verb, "nightly") and one.at <= now for one in self._asked)

    def _expect(self, verb: str) -> None:
        self._expected[verb] = time.monotonic() + _EVENT_SECONDS
        self._next_poll = 0.0

    def _is_expecting(self) -> bool:
        now = time.monotonic()
        return any(until > now for until in self._expected.values())

    def _complain(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._terminal.log(f"trouble: {trouble}", {"trouble": trouble})
        self._trouble = trouble

    def _tell_lasting_trouble(self) -> None:
        now = time.monotonic()
        if self._trouble_since is None:
            self._trouble_since = now
        elif now - self._trouble_since >= _OUTAGE_SECONDS:
            self._trouble_since = now
            trouble = NiagaError(self._trouble, "nothing runs until it is well again; see the log")
            report_outage("serve", self._workspace, Silent(), trouble, None)

    def _say_hello(self) -> None:
        night = self._night.astimezone(self._zone)
        place = self._server.url if self._server else "the Prefect server of PREFECT_API_URL"
        self._terminal.log(
            f"serving {self._workspace.settings.company}: {place}, "
            f"next night {night:%Y-%m-%d %H:%M}",
            {"serving": str(self._workspace.root), "url": place, "night": night.isoformat()},
        )

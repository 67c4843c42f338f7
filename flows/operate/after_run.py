"""What follows each run, however it ended: figures, status page, notifications.

This is the one place where a run is told of. Nothing here makes a run fail: it has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ..errors import NiagaError
from ..state import utc_now
from .fault_log import logs_folder, write_traceback

if TYPE_CHECKING:
    from ..notify.tell import Told
    from ..progress import Progress
    from ..state import State
    from ..workspace import Workspace
    from .stages import Work

_STAGE = "tell"


def report_run(
    verb: str, work: Work, status: str, exit_code: int, error: Exception | None = None
) -> None:
    """Write the figures and the page of a run that has ended, and tell who wants to know of it.

    `status` is done, failed or stopped; `error` is what has ended it. The caller holds the lease.
    The work is told unless the state database could not be asked.
    """
    from .status import gather_status

    found = _attempt(
        work.workspace, work.progress, lambda: gather_status(work.workspace, work.state)
    )
    if found is None:
        return
    work.is_told = True
    _attempt(work.workspace, work.progress, lambda: _write(work, found))
    if not work.workspace.settings.notifications:
        return

    def tell_causes() -> None:
        from ..notify.tell import tell
        from .causes import ended, find_causes

        causes = find_causes(verb, work, found, error)
        passed = [*work.passed, ended(verb)] if error is None else work.passed
        run = _run(verb, work.run_id, work.workspace, status, exit_code)
        _show(work.progress, tell(work.workspace, work.state, run, causes, passed))

    _attempt(work.workspace, work.progress, tell_causes)


def report_outage(
    verb: str, workspace: Workspace, progress: Progress, error: Exception, exit_code: int | None
) -> None:
    """Tell that a verb could not begin, or that its state database went away under it."""
    if not workspace.settings.notifications:
        return

    def tell_it() -> None:
        from ..notify.outage import tell_outage
        from .causes import outage

        run = _run(verb, None, workspace, "failed", exit_code)
        _show(progress, tell_outage(workspace, run, outage(workspace, error)))

    _attempt(workspace, progress, tell_it)


def report_now(workspace: Workspace, state: State) -> Told:
    """Tell what is held back, late or unusual by now, and what is not any more, without a run.

    What only a run finds stays as it was told. The caller holds the lease.
    """
    from ..notify.tell import tell
    from .causes import find_standing
    from .status import gather_status

    causes = find_standing(workspace, gather_status(workspace, state))
    return tell(workspace, state, _run("notify", None, workspace, "looked", None), causes, ())


def report_earlier(work: Work) -> None:
    """Tell of the run before this one, where it was killed: this one may be killed too.

    What was told while none could begin is taken over.
    """
    if not work.workspace.settings.notifications:
        return

    def tell_killed() -> None:
        from ..notify.outage import take_over
        from ..notify.tell import tell
        from .causes import killed_run

        take_over(work.workspace, work.state)
        if found := killed_run(work.state, work.run_id):
            killed, cause = found
            run = _run(killed.verb, killed.run_id, work.workspace, "killed", None)
            told = tell(work.workspace, work.state, run, [cause], (), is_over=False)
            _show(work.progress, told)

    _attempt(work.workspace, work.progress, tell_killed)


def _write(work: Work, found: Any) -> None:
    from .metrics import write_metrics
    from .status_page import write_page

    write_page(work.workspace, found)
    write_metrics(work.workspace, found)


def _run(
    verb: str, run_id: str | None, workspace: Workspace, status: str, exit_code: int | None
) -> dict[str, Any]:
    from .causes import local

    zone = ZoneInfo(workspace.settings.time_zone)
    return {
        "verb": verb,
        "run_id": run_id,
        "status": status,
        "exit_code": exit_code,
        "told_at": f"{local(utc_now(), zone)} ({zone.key})",
    }


def _show(progress: Progress, told: Told) -> None:
    """Say whom this run has told; whom it has not reached stays in the status, too."""
    if not (told.reached or told.unreached):
        return
    progress.start(_STAGE)
    notes = [f"told {', '.join(told.reached)}"] if told.reached else []
    notes += [f"NOT REACHED: {label}: {reason}" for label, reason in told.unreached.items()]
    progress.finish(_STAGE, "; ".join(notes))


def _attempt(workspace: Workspace, progress: Progress, act: Callable[[], Any]) -> Any:
    """Do something that must not make the run fail; keep and show what goes wrong."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001 - kept whole in a file
        progress.start(_STAGE)
        progress.finish(_STAGE, f"NOT REPORTED: {_say(workspace, error)}")
        return None


def _say(workspace: Workspace, error: Exception) -> str:
    """Say what went wrong; where it is a fault of ours, keep its traceback."""
    first = str(error).partition("\n")[0]
    if isinstance(error, OSError | NiagaError):
        return first
    try:
        file = write_traceback(logs_folder(workspace.warehouse), error)
    except OSError:
        return f"{type(error).__name__}: {first}"
    return f"{type(error).__name__}: {first} (the traceback is in {file})"

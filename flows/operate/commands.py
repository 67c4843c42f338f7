"""What each verb of the command line does: find the workspace, act, show, give the exit code."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from ..errors import GateStopped, LeaseHeld, NiagaError, UsageError
from ..state import State
from ..terminal import Terminal, count
from ..workspace import Workspace, create_workspace, ensure_folders, find_workspace
from . import show, show_quarantine, show_status, show_trial
from .fault_log import logs_folder, write_traceback
from .run import FILE_HELD, run_verb

if TYPE_CHECKING:
    from ..ingest.amendments import Kind

_Options = ParamSpec("_Options")
_Act = Callable[Concatenate[Terminal, Path | None, _Options], int]
_Command = Callable[Concatenate[bool, Path | None, _Options], int]

INTERRUPTED, BROKEN_PIPE = 130, 141
"""Exit codes of a command that the user, or whoever reads its output, has broken off."""

# Imported while the server starts: the stages need them anyway.
_NEEDED_BY_A_NIGHT = ("duckdb", "dbt.cli.main", "great_expectations", "prefect.flow_engine")


def _answered(act: _Act[_Options]) -> _Command[_Options]:
    """Make a command of an act: errors in plain words, and never a traceback on the screen."""

    def command(
        as_json: bool, folder: Path | None, /, *args: _Options.args, **kwargs: _Options.kwargs
    ) -> int:
        terminal = Terminal(as_json=as_json)
        try:
            return act(terminal, folder, *args, **kwargs)
        except NiagaError as error:
            return _tell(terminal, error)
        except BrokenPipeError:
            # Whoever reads has seen enough, like `head`; Python must not complain when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return BROKEN_PIPE
        except KeyboardInterrupt:
            terminal.complain("niaga: broken off; the last publication stays in place")
            return INTERRUPTED
        except Exception as error:  # noqa: BLE001 - told in one line, and kept whole in a file
            return _tell_of_fault(terminal, folder, error)

    return command


@_answered
def init(
    terminal: Terminal, folder: Path | None, company: str | None, currency: str, time_zone: str
) -> int:
    """Make a workspace."""
    root = (folder or Path.cwd()).expanduser().resolve()
    workspace = create_workspace(root, company or root.name, currency, time_zone)
    terminal.give({"workspace": str(workspace.root)})
    terminal.say(f"{workspace.root} is a workspace now.")
    terminal.say("  1. Look through niaga.yml.")
    terminal.say("  2. Make sources/*.yml from the example: how your exports are read.")
    terminal.say("  3. Make plans/*.yml from the example: how commission is calculated.")
    terminal.say("  4. Put exports into landing/ and run `niaga nightly`.")
    return 0


@_answered
def demo(terminal: Terminal, folder: Path | None, lines: int) -> int:
    """Make the invented company's workspace and run a night on it."""
    from .demo_run import prepare_folder
    from .temporary_server import server_in

    root = prepare_folder(folder or Path("niaga-demo"))
    with server_in(root / "warehouse") as server:
        with terminal.progress() as progress:
            from ..demo import make_demo

            progress.start("demo")
            make_demo(root, lines)
            workspace = find_workspace(root)
            ensure_folders(workspace)
            progress.finish("demo", f"the exports of {workspace.settings.company}")
            _import_ahead()
            from .nightly import nightly as flow
            from .orchestration import run_flow

            outcome = run_flow(flow, workspace, progress, server)
        show.show_outcome(terminal, outcome)
        show.show_demo(terminal, outcome)
    # What the demo holds back is meant to be held back.
    return 0


@_answered
def nightly(terminal: Terminal, folder: Path | None) -> int:
    """Run the night as a flow."""
    from .temporary_server import server_in

    workspace = _open(folder)
    with server_in(workspace.warehouse) as server:
        with terminal.progress() as progress:
            _import_ahead()
            from .nightly import nightly as flow
            from .orchestration import run_flow

            outcome = run_flow(flow, workspace, progress, server)
        show.show_outcome(terminal, outcome)
    return outcome.exit_code


@_answered
def serve(terminal: Terminal, folder: Path | None, host: str, port: int) -> int:
    """Run by itself until it is told to stop."""
    from ..serve.command import serve as run_service

    run_service(_open(folder), terminal, host, port)
    return 0


@_answered
def plain(terminal: Terminal, folder: Path | None, verb: str) -> int:
    """Run the stages of `ingest`, `build` or `publish` as plain functions."""
    workspace = _open(folder)
    with terminal.progress() as progress:
        outcome = run_verb(verb, workspace, progress)
    show.show_outcome(terminal, outcome)
    return outcome.exit_code


@_answered
def ingest_again(terminal: Terminal, folder: Path | None, source: str) -> int:
    """Read the archived exports of a source again."""
    workspace = _open(folder)
    with terminal.progress() as progress:
        outcome = run_verb("ingest --again", workspace, progress, source=source)
    show.show_outcome(terminal, outcome)
    return outcome.exit_code


@_answered
def rollback(
    terminal: Terminal, folder: Path | None, publication_id: str | None, reason: str
) -> int:
    """Put an earlier publication back."""
    from .put_back import put_back

    publication, was = put_back(_open(folder), publication_id, reason)
    show.show_publication(terminal, publication, was)
    return 0


@_answered
def status(terminal: Terminal, folder: Path | None, *, as_page: bool, as_prometheus: bool) -> int:
    """Show the state of a workspace."""
    from .status import read_status

    workspace = _open(folder)
    found = read_status(workspace)
    if as_prometheus:
        from .metrics import metrics_text

        print(metrics_text(found), end="")  # noqa: T201
    elif as_page:
        from .status_page import write_page

        write_page(workspace, found)
        terminal.give({"page": str(workspace.status_page)})
        terminal.say(str(workspace.status_page))
    else:
        show_status.show_status(terminal, found)
    return 0


@_answered
def notify(terminal: Terminal, folder: Path | None, *, is_trial: bool) -> int:
    """Tell each target of notifications what is new, or send it a trial."""
    from ..notify.tell import try_targets
    from .after_run import report_now

    workspace = _open(folder)
    if not workspace.settings.notifications:
        raise UsageError(
            "niaga.yml names nobody to tell", "write `notifications:`: docs/how-to/notifications.md"
        )
    with State.open(workspace) as state:
        if is_trial:
            told = try_targets(workspace, state)
        else:
            try:
                with state.lease(verb="notify"):
                    told = report_now(workspace, state)
            except LeaseHeld as held:
                terminal.give({"reached": [], "unreached": {}, "at_work": held.message})
                terminal.say(f"{held.message}: it tells in its end.")
                return 0
    show_status.show_told(terminal, told)
    return 1 if told.unreached else 0


@_answered
def statement(
    terminal: Terminal,
    folder: Path | None,
    participant: str | None,
    period: str | None,
    lines: int,
) -> int:
    """Show one participant's statement, or everyone's totals."""
    from .statement import read_overview, read_statement

    workspace = find_workspace(folder)
    if participant is None:
        show.show_overview(terminal, read_overview(workspace, period))
    else:
        show.show_statement(terminal, read_statement(workspace, participant, period, lines))
    return 0


@_answered
def explain_line(
    terminal: Terminal, folder: Path | None, line: str, participant: str | None
) -> int:
    """Explain lines of commission."""
    from .explanation import explain
    from .show_explanation import show_explanations

    show_explanations(terminal, explain(find_workspace(folder), line, participant))
    return 0


@_answered
def check_plans(terminal: Terminal, folder: Path | None) -> int:
    """Check all plans of a workspace."""
    from ..commission.plans import check_plans as check

    show.show_plans(terminal, check(find_workspace(folder)))
    return 0


@_answered
def show_plan(terminal: Terminal, folder: Path | None, plan_id: str, version: int | None) -> int:
    """Print a plan with every default."""
    from ..commission.plan_show import as_yaml, find_plan, in_full

    said = in_full(find_plan(find_workspace(folder), plan_id, version))
    terminal.give(said)
    terminal.say(as_yaml(said).rstrip())
    return 0


@_answered
def check_source(
    terminal: Terminal, folder: Path | None, source: str, files: list[Path], part: str | None
) -> int:
    """Try a source with files, and load nothing."""
    from ..ingest.trial import try_source

    trial = try_source(find_workspace(folder), source, files, part)
    show_trial.show_trial(terminal, trial)
    return 0 if trial.reason is None else FILE_HELD


@_answered
def quarantine(terminal: Terminal, folder: Path | None, source: str | None, limit: int) -> int:
    """List what is held in quarantine."""
    from ..ingest.quarantine import read_quarantine
    from ..ingest.trial import find_source

    workspace = find_workspace(folder)
    if source is not None:
        find_source(workspace, source)
    with State.open(workspace) as state:
        show_quarantine.show_quarantine(terminal, read_quarantine(workspace, state, source, limit))
    return 0


@_answered
def export_held(terminal: Terminal, folder: Path | None, source: str, file: Path) -> int:
    """Write the held records of a source as CSV."""
    from ..ingest.quarantine import export_held

    workspace = find_workspace(folder)
    with State.open(workspace) as state:
        records = export_held(workspace, state, source, file)
    terminal.give({"source": source, "file": str(file), "records": records})
    terminal.say(f"{count(records, 'record')} of {source} written to {file}.")
    terminal.say(f"  Correct them there, then `niaga quarantine correct {source} {file}`.")
    return 0


@_answered
def amend_held(
    terminal: Terminal,
    folder: Path | None,
    source: str,
    file: Path,
    kind: Kind,
    reason: str | None,
) -> int:
    """Take corrected records back, or drop records."""
    from .quarantine import amend

    if kind == "drop" and not (reason or "").strip():
        raise UsageError("there is no reason", 'say why: --reason "test orders of the shop"')
    show_quarantine.show_amended(terminal, amend(_open(folder), source, file, kind, reason))
    return 0


@_answered
def restore_held(terminal: Terminal, folder: Path | None, source: str, reason: str) -> int:
    """Withdraw what was corrected and dropped."""
    from .quarantine import restore

    records = restore(_open(folder), source, reason)
    terminal.give({"source": source, "records": records})
    terminal.say(f"{count(records, 'record')} of {source} are as their exports have them.")
    terminal.say("  The marts show it after `niaga build`.")
    return 0


@_answered
def onboard(
    terminal: Terminal,
    folder: Path | None,
    files: list[Path],
    source: str | None,
    feed: str | None,
    write: bool,
) -> int:
    """Propose a source for files, and try it with them."""
    from ..onboard.proposal import propose
    from ..onboard.trying import place_for, try_proposal
    from .show_proposal import show_proposal

    workspace = find_workspace(folder)
    proposal = propose(files, source, feed)
    place = place_for(workspace, proposal) if write else None
    trial = try_proposal(workspace, proposal)
    if place is not None and proposal.text is not None:
        place.write_text(proposal.text, encoding="utf-8")
    show_proposal(terminal, proposal, trial, place)
    is_done = proposal.is_complete and trial is not None and trial.reason is None
    return 0 if is_done else FILE_HELD


@_answered
def doctor(terminal: Terminal, folder: Path | None, is_quick: bool) -> int:
    """Look a workspace over."""
    from ..care.doctor import examine
    from ..care.show import show_findings

    workspace = find_workspace(folder)
    with terminal.progress() as progress:
        findings = examine(workspace, progress, is_quick=is_quick)
    show_findings(terminal, findings)
    return int(any(finding.level == "fault" for finding in findings))


@_answered
def back_up(terminal: Terminal, folder: Path | None, target: Path) -> int:
    """Back a workspace up."""
    from ..care.backup import back_up as back
    from ..care.show import show_backup

    workspace = find_workspace(folder)
    with terminal.progress() as progress:
        backup = back(workspace, target.expanduser(), progress)
    show_backup(terminal, backup)
    return 0


@_answered
def restore(terminal: Terminal, folder: Path | None, backup: Path, state_url: str | None) -> int:
    """Restore a workspace from a backup."""
    from ..care.restore import restore as put_back
    from ..care.show import show_restored

    with terminal.progress() as progress:
        restored = put_back(backup.expanduser(), folder or Path.cwd(), state_url, progress)
    show_restored(terminal, restored)
    return 0


@_answered
def prune(terminal: Terminal, folder: Path | None, is_sure: bool) -> int:
    """Show what is old enough to go, or remove it."""
    from ..care import prune as pruning
    from ..care.show import show_pruning

    workspace = _open(folder)
    with State.open(workspace) as state:
        found = (pruning.prune if is_sure else pruning.find)(workspace, state)
    show_pruning(terminal, found, is_done=is_sure)
    return 0


def _open(folder: Path | None) -> Workspace:
    workspace = find_workspace(folder)
    ensure_folders(workspace)
    return workspace


def _import_ahead() -> None:
    """Import what a night needs, while the server starts on another core."""
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    for name in _NEEDED_BY_A_NIGHT:
        importlib.import_module(name)


def _tell(terminal: Terminal, error: NiagaError) -> int:
    terminal.complain(f"niaga: {error.message}", error.remedy)
    if isinstance(error, GateStopped):
        show.show_gate(terminal, error)
    terminal.give(
        {
            "error": error.message,
            "kind": type(error).__name__,
            "remedy": error.remedy,
            "exit_code": error.exit_code,
        }
    )
    return error.exit_code


def _tell_of_fault(terminal: Terminal, folder: Path | None, error: Exception) -> int:
    file = keep_traceback(folder, error)
    first_line = (str(error).splitlines() or [""])[0]
    message = f"a fault of niaga: {type(error).__name__}: {first_line}"
    terminal.complain(f"niaga: {message}", f"the traceback is in {file}")
    terminal.give({"error": message, "kind": "fault", "traceback": str(file), "exit_code": 1})
    return 1


def keep_traceback(folder: Path | None, error: Exception) -> Path:
    """Write a traceback into a file of the workspace's logs, and give the file."""
    try:
        logs = logs_folder(find_workspace(folder).warehouse)
    except (NiagaError, OSError):
        # There is no workspace to write to: the machine's own folder for such files.
        logs = Path(tempfile.gettempdir())
    return write_traceback(logs, error)

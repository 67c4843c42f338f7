"""Find what there is to tell at the end of a run: what failed, is held back, late, odd or new."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ..errors import GateStopped, NiagaError
from ..notify.message import Cause
from ..state import tables
from ..terminal import as_text, count
from .show_status import as_figure
from .stages import BY_HAND

if TYPE_CHECKING:
    from ..refresh.gates import CheckResult
    from ..state import State
    from ..workspace import Workspace
    from .held import HeldFile, HeldRows
    from .stages import Work
    from .status import Status

_WAITS_LONG = timedelta(days=1)
_WIDTH = 300
_NUMBER = re.compile(r"\d+")
_FILE_AND_ROW = re.compile(r".*?, row \d+", re.DOTALL)
_NAMING = ("_id", "_number", "_date", "period")
"""Ends of names of columns that say which row it is."""


def ended(verb: str) -> str:
    """Name what a run of a verb comes past when it comes to its end, beside its stages."""
    return f"end of {verb}"


def find_causes(verb: str, work: Work, status: Status, error: Exception | None) -> list[Cause]:
    """List all that is so at the end of a run, in the order in which it is told."""
    causes = [*_failures(verb, work, error), *_expectations(work)]
    return [*causes, *find_standing(work.workspace, status), *_marts(work)]


def find_standing(workspace: Workspace, status: Status) -> list[Cause]:
    """List what is so whether anything has run or not: what is held back, late or unusual."""
    causes = [*_held_files(status), *_held_rows(status), *_left(status)]
    causes += [*_late(workspace, status), *_unusual(status)]
    # A file that several sources refuse, or that was refused twice, is one.
    return list({cause.key: cause for cause in reversed(causes)}.values())[::-1]


def outage(workspace: Workspace, error: Exception) -> Cause:
    """Give the cause that no run can begin, which any run that does solves."""
    message, remedy = str(error), ""
    if isinstance(error, NiagaError):
        message, remedy = error.message, error.remedy
    first_line = message.strip().partition("\n")[0]
    return Cause(
        "outage",
        "failure",
        f"niaga can't work: {first_line}",
        str(workspace.root),
        remedy,
        mark=_mark(first_line),
    )


def killed_run(state: State, run_id: str) -> tuple[Any, Cause] | None:
    """Give the run before, and the cause that it is, where it was killed and could not tell."""
    run = tables.run
    query = (
        sa.select(run)
        .where(run.c.run_id != run_id)
        .order_by(run.c.started_at.desc(), run.c.run_id.desc())
        .limit(1)
    )
    with state.reading() as connection:
        row = connection.execute(query).one_or_none()
    if row is None or row.status != "failed" or (row.summary or {}).get("reason") != "killed":
        return None
    return row, Cause(
        f"killed {row.verb}",
        "failure",
        f"`niaga {row.verb}` was killed before its end",
        f"run {row.run_id}, begun {as_text(row.started_at)} UTC",
        "look for what ended it: memory that was short (`journalctl -k | grep -i oom`), a "
        "restart, a person; the next run does its work again, and nothing is lost",
        stage=ended(row.verb),
    )


def _failures(verb: str, work: Work, error: Exception | None) -> Iterator[Cause]:
    if error is None or verb in BY_HAND:
        return
    if isinstance(error, GateStopped):
        for result in error.report.failed_critical:
            yield _unmet(result, "expectations")
        return
    told = str(error).strip() or type(error).__name__
    first = told.partition("\n")[0][:_WIDTH]
    stage = work.stage or ended(verb)
    if isinstance(error, NiagaError):
        what, remedy = first, error.remedy or f"mend it, then run `niaga {verb}` again"
    else:
        what = f"a fault of niaga: {type(error).__name__}: {first}"
        remedy = f"run `niaga {verb}` again; if it fails again, report the traceback that it names"
    yield Cause(
        f"failure {stage}",
        "failure",
        f"`niaga {verb}` failed: {what}",
        f"stage {stage}, run {work.run_id}",
        f"{remedy}. The last publication stays in place",
        mark=_mark(f"{type(error).__name__}: {told}"),
        stage=stage,
    )


def _mark(told: str) -> str:
    """Tell a fault by its words: counts and times in them change each night, and it is the same."""
    return _NUMBER.sub("#", told)[:_WIDTH]


def _expectations(work: Work) -> Iterator[Cause]:
    for report in work.checked:
        for result in report.failed_warning:
            yield _unmet(result, "warnings")


def _unmet(result: CheckResult, kind: str) -> Cause:
    is_critical = kind == "expectations"
    # Amounts stay in the workspace: who reads a message may not be who may see pay.
    cells = [
        f"{name} {as_text(value)}"
        for name, value in (result.sample[0] if result.sample else {}).items()
        if name.endswith(_NAMING)
    ]
    example = f", for example {', '.join(cells)}"[:_WIDTH] if cells else ""
    remedy = (
        "mend the export or its source, then `niaga nightly`. The last publication stays in place"
        if is_critical
        else "`niaga status` lists it; it was published with the data"
    )
    return Cause(
        f"{kind} {result.suite} {result.table_name} {result.expectation}",
        "expectations" if is_critical else "warnings",
        f"{result.table_name}: not so: {result.expectation}",
        f"{result.suite} gate, {result.observed}{example}",
        remedy,
        size=result.unexpected_rows,
        stage=f"gate_{result.suite}",
    )


def _held_files(status: Status) -> Iterator[Cause]:
    for file in status.held_files:
        if file.status == "waiting" and status.at - file.landed_at < _WAITS_LONG:
            # The rest of a delivery may land a moment later.
            continue
        yield Cause(
            f"file {file.source} {file.file_name}",
            "held",
            f"the file {file.file_name} is {file.status}: {_first_line(file.reason)}",
            f"source {file.source or 'none'}, landed {as_text(file.landed_at)} UTC",
            _file_remedy(file),
            mark=file.reason,
        )


def _file_remedy(file: HeldFile) -> str:
    if file.status == "waiting":
        return "land what it waits for"
    if not file.source:
        return "propose a source for it by `niaga onboard`, or take it out of rejected/"
    return "mend it and land it again, or take it out of rejected/ where it has no use"


def _held_rows(status: Status) -> Iterator[Cause]:
    # Reasons that differ in their figures alone are one.
    alike: dict[str, list[HeldRows]] = {}
    for held in status.held_rows:
        reason = _NUMBER.sub("#", held.reason)
        key = f"rows {held.source} {held.feed} {held.column} {reason}"
        alike.setdefault(key, []).append(held)
    for key, found in alike.items():
        held, rows = found[0], sum(one.rows for one in found)
        column = f"{held.column} " if held.column else ""
        yield Cause(
            key,
            "held",
            f"{count(rows, 'row')} of {held.feed}: {column}{held.reason}"[:_WIDTH],
            f"source {held.source}, for example {_without_value(held.example)}",
            f"`niaga quarantine export {held.source} held.csv`, correct them there, then "
            f"`niaga quarantine correct {held.source} held.csv`",
            size=rows,
        )


def _without_value(example: str) -> str:
    found = _FILE_AND_ROW.match(example)
    return found[0] if found else ""


def _left(status: Status) -> Iterator[Cause]:
    for file in status.left_files:
        if file.is_stuck:
            yield Cause(
                f"left {file.file_name}",
                "held",
                f"the file {file.file_name} stays in landing/: {_first_line(file.reason)}",
                f"last changed {as_text(file.since)} UTC",
                "complete it, or take it away",
            )


def _late(workspace: Workspace, status: Status) -> Iterator[Cause]:
    zone = ZoneInfo(workspace.settings.time_zone)
    for arrival in status.arrivals:
        if not arrival.is_late or arrival.due_at is None:
            continue
        last = f"the last came {local(arrival.last_at, zone)}" if arrival.last_at else "none yet"
        yield Cause(
            f"late {arrival.source}",
            "warnings",
            f"source {arrival.source} is late: due {local(arrival.due_at, zone)}, {last}",
            arrival.basis,
            "ask whoever exports it; if it is meant to come otherwise, say `expected:` in "
            f"sources/{arrival.source}.yml",
        )


def _unusual(status: Status) -> Iterator[Cause]:
    for one in status.unusual:
        alike = f" of a {one.weekday}" if one.weekday else ""
        yield Cause(
            f"unusual {one.source} {one.delivery}",
            "warnings",
            f"{one.file_name} has {count(one.records, 'record')}; usual are {one.low:,} to "
            f"{one.high:,}",
            f"source {one.source}: median {as_figure(one.usual)} of the {one.exports} exports"
            f"{alike} before",
            "look whether it is whole, and not doubled; it was loaded as it is",
            mark=str(one.records),
            passes=True,
        )


def _marts(work: Work) -> Iterator[Cause]:
    published = work.publication
    if published is None:
        return
    rows = sum(published.rows.values())
    yield Cause(
        f"marts {published.publication_id}",
        "marts",
        f"new marts as of {published.as_of}: {count(len(published.rows), 'table')}, "
        f"{count(rows, 'row')}",
        f"publication {published.publication_id}, {published.path}",
        is_event=True,
    )


def local(at: datetime, zone: ZoneInfo) -> str:
    """Write a moment of the state database as the company's clocks had it."""
    return f"{at.replace(tzinfo=UTC).astimezone(zone):%Y-%m-%d %H:%M}"


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:_WIDTH]

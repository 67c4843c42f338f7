"""Put into words what a target is told: a subject, a text for people, and JSON for programs."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..terminal import count
from .targets import KINDS, Kind

if TYPE_CHECKING:
    from ..workspace import Workspace

_SHOWN = 10
_LISTED = 100
_SUBJECT_WIDTH = 120

_TITLES: dict[Kind, str] = {
    "failure": "Failed",
    "expectations": "Critical expectations that were not met",
    "held": "Held back",
    "warnings": "Warnings",
    "marts": "New marts",
}


@dataclass(frozen=True)
class Cause:
    """One thing to tell: what it is, where, and what to do about it.

    It is the same cause as long as `key` is, and is told again when its `mark` is another one or
    its `size` has grown tenfold. It can be found solved by a run that comes past `stage`, or by any
    run where there is none. What is no longer so without anybody's doing `passes`: nobody is told.
    An event has happened and that is all: it is not remembered.
    """

    key: str
    kind: Kind
    what: str
    where: str = ""
    remedy: str = ""
    mark: str = ""
    size: int = 0
    stage: str | None = None
    passes: bool = False
    is_event: bool = False


@dataclass(frozen=True)
class Message:
    """What one target is told."""

    subject: str
    text: str
    data: dict[str, Any]


def compose(
    workspace: Workspace,
    run: dict[str, Any],
    new: Sequence[Cause],
    solved: Sequence[str],
    still_open: int,
) -> Message:
    """Write the message about a run; `solved` are causes in words, `still_open` were told before.

    `run` has `verb`, `run_id`, `status`, `exit_code` (None where it was killed) and `told_at`, the
    time by the company's clocks.
    """
    company = workspace.settings.company
    headline = _headline(new, solved)
    code = "" if run["exit_code"] is None else f", exit code {run['exit_code']}"
    lines = [f"{company}, {run['told_at']}: `niaga {run['verb']}`: {run['status']}{code}"]
    for kind in KINDS:
        causes = [cause for cause in new if cause.kind == kind]
        if causes:
            lines += ["", _TITLES[kind], *_told(causes)]
    if solved:
        lines += ["", "Solved", *(f"  {what}" for what in solved[:_SHOWN])]
        lines += _more(len(solved))
    if still_open:
        lines += ["", f"Still open, told before: {count(still_open, 'cause')}"]
    lines += ["", f"All of it: niaga status --workspace {shlex.quote(str(workspace.root))}"]
    text = "\n".join(lines) + "\n"
    subject = _one_line(f"niaga, {company}: {headline}")
    data = {
        "text": f"{subject}\n\n{text}",
        "subject": subject,
        "company": company,
        "workspace": str(workspace.root),
        "run": run,
        "new": [
            {"kind": cause.kind, "what": cause.what, "where": cause.where, "remedy": cause.remedy}
            for cause in new[:_LISTED]
        ],
        "new_in_all": len(new),
        "solved": list(solved[:_LISTED]),
        "still_open": still_open,
    }
    return Message(subject, text, data)


def trial(workspace: Workspace) -> Message:
    """Write the message that a target is tried with."""
    company = workspace.settings.company
    subject = _one_line(f"niaga, {company}: a trial")
    text = (
        f"{company}: this is a trial by `niaga notify --test`. Nothing has happened.\n\n"
        f"The workspace is {workspace.root}\n"
    )
    data: dict[str, Any] = {
        "text": f"{subject}\n\n{text}",
        "subject": subject,
        "company": company,
        "workspace": str(workspace.root),
        "run": None,
        "new": [],
        "new_in_all": 0,
        "solved": [],
        "still_open": 0,
    }
    return Message(subject, text, data)


def _headline(new: Sequence[Cause], solved: Sequence[str]) -> str:
    if len(new) == 1 and not solved:
        return new[0].what
    if not new:
        return f"solved: {solved[0]}" if len(solved) == 1 else f"{len(solved)} solved"
    counted = Counter(cause.kind for cause in new)
    told = [f"{_TITLES[kind].lower()} {counted[kind]:,}" for kind in KINDS if counted[kind]]
    return "; ".join([*told, f"solved {len(solved):,}"] if solved else told)


def _told(causes: Sequence[Cause]) -> Iterable[str]:
    for cause in causes[:_SHOWN]:
        yield f"  {cause.what}"
        if cause.where:
            yield f"    where: {cause.where}"
        if cause.remedy:
            yield f"    to do: {cause.remedy}"
    yield from _more(len(causes))


def _more(number: int) -> list[str]:
    return [f"  and {number - _SHOWN:,} more"] if number > _SHOWN else []


def _one_line(text: str) -> str:
    """Make a subject: names in exports may have line breaks, which would end a mail's header."""
    line = " ".join(text.split())
    return line if len(line) <= _SUBJECT_WIDTH else line[: _SUBJECT_WIDTH - 1] + "…"

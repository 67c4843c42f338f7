"""Show a proposed source: its YAML, what it makes of its files, and what is unsure."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..terminal import count
from .show_trial import tell_trial

if TYPE_CHECKING:
    from ..ingest.trial import Trial
    from ..onboard.proposal import Proposal
    from ..terminal import Terminal

_LISTED = 12


def show_proposal(
    terminal: Terminal, proposal: Proposal, trial: Trial | None, place: Path | None
) -> None:
    """Give the YAML, and say the rest; `place` is where the YAML was written, if it was.

    The YAML alone goes to standard output where it was not written, so that it can be redirected.
    """
    terminal.give(_answer(proposal, trial, place))
    is_written = place is not None and proposal.text is not None
    if proposal.text is not None and not is_written:
        terminal.say(proposal.text)
    with contextlib.nullcontext() if is_written or terminal.as_json else _on_standard_error():
        _say(terminal, proposal, trial)
        if is_written:
            terminal.say(f"Written to {place}.")


@contextlib.contextmanager
def _on_standard_error() -> Iterator[None]:
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _say(terminal: Terminal, proposal: Proposal, trial: Trial | None) -> None:
    read = [
        [table.file.name, table.piece, table.layout.format["type"], table.rows, len(table.names)]
        for table in proposal.tables
    ]
    if read:
        terminal.table("What was read", ["file", "piece", "format", "records", "columns"], read)
    for refused in proposal.refused:
        terminal.say(f"{refused.file.name} {refused.piece}".strip() + f": {refused.reason}")
    if proposal.text is None:
        if proposal.tables:
            near = ", ".join(proposal.near) or "none is near"
            terminal.say("It is not sure which feed this fills, so nothing is proposed.")
            terminal.say(f"  Say it with --feed; the likeliest: {near}.")
        return
    if trial is not None:
        tell_trial(terminal, trial)
    _list(terminal, "Not sure:", proposal.unsure)
    _list(
        terminal, f"Missing for {proposal.feed}; put SQL in place of error(...):", proposal.missing
    )
    _list(terminal, "Not mapped, so not kept:", proposal.unmapped)
    _list(terminal, "Not used; onboard it by itself:", proposal.not_used)


def _list(terminal: Terminal, title: str, items: tuple[str, ...]) -> None:
    if items:
        terminal.say(title)
        for item in items[:_LISTED]:
            terminal.say(f"  - {item}")
        if len(items) > _LISTED:
            terminal.say(f"  - and {count(len(items) - _LISTED, 'more')}".removesuffix("s"))


def _answer(proposal: Proposal, trial: Trial | None, place: Path | None) -> dict[str, Any]:
    return {
        "source": proposal.name,
        "feed": proposal.feed,
        "is_complete": proposal.is_complete,
        "yaml": proposal.text,
        "written_to": str(place) if place and proposal.text else None,
        "tables": [
            {
                "file": str(table.file),
                "piece": table.piece,
                "format": table.layout.format,
                "records": table.rows,
                "faulty": table.faulty,
                "columns": list(table.names),
            }
            for table in proposal.tables
        ],
        "refused": [
            {"file": str(refused.file), "piece": refused.piece, "reason": refused.reason}
            for refused in proposal.refused
        ],
        "unsure": list(proposal.unsure),
        "missing": list(proposal.missing),
        "unmapped": list(proposal.unmapped),
        "not_used": list(proposal.not_used),
        "near": list(proposal.near),
        "trial": asdict(trial) if trial else None,
    }

"""Show what is held in quarantine, and what was done about it by hand."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from ..terminal import count, shortened

if TYPE_CHECKING:
    from ..ingest.amending import Amended
    from ..ingest.quarantine import Quarantine
    from ..terminal import Terminal


def show_quarantine(terminal: Terminal, quarantine: Quarantine) -> None:
    """Show what is held in quarantine, and what was dropped by hand."""
    terminal.give(asdict(quarantine))
    faults = [
        [
            fault.source,
            fault.feed,
            fault.file_name,
            fault.row_number,
            fault.column,
            shortened(fault.value),
            fault.reason,
        ]
        for fault in quarantine.first_faults
    ]
    title = f"{count(quarantine.records, 'record')} held back"
    if len(faults) < quarantine.faults:
        title += f" (first {len(faults):,} of {count(quarantine.faults, 'fault')}; more: --limit)"
    columns = ["source", "feed", "file", "row", "column", "value", "reason"]
    if faults:
        terminal.table(title, columns, faults)
    else:
        terminal.say(title + ".")
    if quarantine.dropped:
        dropped = [
            [
                drop.source,
                drop.file_name,
                drop.records,
                drop.reason,
                drop.dropped_by,
                drop.dropped_at,
            ]
            for drop in quarantine.dropped
        ]
        columns = ["source", "file", "records", "reason", "by", "at (UTC)"]
        terminal.table("Dropped by hand", columns, dropped)


def show_amended(terminal: Terminal, amended: Amended) -> None:
    """Show what a file of corrected or dropped records has changed."""
    terminal.give(asdict(amended))
    if amended.known:
        terminal.say(f"{count(amended.known, 'export')} had taken this file before.")
    verb = "corrected" if amended.kind == "correction" else "dropped"
    terminal.say(f"{count(amended.records, 'record')} of {amended.source} {verb}.")
    if amended.still_held:
        terminal.say(f"  {amended.still_held:,} of them are still held: `niaga quarantine list`.")
    if amended.columns:
        told = [
            [column.column, column.cells, shortened(column.was), shortened(column.now)]
            for column in amended.columns
        ]
        columns = ["column", "cells", "for example", "is now"]
        terminal.table("Cells that differ from the export", columns, told)
    if amended.records:
        terminal.say("The marts show it after `niaga build`.")

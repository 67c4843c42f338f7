"""Show what a source makes of files when it is tried."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from ..terminal import shortened

if TYPE_CHECKING:
    from ..ingest.trial import Trial
    from ..terminal import Terminal


def show_trial(terminal: Terminal, trial: Trial) -> None:
    """Show what a source would make of files."""
    terminal.give(asdict(trial))
    tell_trial(terminal, trial)


def tell_trial(terminal: Terminal, trial: Trial) -> None:
    """Say it to people."""
    if trial.reason is not None:
        place = f"{trial.part}: " if trial.part else ""
        terminal.say(f"{trial.source} would reject this. Nothing was loaded.")
        terminal.say(f"  {place}{trial.reason}")
        for example in trial.examples:
            terminal.say(f"  {example}")
        return
    records = [
        ["read", trial.rows_read],
        ["would be loaded", trial.rows_loaded],
        ["would be held back", trial.rows_held],
        ["filtered by the SQL", trial.rows_filtered],
    ]
    terminal.table(f"{trial.source}: nothing was loaded", ["records", "count"], records)
    feeds = [[feed.feed, feed.rows, feed.records_held] for feed in trial.feeds]
    terminal.table("Feeds", ["feed", "rows kept", "records held back"], feeds)
    for feed in trial.feeds:
        if feed.first_rows:
            # Columns stand below each other: a feed has too many for the width of a screen.
            values = zip(feed.columns, *feed.first_rows, strict=True)
            rows = [[name, *(shortened(value) for value in cells)] for name, *cells in values]
            titles = [f"row {number}" for number in range(1, len(feed.first_rows) + 1)]
            terminal.table(f"First rows of {feed.feed}", ["column", *titles], rows)
    if trial.faults:
        faults = [
            [fault.feed, fault.row_number, fault.column, shortened(fault.value), fault.reason]
            for fault in trial.faults
        ]
        columns = ["feed", "row", "column", "value", "reason"]
        terminal.table("First faults", columns, faults)

"""Put into tables how a workspace is, and who was told."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..history.trends import bars
from ..terminal import as_text, count
from .show import show_held, show_layout_changes, show_left

if TYPE_CHECKING:
    from ..history.trends import Trend
    from ..notify.tell import Told
    from ..terminal import Terminal
    from .status import Status


def show_status(terminal: Terminal, status: Status) -> None:
    """Show the state of a workspace."""
    terminal.give({**asdict(status), "last_run": status.last_run and asdict(status.last_run)})
    terminal.table(f"{status.company}", ["", "state"], status_rows(status))
    due = {arrival.source: arrival.due_at for arrival in status.arrivals}
    feeds = [
        [
            feed.feed,
            feed.source,
            feed.rows,
            feed.business_date,
            feed.landed_at,
            feed.age_hours,
            due.get(feed.source),
        ]
        for feed in status.feeds
    ]
    if feeds:
        columns = [
            "feed", "source", "rows", "up to", "last export (UTC)", "hours ago", "due by (UTC)",
        ]  # fmt: skip
        terminal.table("Feeds", columns, feeds)
    _show_warnings(terminal, status)
    show_held(terminal, status.held_files, status.held_rows)
    show_left(terminal, status.left_files)
    changed = [[change.source, change.column, change.detail] for change in status.layout_changes]
    show_layout_changes(terminal, "source", changed)
    if status.failed_checks:
        failed = [
            [
                check.suite,
                check.table_name,
                check.expectation,
                check.severity,
                check.unexpected_rows,
            ]
            for check in status.failed_checks
        ]
        columns = ["gate", "table", "expectation", "severity", "rows"]
        terminal.table("Expectations that were not met", columns, failed)
    _show_trends(terminal, status.trends)


def show_told(terminal: Terminal, told: Told) -> None:
    """Show which targets were told something, and why others could not be."""
    terminal.give({"reached": told.reached, "unreached": told.unreached})
    rows = [[label, "told"] for label in told.reached]
    rows += [[label, f"not reached: {reason}"] for label, reason in told.unreached.items()]
    if rows:
        terminal.table("Notifications", ["target", "result"], rows)
    else:
        terminal.say("There is nothing new to tell.")


def status_rows(status: Status) -> list[list[Any]]:
    """Give the state of a workspace in few lines: what, and how it is."""
    rows: list[list[Any]] = []
    if status.publication is None:
        rows.append(["published", "nothing yet: run `niaga nightly`"])
    else:
        published = status.publication
        told = f"{published.publication_id}, {as_text(published.published_at)} UTC"
        rows.append(["published", f"{told}, as of {published.as_of}"])
        rows.append(["kept", ", ".join(status.kept) or "no earlier publication"])
    if status.last_run is None:
        rows.append(["last run", "none"])
    else:
        run = status.last_run
        told = f"{run.verb}: {run.status}, {as_text(run.started_at)} UTC"
        rows.append(["last run", f"{told}; {run.reason}" if run.reason else told])
    for run in status.broken_runs:
        if run != status.last_run:
            told = f"{as_text(run.started_at)} UTC; {run.reason}"
            rows.append([f"last {run.verb}", f"{run.status}, {told}"])
    late = sum(arrival.is_late for arrival in status.arrivals)
    unknown = sum(arrival.due_at is None for arrival in status.arrivals)
    told = f"{count(len(status.arrivals), 'source')}, {late:,} late"
    rows.append(["exports", f"{told}, {unknown:,} of no known rhythm"])
    passed = status.checks - len(status.failed_checks)
    rows.append(["checks", f"{passed:,} of {status.checks:,} expectations met"])
    held = sum(row.rows for row in status.held_rows)
    rows.append(["held back", f"{count(held, 'row')}, {count(len(status.held_files), 'file')}"])
    return rows


def _show_warnings(terminal: Terminal, status: Status) -> None:
    late = [
        [arrival.source, arrival.last_at or "none yet", arrival.due_at, arrival.basis]
        for arrival in status.arrivals
        if arrival.is_late
    ]
    if late:
        columns = ["source", "last export (UTC)", "due (UTC)", "why"]
        terminal.table("Late sources", columns, late)
    unusual = [
        [one.source, one.file_name, one.records, one.usual, f"{one.low:,} to {one.high:,}"]
        for one in status.unusual
    ]
    if unusual:
        columns = ["source", "file", "records", "median", "usual"]
        title = "Unusual volumes of the last 7 days: loaded all the same"
        terminal.table(title, columns, unusual)
    unreached = [[one.label, one.reason, one.failing_since] for one in status.unreached]
    if unreached:
        columns = ["target", "reason", "since (UTC)"]
        terminal.table("Notifications that did not arrive", columns, unreached)


def _show_trends(terminal: Terminal, trends: tuple[Trend, ...]) -> None:
    rows = [
        [
            trend.verb,
            trend.figure,
            _line(trend),
            f"{as_figure(trend.last)} {trend.unit}",
            as_figure(trend.usual),
            len(trend.values),
        ]
        for trend in trends
    ]
    if rows:
        columns = ["verb", "figure", "trend", "last", "median", "runs"]
        terminal.table("The last runs that are done", columns, rows, numbers=["last", "median"])


def as_figure(value: float) -> str:
    """Write a figure of a trend: whole where it is, with one decimal elsewhere."""
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:,.1f}"


def _line(trend: Trend) -> str:
    """Draw a trend where a person sees it; elsewhere write its last values."""
    if sys.stdout.isatty() and (sys.stdout.encoding or "").lower().startswith("utf"):
        return bars(trend.values)
    return " ".join(as_figure(value).replace(",", "") for value in trend.values[-5:])

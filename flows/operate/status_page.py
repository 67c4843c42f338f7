"""Draw the status of a workspace as one HTML page that needs no network and no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ..terminal import as_text, count
from .show_status import as_figure, status_rows

if TYPE_CHECKING:
    from jinja2 import Template

    from ..workspace import Workspace
    from .status import Status

_WIDTH, _HEIGHT = 180, 30
_SHOWN = 200


@dataclass(frozen=True)
class Section:
    """A table of the page; one without rows is left out."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]

    @property
    def shown(self) -> Sequence[Sequence[Any]]:
        """The rows that the page has room for."""
        return self.rows[:_SHOWN]


@dataclass(frozen=True)
class Verdict:
    """How the workspace is: good, look (a person should) or bad, and the same in words."""

    tone: str
    text: str


def write_page(workspace: Workspace, status: Status) -> None:
    """Write the page in its place, whole or not at all; examples of rows make it the owner's."""
    page = workspace.status_page
    temporary = page.with_name(f".{page.name}.tmp")
    temporary.touch(mode=0o600)
    temporary.write_text(draw_page(workspace, status), encoding="utf-8")
    temporary.replace(page)


def draw_page(workspace: Workspace, status: Status) -> str:
    """Give the page as HTML; its times are those of the company's clocks."""
    zone = ZoneInfo(workspace.settings.time_zone)
    return _template().render(
        company=status.company,
        verdict=_verdict(status),
        summary=status_rows(status),
        sections=[section for section in _sections(status) if section.rows],
        trends=status.trends,
        at=_local(status.at, zone),
        zone=zone.key,
        cell=lambda value: _local(value, zone) if isinstance(value, datetime) else as_text(value),
        figure=as_figure,
        points=_points,
        width=_WIDTH,
        height=_HEIGHT,
    )


def _verdict(status: Status) -> Verdict:
    """Say in one line how the workspace is."""
    if status.last_run is None:
        return Verdict("look", "Nothing has run yet.")
    if status.broken_runs:
        verbs = ", ".join(f"niaga {run.verb}" for run in status.broken_runs)
        return Verdict("bad", f"Did not come to its end: {verbs}. The last marts stay in place.")
    wants = sum(
        len(found)
        for found in (
            status.held_files, status.held_rows, status.unusual, status.failed_checks,
            status.unreached, [one for one in status.arrivals if one.is_late],
        )
    )  # fmt: skip
    if not wants:
        return Verdict("good", "All is well.")
    return Verdict("look", f"The last run is done; {count(wants, 'thing')} to look at.")


def _sections(status: Status) -> Iterator[Section]:
    yield Section(
        "Late sources", "Ask whoever exports them.", ("source", "due", "last export", "why"),
        [(one.source, one.due_at, one.last_at or "none yet", one.basis)
         for one in status.arrivals if one.is_late],
    )  # fmt: skip
    yield Section(
        "Files held back",
        "Land what the waiting ones lack; mend the others and land them again, or take them out of "
        "rejected/.",
        ("source", "file", "status", "reason", "landed"),
        [(one.source, one.file_name, one.status, one.reason, one.landed_at)
         for one in status.held_files],
    )  # fmt: skip
    yield Section(
        "Left in landing/", "", ("file", "reason", "last changed"),
        [(one.file_name, one.reason, one.since) for one in status.left_files],
    )  # fmt: skip
    yield Section(
        "Rows held back", "niaga quarantine lists, corrects or drops them.",
        ("source", "feed", "column", "reason", "rows", "for example"),
        [(one.source, one.feed, one.column, one.reason, one.rows, one.example)
         for one in status.held_rows],
    )  # fmt: skip
    yield Section(
        "Expectations that were not met", "", ("gate", "table", "expectation", "severity", "rows"),
        [(one.suite, one.table_name, one.expectation, one.severity, one.unexpected_rows)
         for one in status.failed_checks],
    )  # fmt: skip
    yield Section(
        "Unusual volumes of the last 7 days", "They are loaded as they are.",
        ("source", "file", "records", "median", "usual"),
        [(one.source, one.file_name, one.records, one.usual, f"{one.low:,} to {one.high:,}")
         for one in status.unusual],
    )  # fmt: skip
    yield Section(
        "Notifications that did not arrive", "niaga notify --test tries them.",
        ("target", "reason", "since"),
        [(one.label, one.reason, one.failing_since) for one in status.unreached],
    )  # fmt: skip
    yield Section(
        "Columns that are not as they were", "", ("source", "column", "what is new", "seen"),
        [(one.source, one.column, one.detail, one.seen_at) for one in status.layout_changes],
    )  # fmt: skip
    yield Section(
        "Sources", "", ("source", "last export", "late", "due", "why"),
        [(one.source, one.last_at, one.is_late, one.due_at, one.basis) for one in status.arrivals],
    )  # fmt: skip
    yield Section(
        "Feeds", "", ("feed", "source", "rows", "up to"),
        [(one.feed, one.source, one.rows, one.business_date) for one in status.feeds],
    )  # fmt: skip


def _points(values: Sequence[float]) -> str:
    """Give the corners of a line through values, as SVG takes them; the ground is 0."""
    top = max(values) or 1
    step = _WIDTH / (len(values) - 1)
    return " ".join(
        f"{place * step:.1f},{_HEIGHT - 2 - value / top * (_HEIGHT - 4):.1f}"
        for place, value in enumerate(values)
    )


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.replace(tzinfo=UTC).astimezone(zone):%Y-%m-%d %H:%M}"


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(__package__, "."),
        # Names and values in exports may look like HTML.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("status.html.jinja")

"""Gather what one asks of a workspace: feeds, what is late, held or odd, checks, runs, marts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..errors import ConfigurationError
from ..history.arrivals import Arrival, read_arrivals
from ..history.trends import Trend, read_trends
from ..history.volumes import UnusualVolume, read_unusual
from ..notify.memory import Unreached, unreached
from ..publish.records import Publication, current_publication, kept_publications
from ..state import State, tables, utc_now
from .held import HeldFile, HeldRows, held_files, held_rows
from .stages import BY_HAND, STAGES_OF

if TYPE_CHECKING:
    from ..ingest.landing import LeftFile
    from ..ingest.sources import Source
    from ..workspace import Workspace


_CHANGES_SHOWN_DAYS = 30


@dataclass(frozen=True)
class FeedStatus:
    """How fresh one feed is, by the source that it comes from.

    `rows` are those loaded by exports of which not all is replaced: of a dump's days some may be.
    """

    feed: str
    source: str
    rows: int
    business_date: date | None
    landed_at: datetime | None
    age_hours: int | None


@dataclass(frozen=True)
class RunStatus:
    """How a run went."""

    run_id: str
    verb: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    exit_code: int | None
    reason: str | None
    rows_loaded: int | None = None
    rows_held: int | None = None


@dataclass(frozen=True)
class FailedCheck:
    """An expectation that the last checked run did not meet."""

    suite: str
    table_name: str
    expectation: str
    severity: str
    unexpected_rows: int | None


@dataclass(frozen=True)
class LayoutStatus:
    """A change in the columns of a source's exports, and when it was seen."""

    source: str
    part: str
    column: str
    change: str
    detail: str
    seen_at: datetime


@dataclass(frozen=True)
class Status:
    """The state of a workspace at one moment."""

    company: str
    publication: Publication | None
    kept: tuple[str, ...]
    last_runs: tuple[RunStatus, ...]
    last_done: dict[str, datetime]
    feeds: tuple[FeedStatus, ...]
    held_rows: tuple[HeldRows, ...]
    held_files: tuple[HeldFile, ...]
    left_files: tuple[LeftFile, ...]
    checks: int
    failed_checks: tuple[FailedCheck, ...]
    layout_changes: tuple[LayoutStatus, ...]
    arrivals: tuple[Arrival, ...]
    unusual: tuple[UnusualVolume, ...]
    trends: tuple[Trend, ...]
    unreached: tuple[Unreached, ...]
    at: datetime

    @property
    def last_run(self) -> RunStatus | None:
        """The last run of any verb."""
        return max(self.last_runs, key=lambda run: (run.started_at, run.run_id), default=None)

    @property
    def broken_runs(self) -> tuple[RunStatus, ...]:
        """The last runs that failed or were stopped, and whose stages none has done since."""
        return tuple(run for run in self.last_runs if self._is_broken(run))

    def _is_broken(self, run: RunStatus) -> bool:
        if run.status not in ("failed", "stopped") or run.verb in BY_HAND:
            return False
        wanted = _stages_of(run.verb)
        return not any(
            self.last_done[verb] > run.started_at and wanted <= _stages_of(verb)
            for verb in self.last_done
        )


def read_status(workspace: Workspace) -> Status:
    """Read the status; a run at work is not disturbed."""
    with State.open(workspace) as state:
        return gather_status(workspace, state)


def gather_status(workspace: Workspace, state: State) -> Status:
    """Read the status from a state database that is open."""
    now = utc_now()
    current = current_publication(workspace.published)
    kept = [publication.publication_id for publication in kept_publications(workspace, state)]
    sources, left = _look(workspace)
    with state.reading() as connection:
        checks, failed_checks = _checks(connection)
        return Status(
            company=workspace.settings.company,
            publication=current,
            kept=tuple(name for name in kept if not current or name != current.publication_id),
            last_runs=_last_runs(connection),
            last_done=_last_done(connection),
            feeds=_feeds(connection),
            held_rows=tuple(held_rows(workspace, state)),
            held_files=held_files(workspace, state),
            left_files=left,
            checks=checks,
            failed_checks=failed_checks,
            layout_changes=_layout_changes(connection),
            arrivals=read_arrivals(connection, sources, workspace.settings.time_zone, now),
            unusual=read_unusual(connection, now),
            trends=read_trends(connection),
            unreached=unreached(connection, workspace.settings.notifications),
            at=now,
        )


def _look(workspace: Workspace) -> tuple[tuple[Source, ...], tuple[LeftFile, ...]]:
    """Read the sources, and list what stays in landing/; by names alone where they have faults."""
    from ..ingest.landing import look_into_landing
    from ..ingest.sources import load_sources

    sources: tuple[Source, ...] = ()
    try:
        sources = tuple(load_sources(workspace))
        left = look_into_landing(workspace, sources).left if workspace.landing.is_dir() else ()
    except ConfigurationError:
        left = look_into_landing(workspace, ()).left if workspace.landing.is_dir() else ()
    return sources, left


def _stages_of(verb: str) -> set[str]:
    return {stage.name for stage in STAGES_OF.get(verb, ())}


def _last_runs(connection: sa.Connection) -> tuple[RunStatus, ...]:
    """Give the last run of each verb."""
    run = tables.run
    place = sa.func.row_number().over(
        partition_by=run.c.verb, order_by=(run.c.started_at.desc(), run.c.run_id.desc())
    )
    ranked = sa.select(run, place.label("place")).subquery()
    query = sa.select(ranked).where(ranked.c.place == 1).order_by(ranked.c.verb)
    return tuple(_run_status(row) for row in connection.execute(query))


def _run_status(row: Any) -> RunStatus:
    summary = row.summary or {}
    ingested = summary.get("ingested", {})
    return RunStatus(
        run_id=row.run_id,
        verb=row.verb,
        started_at=row.started_at,
        finished_at=row.finished_at,
        status=row.status,
        exit_code=row.exit_code,
        reason=summary.get("reason"),
        rows_loaded=ingested.get("rows_loaded"),
        rows_held=ingested.get("rows_held"),
    )


def _last_done(connection: sa.Connection) -> dict[str, datetime]:
    """Say when a run of each verb was last done."""
    run = tables.run
    query = (
        sa.select(run.c.verb, sa.func.max(run.c.finished_at).label("at"))
        .where(run.c.status == "done")
        .group_by(run.c.verb)
        .order_by(run.c.verb)
    )
    return {row.verb: row.at for row in connection.execute(query)}


def _feeds(connection: sa.Connection) -> tuple[FeedStatus, ...]:
    """List the feeds that have rows; a source that has loaded nothing shows in the held files."""
    load, segment, export = tables.load, tables.segment, tables.export
    landed = (
        sa.select(export.c.source, sa.func.max(export.c.landed_at).label("landed_at"))
        .where(export.c.status == "loaded")
        .group_by(export.c.source)
        .subquery()
    )
    query = (
        sa.select(
            segment.c.feed,
            load.c.source,
            sa.func.sum(segment.c.rows).label("rows"),
            sa.func.max(load.c.business_date).label("business_date"),
            sa.func.max(landed.c.landed_at).label("landed_at"),
        )
        .join(load, load.c.load_id == segment.c.load_id)
        .outerjoin(landed, landed.c.source == load.c.source)
        .where(load.c.status == "current")
        .group_by(segment.c.feed, load.c.source)
        .order_by(segment.c.feed, load.c.source)
    )
    now = utc_now()
    return tuple(
        FeedStatus(
            feed=row.feed,
            source=row.source,
            rows=int(row.rows),
            business_date=row.business_date,
            landed_at=row.landed_at,
            age_hours=int((now - row.landed_at).total_seconds() // 3600) if row.landed_at else None,
        )
        for row in connection.execute(query)
    )


def _layout_changes(connection: sa.Connection) -> tuple[LayoutStatus, ...]:
    """Give what has changed in the columns of exports lately, the latest first."""
    load = tables.load
    since = utc_now() - timedelta(days=_CHANGES_SHOWN_DAYS)
    query = (
        sa.select(load.c.source, load.c.committed_at, load.c.changes)
        .where(load.c.changes.is_not(None), load.c.committed_at >= since)
        .order_by(load.c.committed_at.desc(), load.c.load_id.desc())
    )
    return tuple(
        LayoutStatus(row.source, **change, seen_at=row.committed_at)
        for row in connection.execute(query)
        for change in row.changes
    )


def _checks(connection: sa.Connection) -> tuple[int, tuple[FailedCheck, ...]]:
    """Give how many expectations the last checked run had, and those that it did not meet."""
    check = tables.check_result
    last = (
        sa.select(check.c.run_id)
        .order_by(check.c.checked_at.desc(), check.c.check_result_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = connection.execute(
        sa.select(check).where(check.c.run_id == last).order_by(check.c.check_result_id)
    ).all()
    failed = tuple(
        FailedCheck(row.suite, row.table_name, row.expectation, row.severity, row.unexpected_rows)
        for row in found
        if not row.success
    )
    return len(found), failed

"""Gather what one asks of a workspace: feeds, what is held, checks, runs, publication."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ..errors import ConfigurationError
from ..publish.records import Publication, current_publication, kept_publications
from ..state import State, tables, utc_now
from .held import HeldFile, HeldRows, held_files, held_rows

if TYPE_CHECKING:
    from ..ingest.landing import LeftFile
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
    last_run: RunStatus | None
    feeds: tuple[FeedStatus, ...]
    held_rows: tuple[HeldRows, ...]
    held_files: tuple[HeldFile, ...]
    left_files: tuple[LeftFile, ...]
    checks: int
    failed_checks: tuple[FailedCheck, ...]
    layout_changes: tuple[LayoutStatus, ...]


def read_status(workspace: Workspace) -> Status:
    """Read the status; a run at work is not disturbed."""
    with State.open(workspace) as state:
        current = current_publication(workspace.published)
        kept = [publication.publication_id for publication in kept_publications(workspace, state)]
        with state.reading() as connection:
            last_run = _last_run(connection)
            feeds = _feeds(connection)
            checks, failed_checks = _checks(connection)
            layout_changes = _layout_changes(connection)
        return Status(
            company=workspace.settings.company,
            publication=current,
            kept=tuple(name for name in kept if not current or name != current.publication_id),
            last_run=last_run,
            feeds=feeds,
            held_rows=tuple(held_rows(workspace, state)),
            held_files=held_files(workspace, state),
            left_files=_left_files(workspace),
            checks=checks,
            failed_checks=failed_checks,
            layout_changes=layout_changes,
        )


def _left_files(workspace: Workspace) -> tuple[LeftFile, ...]:
    """List what stays in landing/; where the sources can't be read, by names alone."""
    from ..ingest.landing import look_into_landing
    from ..ingest.sources import load_sources

    if not workspace.landing.is_dir():
        return ()
    try:
        return look_into_landing(workspace, load_sources(workspace)).left
    except ConfigurationError:
        return look_into_landing(workspace, ()).left


def _last_run(connection: sa.Connection) -> RunStatus | None:
    run = tables.run
    row = connection.execute(
        sa.select(run).order_by(run.c.started_at.desc(), run.c.run_id.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    return RunStatus(
        run_id=row.run_id,
        verb=row.verb,
        started_at=row.started_at,
        finished_at=row.finished_at,
        status=row.status,
        exit_code=row.exit_code,
        reason=(row.summary or {}).get("reason"),
    )


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

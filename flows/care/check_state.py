"""Check the state database: can it be reached, is it whole, is it as new as this niaga."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, func, make_url, select, text
from sqlalchemy.exc import DBAPIError

from ..errors import NiagaError
from ..state.connection import open_engine, reading
from ..state.tables import REVISION, load, publication, run
from .finding import Finding, fault, ok, warning

if TYPE_CHECKING:
    from ..workspace import Workspace

_REMEDY = "put a backup in its place: `niaga restore` into a new folder"


@dataclass
class StateCheck:
    """The findings, and what else can be told from a database that can be read."""

    findings: list[Finding]
    engine: Engine | None = None
    last_time: datetime | None = None
    own_time: datetime | None = None


def check_state(workspace: Workspace, *, is_quick: bool) -> StateCheck:
    """Check the state database, and change nothing in it; give `engine` where it can be used."""
    scheme, _, file = workspace.state_url.partition(":///")
    if scheme.partition("+")[0] == "sqlite" and not Path(file).is_file():
        return StateCheck(list(_without_database(workspace, Path(file))))
    try:
        engine = open_engine(workspace.state_url)
        with reading(engine) as connection:
            findings = list(_look_at(connection, workspace, is_quick=is_quick))
            if any(finding.level != "ok" for finding in findings):
                return StateCheck(findings)
            return StateCheck(findings, engine, _last_time(connection), _own_time(connection))
    except (DBAPIError, sqlite3.Error, NiagaError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        told = f"{_name(workspace)} can't be read: {reason}"
        return StateCheck([fault("state", told, f"check `state` in niaga.yml; {_REMEDY}")])


def _without_database(workspace: Workspace, file: Path) -> Iterator[Finding]:
    data = [
        folder.name
        for folder in (workspace.lake, workspace.ledger)
        if next(folder.rglob("*.parquet"), None)
    ]
    if data:
        told = f"{file} is gone, and {' and '.join(data)} has data that only it can tell of"
        yield fault("state", told, _REMEDY)
    else:
        yield ok("state", "none yet: the first run makes it")


def _look_at(connection: Connection, workspace: Workspace, *, is_quick: bool) -> Iterator[Finding]:
    revision = connection.execute(text("select version_num from alembic_version")).scalar()
    if revision != REVISION:
        is_older = revision is not None and revision < REVISION
        told = f"{_name(workspace)} is at revision {revision}, this niaga's is {REVISION}"
        if is_older:
            yield warning("state", told, "the next run brings it there; make a backup first")
        else:
            yield fault("state", told, "a newer niaga has written it: install that version")
        return
    if connection.dialect.name == "sqlite":
        check = "quick_check" if is_quick else "integrity_check"
        found = connection.execute(text(f"pragma {check}")).scalars().all()
        if found != ["ok"]:
            yield fault("state", f"{_name(workspace)} is damaged: {found[0]}", _REMEDY)
            return
    yield ok("state", f"{_name(workspace)}, revision {revision}")


def _last_time(connection: Connection) -> datetime | None:
    columns = (run.c.started_at, run.c.finished_at, load.c.committed_at, publication.c.published_at)
    times = [connection.execute(select(func.max(column))).scalar() for column in columns]
    return max((time for time in times if time is not None), default=None)


def _own_time(connection: Connection) -> datetime | None:
    if connection.dialect.name == "sqlite":
        return None
    now = connection.execute(text("select clock_timestamp()")).scalar_one()
    return now.astimezone(UTC).replace(tzinfo=None)  # type: ignore[no-any-return]


def _name(workspace: Workspace) -> str:
    """Name the database without its password."""
    scheme, _, file = workspace.state_url.partition(":///")
    if scheme.partition("+")[0] == "sqlite":
        return file
    return make_url(workspace.state_url).render_as_string(hide_password=True)

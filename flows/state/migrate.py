"""Bring the schema of the state database to the newest revision."""

from __future__ import annotations

import contextlib
import sqlite3

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from ..errors import NiagaError
from .connection import reading
from .tables import REVISION, metadata


def migrate(engine: Engine) -> None:
    """Create or upgrade the tables; import nothing more when they are at the newest revision."""
    if _revision(engine) == REVISION:
        return
    if engine.dialect.name == "sqlite":
        _use_write_ahead_log(engine)
    try:
        # One transaction: killed in between, the database is as before.
        with engine.begin() as connection:
            _upgrade(connection)
    except DBAPIError as error:
        # Another process may have migrated at the same moment.
        if _revision(engine) != REVISION:
            place = engine.url.render_as_string(hide_password=True)
            raise NiagaError(
                f"the state database {place} can't be opened: {error.orig}",
                "check `state` in niaga.yml; if the database is damaged, put a backup in its place",
            ) from error


def _revision(engine: Engine) -> str | None:
    """Give the database's revision, or None when it has none or can't be read."""
    try:
        with reading(engine) as connection:
            return connection.execute(text("select version_num from alembic_version")).scalar()
    except DBAPIError:
        return None


def _use_write_ahead_log(engine: Engine) -> None:
    """Let readers go on during a commit, and make a commit one sync instead of four."""
    # Locked: another process is doing the same. Not possible on this disk: the default is as safe.
    with (
        contextlib.suppress(DBAPIError, sqlite3.DatabaseError),
        contextlib.closing(engine.raw_connection()) as connection,
    ):
        connection.cursor().execute("PRAGMA journal_mode = WAL")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", f"{__package__}:migrations")
    config.attributes.update(connection=connection, metadata=metadata)
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise NiagaError(
            f"the state database can't be brought to revision {REVISION}: {error}",
            "it was probably written by a newer niaga: install that version",
        ) from error

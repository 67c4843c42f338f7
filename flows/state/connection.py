"""Open the state database so that a commit survives a killed process and a lost power supply."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from ..errors import NiagaError, UsageError
from ..failpoints import reach

_BUSY_SECONDS = 30.0
_READS_ONLY = "niaga_reads_only"


def open_engine(url_text: str) -> Engine:
    """Make the engine for a state URL; raise UsageError when the URL can't be used."""
    scheme, _, file = url_text.partition(":///")
    if scheme.partition("+")[0] == "sqlite":
        # Taken literally: a folder's name may have characters that mean something in a URL.
        return _open_sqlite(URL.create(scheme, database=file))
    try:
        url = make_url(url_text)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        engine = create_engine(
            url, pool_pre_ping=True, hide_parameters=True, json_serializer=_json_text
        )
    except (ArgumentError, NoSuchModuleError) as error:
        problem = f"the state URL in niaga.yml can't be used: {error}"
        raise UsageError(problem, "like postgresql://user@host/database") from error
    except ModuleNotFoundError as error:
        problem = f"the state URL in niaga.yml needs the driver {error.name}"
        raise UsageError(problem, f"pip install '{error.name}[binary]'") from error
    event.listen(engine, "commit", _reach_commit)
    return engine


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a connection for one transaction that only reads, and sees one moment."""
    options: dict[str, Any] = {_READS_ONLY: True}
    if engine.dialect.name != "sqlite":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextlib.contextmanager
def told_when_away(url_text: str) -> Iterator[None]:
    """Raise NiagaError when the database fails in the block: it is gone, locked or not reached."""
    try:
        yield
    except DBAPIError as error:
        place = url_text
        if not url_text.startswith("sqlite"):
            place = make_url(url_text).render_as_string(hide_password=True)
        raise NiagaError(
            f"the state database {place} failed: {str(error.orig).strip().partition(chr(10))[0]}",
            "see that it is there, that it can be reached and that nothing locks it, then run the "
            "command again: nothing was lost, and nothing is loaded or paid twice",
        ) from error


def _open_sqlite(url: URL) -> Engine:
    database = Path(url.database or "")
    folder = database.parent
    if not folder.is_dir():
        raise UsageError(f"the folder {folder} of the state database is not there", "make it first")
    # A connection for each use: SQLite's are cheap, and none gets into another thread or process.
    is_made = False

    def connect() -> sqlite3.Connection:
        nonlocal is_made
        # A file that is taken away must not come back empty, as a database that knows of nothing.
        mode = "rw" if is_made else "rwc"
        connection = sqlite3.connect(
            f"{database.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_BUSY_SECONDS,
            check_same_thread=False,
        )
        is_made = True
        return connection

    engine = create_engine(url, creator=connect, poolclass=NullPool, json_serializer=_json_text)
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "commit", _reach_commit)
    return engine


def _json_text(value: Any) -> str:
    """Write JSON; amounts, dates and paths become text."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _prepare_connection(connection: Any, _record: object) -> None:
    # The driver's own transactions would leave out schema changes: `_begin` opens them instead.
    connection.isolation_level = None
    # In WAL mode, which the file keeps once it has it, FULL puts each commit on the disk.
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    # A transaction that reads before it writes fails when another one has written in between (the
    # lease's heartbeat does so every few seconds): a writer takes the write lock as it begins.
    reads_only = connection.get_execution_options().get(_READS_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _reach_commit(_connection: Connection) -> None:
    reach("state.commit")

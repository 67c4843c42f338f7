"""The state database: what exists and what was done, which nothing else can tell."""

from __future__ import annotations

import contextlib
import getpass
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, insert, update

from ..workspace import Workspace
from .connection import open_engine, reading
from .lease import Holding, hold, is_held, utc_now
from .migrate import migrate
from .tables import audit_log, run

__all__ = ["State", "audit", "new_id", "user_name", "utc_now"]


_KEEPING = "files"


def new_id() -> str:
    """Make an id that sorts by the time at which it was made: `20261031T014500123456-9f3a1c`."""
    return f"{utc_now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"


class State:
    """An open state database.

    Read in `state.reading()`, write in `state.engine.begin()`. A writing transaction shuts other
    writers out from its first statement: do slow work before it, and open no second one inside it.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._holding: Holding | None = None

    @classmethod
    def open(cls, workspace: Workspace) -> Self:
        """Open the workspace's state database, made or migrated where that is needed."""
        engine = open_engine(workspace.state_url)
        migrate(engine)
        return cls(engine)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection that sees one moment of the database, and keeps nobody from writing."""
        with reading(self.engine) as connection:
            yield connection

    @contextlib.contextmanager
    def lease(self, name: str = "workspace", verb: str = "") -> Iterator[None]:
        """Hold the workspace while the block runs; raise LeaseHeld when a living process has it."""
        with hold(self.engine, name, verb) as holding:
            outer, self._holding = self._holding, holding
            try:
                yield
            finally:
                self._holding = outer

    @contextlib.contextmanager
    def keeping_files(self, verb: str) -> Iterator[None]:
        """Let no file of the lake go while the block runs; raise LeaseHeld when another one does.

        It is a lease of its own: a night goes on meanwhile, and sweeps later.
        """
        with hold(self.engine, _KEEPING, verb):
            yield

    def are_files_kept(self) -> bool:
        """Tell whether somebody reads the files of the lake who needs what counts no more, too."""
        with self.reading() as connection:
            return is_held(connection, _KEEPING)

    def confirm_lease(self, connection: Connection) -> None:
        """Raise NiagaError if another process has taken the lease over.

        For transactions that must not happen twice: a machine may sleep for an hour between two
        statements. Without a lease it does nothing.
        """
        if self._holding is not None:
            self._holding.confirm(connection)

    def start_run(self, verb: str) -> str:
        """Record that a run begins, and give its id; close the records of runs that were killed."""
        run_id = new_id()
        now = utc_now()
        killed = {"status": "failed", "finished_at": now, "summary": {"reason": "killed"}}
        with self.engine.begin() as connection:
            if self._holding is not None:
                # Whoever holds the workspace is alone: a run that is still running was killed.
                connection.execute(update(run).where(run.c.status == "running").values(killed))
            connection.execute(
                insert(run).values(run_id=run_id, verb=verb, started_at=now, status="running")
            )
        return run_id

    def finish_run(
        self, run_id: str, status: str, exit_code: int, summary: dict[str, Any] | None = None
    ) -> None:
        """Record how a run ended: done, failed or stopped (by a gate)."""
        values = {
            "status": status,
            "exit_code": exit_code,
            "summary": summary,
            "finished_at": utc_now(),
        }
        with self.engine.begin() as connection:
            connection.execute(update(run).where(run.c.run_id == run_id).values(values))

    def record_audit(
        self, verb: str, reason: str, hash_before: str | None = None, hash_after: str | None = None
    ) -> None:
        """Record who did what, and why."""
        with self.engine.begin() as connection:
            audit(connection, verb, reason, hash_before, hash_after)

    def write_snapshot(self, folder: Path) -> None:
        """Write every table but the lease as `<folder>/<table>.parquet`, all of one moment."""
        from .snapshot import write_tables

        with self.reading() as connection:
            write_tables(connection, folder)


def audit(
    connection: Connection,
    verb: str,
    reason: str,
    hash_before: str | None = None,
    hash_after: str | None = None,
) -> None:
    """Record who did what, and why, in the transaction that does it."""
    values = {"happened_at": utc_now(), "who": user_name(), "verb": verb, "reason": reason}
    connection.execute(
        insert(audit_log).values(**values, hash_before=hash_before, hash_after=hash_after)
    )


def user_name() -> str:
    """Give the name under which this process runs."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        return "unknown"

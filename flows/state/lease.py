"""One worker at a time: a row that a living process keeps renewing, and a dead one loses.

A holder on this host is dead when its process is gone, and loses the lease at once. A holder on
another host can't be seen: it loses the lease when it has not renewed it for a minute. So the
clocks of hosts that share a state database must agree to within half a minute.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from ..errors import LeaseHeld, NiagaError
from .tables import lease

LEASE_SECONDS = 60.0
HEARTBEAT_SECONDS = 10.0
_CLOCK_STEP_SECONDS = 2.0

# What this process holds: a row that it could not give back must not keep it out for good.
_held_here: set[str] = set()


def utc_now() -> datetime:
    """Give the time as the state database has it: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Holding:
    """One holding of a lease by this process."""

    name: str
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    def renew(self, connection: Connection) -> bool:
        """Push the expiry out; False when another process has taken the lease over."""
        statement = (
            update(lease)
            .where(lease.c.name == self.name, lease.c.holder == self.token)
            .values(expires_at=utc_now() + timedelta(seconds=LEASE_SECONDS))
        )
        return connection.execute(statement).rowcount == 1

    def confirm(self, connection: Connection) -> None:
        """Raise NiagaError unless the lease is still held."""
        if not self.renew(connection):
            raise NiagaError(
                "this run was silent for so long that another one took the workspace over",
                "look at `niaga status`, then run the command again",
            )

    def release(self, connection: Connection) -> None:
        """Give the lease back, unless another process has it by now."""
        connection.execute(
            delete(lease).where(lease.c.name == self.name, lease.c.holder == self.token)
        )


@contextlib.contextmanager
def hold(engine: Engine, name: str, verb: str) -> Iterator[Holding]:
    """Hold the lease `name` while the block runs; raise LeaseHeld when a living process has it."""
    holding = Holding(name)
    with _known_here(holding):
        _acquire(engine, holding, verb)
        try:
            with _beating(engine, holding):
                yield holding
        finally:
            with engine.begin() as connection:
                holding.release(connection)


@contextlib.contextmanager
def _known_here(holding: Holding) -> Iterator[None]:
    _held_here.add(holding.token)
    try:
        yield
    finally:
        _held_here.discard(holding.token)


@contextlib.contextmanager
def _beating(engine: Engine, holding: Holding) -> Iterator[None]:
    is_over = threading.Event()
    heartbeat = threading.Thread(target=_beat, args=(engine, holding, is_over), daemon=True)
    heartbeat.start()
    try:
        yield
    finally:
        is_over.set()
        heartbeat.join()


def is_held(connection: Connection, name: str) -> bool:
    """Tell whether a living process holds the lease `name`."""
    row = connection.execute(select(lease).where(lease.c.name == name)).one_or_none()
    return row is not None and not _is_dead(row, {"acquired_at": utc_now()} | _this_process())


def _beat(engine: Engine, holding: Holding, is_over: threading.Event) -> None:
    while not is_over.wait(HEARTBEAT_SECONDS):
        # The database may be busy or away for a moment: the lease lasts for several beats.
        with contextlib.suppress(DBAPIError), engine.begin() as connection:
            if not holding.renew(connection):
                return


def _acquire(engine: Engine, holding: Holding, verb: str) -> None:
    now = utc_now()
    ours = {
        "name": holding.name,
        "holder": holding.token,
        "verb": verb,
        "acquired_at": now,
        "expires_at": now + timedelta(seconds=LEASE_SECONDS),
    } | _this_process()
    try:
        with engine.begin() as connection:
            _claim(connection, ours)
    except IntegrityError:
        # Two processes found no row, and the other one inserted first.
        with engine.begin() as connection:
            _claim(connection, ours)


def _claim(connection: Connection, ours: dict[str, Any]) -> None:
    held = select(lease).where(lease.c.name == ours["name"]).with_for_update()
    row = connection.execute(held).one_or_none()
    if row is None:
        connection.execute(insert(lease).values(ours))
    elif _is_dead(row, ours):
        connection.execute(update(lease).where(lease.c.name == ours["name"]).values(ours))
    else:
        holder = f"process {row.pid} on {row.host.partition(' ')[0]}"
        raise LeaseHeld(holder, row.verb, row.acquired_at)


def _is_dead(row: Any, ours: dict[str, Any]) -> bool:
    now = ours["acquired_at"]
    if row.host != ours["host"]:
        return bool(row.expires_at < now)
    if row.pid == ours["pid"] and row.process_started_at == ours["process_started_at"]:
        return row.holder not in _held_here
    try:
        process = psutil.Process(row.pid)
        started_at = _started_at(process)
        if process.status() == psutil.STATUS_ZOMBIE:
            return True
    except psutil.NoSuchProcess:
        return True
    if abs(started_at - row.process_started_at) <= timedelta(seconds=_CLOCK_STEP_SECONDS):
        return False
    # Another process has the number now - or the clock was set, which moves the start of every
    # process: then the holder still beats.
    last_beat = row.expires_at - timedelta(seconds=LEASE_SECONDS)
    return bool(now - last_beat > timedelta(seconds=3 * HEARTBEAT_SECONDS))


def _this_process() -> dict[str, Any]:
    return {
        "host": _host(),
        "pid": os.getpid(),
        "process_started_at": _started_at(psutil.Process()),
    }


def _started_at(process: psutil.Process) -> datetime:
    return datetime.fromtimestamp(process.create_time(), UTC).replace(tzinfo=None)


def _host() -> str:
    """Name the space of process numbers: containers may share a host name, but not the numbers."""
    try:
        space = f" {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        space = ""
    return socket.gethostname() + space

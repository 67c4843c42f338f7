"""Tell faults that pass by themselves, like a locked file, from those that a person must mend."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import httpx
from sqlalchemy.exc import InterfaceError, OperationalError

from ..disk import is_full
from ..errors import GateStopped, LeaseHeld, UsageError

DELAYS = (5.0, 30.0, 120.0, 600.0)
"""Seconds until a run is tried again that has met such a fault, by the number of the try."""

_ERRNOS = {
    errno.EAGAIN, errno.EBUSY, errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTDOWN,
    errno.EHOSTUNREACH, errno.EINTR, errno.ENETDOWN, errno.ENETUNREACH, errno.EPIPE, errno.ESTALE,
    errno.ETIMEDOUT, errno.ETXTBSY,
}  # fmt: skip
_TOLD_AS = (
    "could not set lock on file",  # By DuckDB: another process has the build open.
    "conflicting lock is held",
    "database is locked",  # By SQLite.
    "database table is locked",
    "resource temporarily unavailable",
    "stale file handle",
    "connection refused",  # By PostgreSQL and those below.
    "connection timed out",
    "server closed the connection",
    "the database system is",  # Starting up, shutting down, in recovery mode.
    "too many clients",
    "temporary failure in name resolution",
)


def passes(error: BaseException) -> bool:
    """Tell whether the same run may well succeed in a while."""
    if isinstance(error, LeaseHeld):
        return True
    if isinstance(error, GateStopped | UsageError) or is_full(error):
        return False
    return any(_is_passing(one) for one in _with_causes(error))


def _is_passing(error: BaseException) -> bool:
    if isinstance(error, httpx.TransportError | InterfaceError):
        return True
    if isinstance(error, OperationalError) and error.connection_invalidated:
        return True
    if isinstance(error, OSError) and error.errno in _ERRNOS:
        return True
    text = str(error).lower()
    return any(words in text for words in _TOLD_AS)


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__

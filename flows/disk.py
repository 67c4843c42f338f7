"""Tell of a full disk in words, whoever has met it."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from .errors import NiagaError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_TOLD_AS = (
    "no space left on device",  # By DuckDB.
    "max_temp_directory_size",  # By DuckDB, where it has filled its share of the disk.
    "disk is full",  # By SQLite.
    "disk quota exceeded",
    "could not extend file",  # By PostgreSQL.
)

_LITTLE_ROOM = 1 << 20
"""Bytes: its shared memory grows by less."""


def is_full(error: BaseException) -> bool:
    """Tell whether an error, or one that led to it, says that a disk is full."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _FULL:
            return True
        if any(words in str(seen).lower() for words in _TOLD_AS):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


@contextlib.contextmanager
def told_when_full(root: Path) -> Iterator[None]:
    """Raise NiagaError instead of whatever the block raises because a disk is full."""
    try:
        yield
    except Exception as error:
        # A failing model and a stopping gate say in their own words what the disk has told them.
        if not (is_full(error) or _is_failing_where_full(error, root)):
            raise
        raise NiagaError(
            f"the disk is full: {str(error).partition(chr(10))[0]}",
            f"make room on the disk of {root}, then run the command again: nothing was lost, and "
            "nothing is loaded or paid twice",
        ) from error


def _is_failing_where_full(error: BaseException, root: Path) -> bool:
    """Tell whether SQLite has said of a disk without room only that it fails."""
    return "disk i/o error" in str(error).lower() and shutil.disk_usage(root).free < _LITTLE_ROOM

"""Put a finished file in its place so that it is there whole, or not at all, whatever happens."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..failpoints import reach

TEMPORARY = ".tmp"
"""How the name of a file ends while it is written: such a file is garbage after a crash."""

_CHUNK = 1 << 20


def temporary_for(path: Path) -> Path:
    """Give the name under which `path` is written."""
    return path.with_name(path.name + TEMPORARY)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the name under which the block writes `path`; when it fails, nothing is left of it."""
    temporary = temporary_for(path)
    try:
        yield temporary
        put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def put_in_place(temporary: Path, path: Path) -> None:
    """Bring a written file to the disk and then, in one step, under its name."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    reach("file.written")
    temporary.replace(path)
    reach("file.renamed")
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder whose entry in its parent is on the disk too."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()

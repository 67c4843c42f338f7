"""The folder `published`: which version is current, and how another one takes its place at once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..failpoints import reach

_VERSIONS = "versions"
_CURRENT = "current"
_NEXT = ".next"


def version_folder(published: Path, publication_id: str) -> Path:
    """Give the folder of a version."""
    return published / _VERSIONS / publication_id


def current_version(published: Path) -> str | None:
    """Give the id of the version that readers see, or None when nothing is published."""
    try:
        return (published / _CURRENT).readlink().name
    except FileNotFoundError:
        return None


def versions(published: Path) -> list[str]:
    """List the version folders that exist, finished or not."""
    folder = published / _VERSIONS
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []


def make_current(published: Path, publication_id: str) -> None:
    """Let `current` point at another version; readers see the one or the other, never neither."""
    following = published / _NEXT
    following.unlink(missing_ok=True)
    following.symlink_to(Path(_VERSIONS) / publication_id)
    reach("publish.linked")
    following.replace(published / _CURRENT)
    _sync(published)


def remove_version(published: Path, publication_id: str) -> None:
    """Delete a version; a reader that has its file open goes on reading."""
    folder = version_folder(published, publication_id)
    reach("publish.removing")
    if folder.exists():
        shutil.rmtree(folder)


def sync_version(published: Path, publication_id: str) -> None:
    """Bring a version with all its files and folders safely to the disk."""
    folder = version_folder(published, publication_id)
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    for path in (folder, folder.parent, published):
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Make a backup of a workspace while others work on it: one file with all that can't be rebuilt.

The order makes it consistent. What has landed is copied first, then the state of one moment, then
the files of which that state speaks: those never change, and none goes while a backup is made. What
lands or is decided later is not in the backup; nothing that is in it is in it by half.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ..disk import told_when_full
from ..errors import NiagaError, UsageError
from ..failpoints import reach
from ..ingest.durable import TEMPORARY, put_in_place, temporary_for
from ..operate.run import refuse_foreign_state
from ..state import State, utc_now
from ..state.connection import open_engine, reading
from .backup_file import STATE, WORKSPACE, BackupWriter, Changed, Manifest, read_backup, writing
from .known_files import KnownFile, known_files
from .state_copy import copy_state

if TYPE_CHECKING:
    from ..progress import Progress
    from ..workspace import Workspace

STAGE = "backup"
_BY_STATE = ("lake", "quarantine")
"""Folders of which the state knows each file that counts."""

_REBUILT = ("warehouse", "published")
"""Folders that `niaga build` fills again."""


@dataclass(frozen=True)
class Backup:
    """A backup that was made, and read again; `left_out` were being written or are no files."""

    file: Path
    size_bytes: int
    manifest: Manifest
    left_out: tuple[str, ...]


def back_up(workspace: Workspace, folder: Path, progress: Progress) -> Backup:
    """Write a backup of the workspace into `folder`, under a name of its own, and read it again.

    Raises UsageError where there is no such folder, NiagaError when a file that counts is gone or
    not what was written. Then there is no backup.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", "make it first, best on another disk")
    made_at = utc_now()
    file = folder.resolve() / f"{workspace.root.name}-{made_at:%Y%m%dT%H%M%SZ}.tar.zst"
    temporary = temporary_for(file)
    with told_when_full(folder), State.open(workspace) as state, state.keeping_files(STAGE):
        refuse_foreign_state(workspace, state)
        try:
            with writing(temporary) as writer:
                left_out = _Copy(workspace, state, writer, progress).run()
                writer.finish(
                    workspace.settings.company, version("niaga"), f"{made_at:%Y-%m-%dT%H:%M:%SZ}"
                )
            manifest = read_backup(temporary)
            put_in_place(temporary, file)
        finally:
            temporary.unlink(missing_ok=True)
    backup = Backup(file, file.stat().st_size, manifest, tuple(left_out))
    progress.finish(STAGE, f"{len(manifest.files)} files, read again")
    return backup


class _Copy:
    """The copying of one workspace."""

    def __init__(
        self, workspace: Workspace, state: State, writer: BackupWriter, progress: Progress
    ) -> None:
        self._workspace, self._state = workspace, state
        self._writer, self._progress = writer, progress
        self._state_files = _state_files(workspace)
        self._left_out: list[str] = []

    def run(self) -> list[str]:
        """Copy everything; give what was left out."""
        self._progress.start(STAGE)
        for file in _files_in(self._workspace.landing):
            self._add_if_there(file)
        reach("backup.landed")
        with tempfile.TemporaryDirectory(prefix="niaga-") as folder:
            copy = Path(folder) / STATE
            copy_state(self._state, copy)
            self._writer.add(STATE, copy)
            known = _known_files(copy)
        reach("backup.state")
        for one in known:
            self._add_known(one.path, one.sha256)
        for other in (*_files_in(self._workspace.ledger / "plans"), *self._others()):
            self._add_if_there(other)
        return self._left_out

    def _others(self) -> Iterator[Path]:
        """Give what a person has put there, the archive and rejected files."""
        done = {*_BY_STATE, *_REBUILT, "landing", "ledger"}
        for entry in sorted(self._workspace.root.iterdir()):
            if entry.name not in done:
                found = _files_in(entry) if entry.is_dir() else (entry,)
                yield from (file for file in found if file not in self._state_files)

    def _add_known(self, path: str, sha256: str | None) -> None:
        file = self._workspace.root / path
        try:
            found = self._writer.add(f"{WORKSPACE}/{path}", file)
        except FileNotFoundError:
            raise _unfit(path, "is gone") from None
        if sha256 and found != sha256:
            raise _unfit(path, "is not what was written: its hash is another one")
        self._progress.advance(STAGE, note=path)

    def _add_if_there(self, file: Path) -> None:
        path = file.relative_to(self._workspace.root).as_posix()
        if path.endswith(TEMPORARY) and not path.startswith("landing/"):
            return
        try:
            if not stat.S_ISREG(file.lstat().st_mode):
                self._left_out.append(path)
                return
            self._writer.add(f"{WORKSPACE}/{path}", file)
        except FileNotFoundError:
            # It was taken from landing/, or out of rejected/, meanwhile.
            return
        except Changed:
            self._left_out.append(path)
        self._progress.advance(STAGE, note=path)


def _known_files(copy: Path) -> list[KnownFile]:
    """Give the files of which the copied state speaks."""
    with closing(sqlite3.connect(copy)) as connection:
        (found,) = connection.execute("pragma quick_check(1)").fetchone()
    if found != "ok":
        raise _unfit("the state database", f"is damaged: {found}")
    engine = open_engine(f"sqlite:///{copy}")
    with reading(engine) as connection:
        files = known_files(connection)
    engine.dispose()
    return [file for file in files if file.room != "archive"]


def _files_in(folder: Path) -> Iterator[Path]:
    # `landing` itself may be a link to another disk; links within are left out.
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield Path(place) / name


def _state_files(workspace: Workspace) -> set[Path]:
    """Give the files of a database in the workspace: its copy is another one."""
    scheme, _, file = workspace.state_url.partition(":///")
    if scheme.partition("+")[0] != "sqlite":
        return set()
    return {Path(f"{file}{suffix}") for suffix in ("", "-wal", "-shm", "-journal")}


def _unfit(path: str, why: str) -> NiagaError:
    return NiagaError(
        f"no backup was made: {path} {why}",
        "`niaga doctor` lists all such files, and what to do about each",
    )

"""Restore a backup into an empty folder."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..configuration import load_yaml, validate
from ..disk import told_when_full
from ..errors import NiagaError, UsageError
from ..failpoints import reach
from ..ingest.durable import put_in_place, sync_folder, temporary_for
from ..publish.records import reconcile
from ..state import State
from ..workspace import SETTINGS_FILE, Settings, Workspace, ensure_folders
from .backup_file import STATE, WORKSPACE, Manifest, read_backup
from .state_copy import check_is_new, put_state

if TYPE_CHECKING:
    from ..progress import Progress

STAGE = "restore"
_UNPACKED = ".restoring"


@dataclass(frozen=True)
class Restored:
    """A workspace that was restored, and the backup that it comes from."""

    workspace: Workspace
    manifest: Manifest


def restore(backup: Path, root: Path, state_url: str | None, progress: Progress) -> Restored:
    """Make a workspace of a backup in the folder `root`, which is empty or not there.

    `state_url` is the state database where it shall be another one than in the backup; it must be
    new. Raises UsageError, before anything is written, when either is not; NiagaError when the
    backup is damaged, and takes away again what it has written. `niaga.yml` comes last: until then
    the folder is no workspace.
    """
    if not backup.is_file():
        raise UsageError(f"there is no backup {backup}", "name the file that `niaga backup` made")
    root = root.expanduser().resolve()
    if root.exists() and (not root.is_dir() or next(root.iterdir(), None) is not None):
        raise UsageError(
            f"{root} is not empty", "name a new folder: nothing is ever restored over something"
        )
    progress.start(STAGE)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with told_when_full(root):
            manifest = read_backup(backup, root / _UNPACKED)
            workspace = _put_in_place(root, state_url)
    except BaseException:
        # It was empty: all in it is ours.
        for entry in root.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        raise
    with State.open(workspace) as state:
        # The publications of the old place are not here: `niaga build` makes one.
        reconcile(workspace, state)
        state.record_audit("restore", f"{backup.name} of {manifest.made_at}")
    progress.finish(STAGE, f"{len(manifest.files)} files")
    return Restored(workspace, manifest)


def _put_in_place(root: Path, state_url: str | None) -> Workspace:
    unpacked = root / _UNPACKED
    settings_file = unpacked / WORKSPACE / SETTINGS_FILE
    if state_url is not None:
        _name_state(settings_file, state_url)
    workspace = Workspace(root, validate(load_yaml(settings_file), Settings))
    check_is_new(workspace.state_url)
    for entry in sorted((unpacked / WORKSPACE).iterdir()):
        if entry.name != SETTINGS_FILE:
            # Pay is in them, and customers.
            entry.chmod(0o700 if entry.is_dir() else 0o600)
            entry.rename(root / entry.name)
    ensure_folders(workspace)
    put_state(unpacked / STATE, workspace.state_url)
    # All of it before the file that makes a workspace of the folder.
    os.sync()
    reach("restore.state")
    settings = root / SETTINGS_FILE
    settings_file.rename(temporary_for(settings))
    shutil.rmtree(unpacked)
    put_in_place(temporary_for(settings), settings)
    sync_folder(root)
    return workspace


def _name_state(file: Path, url: str) -> None:
    """Let niaga.yml name another state database."""
    text = file.read_text(encoding="utf-8")
    line = f"state: {url}"
    changed, found = re.subn(r"(?m)^state\s*:.*$", lambda _: line, text, count=1)
    file.write_text(changed if found else f"{text.rstrip()}\n{line}\n", encoding="utf-8")
    if validate(load_yaml(file), Settings).state != url:
        raise NiagaError(
            f"`state` can't be set to {url} in the backup's niaga.yml",
            "restore it without --state where that is possible, then change niaga.yml by hand",
        )

"""Remove what a killed ingest has left: files that the state database does not know.

The archive is not swept, but for half-written files: what is in it is whole, and comes to use when
its file is looked at again. So a state database that is too old never costs anything that came in.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import select

from ..state import State
from ..state.tables import held, segment
from ..workspace import Workspace
from .durable import TEMPORARY
from .load import working_folder


def sweep(workspace: Workspace, state: State) -> int:
    """Remove the garbage of earlier runs; give the number of files.

    Nothing of the lake while a backup is made: it may be at a file that was replaced meanwhile.
    """
    shutil.rmtree(working_folder(workspace), ignore_errors=True)
    if state.are_files_kept():
        return 0
    garbage = find_garbage(workspace, state)
    for file in garbage:
        file.unlink(missing_ok=True)
    return len(garbage)


def find_garbage(workspace: Workspace, state: State) -> list[Path]:
    """List the files of lake, quarantine and archive that nothing needs, when no run is at work."""
    with state.reading() as connection:
        known = set(connection.execute(select(segment.c.path)).scalars())
        known |= set(connection.execute(select(held.c.path)).scalars())
    files = [*workspace.lake.glob("*/*"), *workspace.quarantine.glob("*")]
    garbage = [file for file in files if _is_ours(file) and _path(workspace, file) not in known]
    return [*garbage, *workspace.archive.glob(f"*{TEMPORARY}")]


def _is_ours(file: Path) -> bool:
    """Leave alone what people may put beside our files."""
    return file.name.endswith((".parquet", TEMPORARY)) and file.is_file()


def _path(workspace: Workspace, file: Path) -> str:
    return file.relative_to(workspace.root).as_posix()

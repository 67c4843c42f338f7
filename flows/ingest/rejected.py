"""Files that are held back: they lie in rejected/, each with the reason beside it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from ..failpoints import reach
from ..workspace import Workspace
from .archive import restore_export
from .durable import TEMPORARY, replacing

REASON = ".reason.txt"
"""How the name of the text ends that lies beside a file that is held back."""

_LONGEST_NAME = 255
"""Bytes that the name of a file may have."""

_DIGEST = 16


def rejected_path(workspace: Workspace, file_name: str) -> Path:
    """Give the place of a file that is held back: under its name, where that leaves room."""
    is_ours = file_name.endswith((REASON, TEMPORARY))
    longest = _LONGEST_NAME - len(REASON + TEMPORARY)
    if len(os.fsencode(file_name)) <= longest and not is_ours:
        return workspace.rejected / file_name
    start = os.fsencode(file_name)[: longest - 1 - _DIGEST].decode(errors="ignore")
    digest = hashlib.sha256(file_name.encode()).hexdigest()[:_DIGEST]
    return workspace.rejected / f"{start}~{digest}"


def hold_back(workspace: Workspace, file_name: str, file: Path, explanation: str) -> None:
    """Move a landed file to rejected/, or restore an archived one, with the reason beside it."""
    rejected = rejected_path(workspace, file_name)
    with replacing(_reason_path(rejected)) as written:
        written.write_text(explanation, encoding="utf-8")
    reach("rejected.explained")
    if file.is_relative_to(workspace.archive):
        with replacing(rejected) as restored:
            restore_export(file, restored)
    else:
        # Not only renamed: landing/ may be another disk.
        shutil.move(file, rejected)
    reach("rejected.held_back")


def release(workspace: Workspace, file_name: str) -> None:
    """Remove a file from rejected/ that has been replaced by a good one."""
    rejected = rejected_path(workspace, file_name)
    rejected.unlink(missing_ok=True)
    reach("rejected.released")
    _reason_path(rejected).unlink(missing_ok=True)


def explain(landed_in: str, reason: str, examples: Iterable[str]) -> str:
    """Write the text that lies beside a file that is held back."""
    now = datetime.now(UTC)
    lines = [f"Held back on {now:%Y-%m-%d at %H:%M} UTC ({landed_in}).", "", f"Reason: {reason}"]
    faulty = [f"  {example}" for example in examples]
    if faulty:
        lines += ["", "Faulty rows:", *faulty]
    lines += ["", "Mend the file, or its source, and put the file into landing/ again."]
    return "\n".join(lines) + "\n"


def _reason_path(rejected: Path) -> Path:
    return rejected.with_name(rejected.name + REASON)

"""Put into tables what looking after a workspace has found and done."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from ..terminal import as_size, count

if TYPE_CHECKING:
    from ..terminal import Terminal
    from .backup import Backup
    from .finding import Finding
    from .prune import Pruning
    from .restore import Restored

_SHOWN = 30


def show_backup(terminal: Terminal, backup: Backup) -> None:
    """Say what a backup holds, and what it does not."""
    terminal.give(
        {
            "file": str(backup.file),
            "bytes": backup.size_bytes,
            "files": len(backup.manifest.files),
            "made_at": backup.manifest.made_at,
            "left_out": list(backup.left_out),
        }
    )
    files = count(len(backup.manifest.files), "file")
    terminal.say(f"{backup.file}: {files}, {as_size(backup.size_bytes)}, written and read again.")
    if backup.left_out:
        left_out = [[path] for path in backup.left_out]
        terminal.table("Left out: links, or files that somebody was writing", ["file"], left_out)
    terminal.say(f"  Back with it: niaga restore {backup.file.name} --workspace NEW_FOLDER")


def show_restored(terminal: Terminal, restored: Restored) -> None:
    """Say what was restored, and what to do next."""
    root, manifest = restored.workspace.root, restored.manifest
    next_step = f"niaga build --workspace {root}"
    terminal.give(
        {
            "workspace": str(root),
            "files": len(manifest.files),
            "made_at": manifest.made_at,
            "next": next_step,
        }
    )
    files = count(len(manifest.files), "file")
    terminal.say(
        f"{root} is {manifest.company} as of {manifest.made_at}: {files}, all hashes right."
    )
    terminal.say(f"  1. {next_step}: the marts come back, and nothing is posted.")
    terminal.say("  2. Put exports that came later into landing/ again: none is loaded twice.")


def show_findings(terminal: Terminal, findings: list[Finding]) -> None:
    """List what the doctor has found: what is wrong stands last, where one sees it."""
    faults = sum(finding.level == "fault" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    terminal.give(
        {
            "faults": faults,
            "warnings": warnings,
            "findings": [asdict(finding) for finding in findings],
        }
    )
    rows = [[finding.check, finding.level, finding.what] for finding in findings]
    terminal.table("niaga doctor", ["check", "", "what was found"], rows[:_SHOWN])
    wrong = [finding for finding in findings if finding.level != "ok"]
    for finding in wrong[:_SHOWN]:
        terminal.say(f"{finding.level}: {finding.what}")
        terminal.say(f"  {finding.remedy}")
    if len(wrong) > _SHOWN:
        terminal.say(f"... and {len(wrong) - _SHOWN} more: `niaga doctor --json` has all.")
    terminal.say(f"{count(faults, 'fault')}, {count(warnings, 'warning')}.")


def show_pruning(terminal: Terminal, pruning: Pruning, *, is_done: bool) -> None:
    """Say what would go, or has gone."""
    kinds = [kind for kind in pruning.kinds if kind.files or kind.rows]
    size_bytes = sum(kind.size_bytes for kind in kinds)
    terminal.give(
        {
            "is_done": is_done,
            "bytes": size_bytes,
            "kinds": [
                {
                    "kind": kind.name,
                    "bytes": kind.size_bytes,
                    "rows": kind.rows,
                    "files": [str(file) for file in kind.files],
                }
                for kind in kinds
            ],
        }
    )
    if not kinds:
        terminal.say("Nothing is old enough to go: `retention` in niaga.yml says when it is.")
        return
    rows = [
        [kind.name, len(kind.files) or kind.rows, as_size(kind.size_bytes) if kind.files else ""]
        for kind in kinds
    ]
    title = "Removed" if is_done else "Would be removed"
    terminal.table(title, ["what", "number", "size"], rows, numbers=["size"])
    if not is_done:
        terminal.say(f"{as_size(size_bytes)} in all. `niaga prune --yes` removes it.")

"""How a run of the service ended, in its log; who is to be told of it the run tells itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..terminal import Terminal


@dataclass(frozen=True)
class Ended:
    """How one run ended, as plain data: it comes from another process.

    `status` is done, stopped (by a gate), failed, retrying or waiting (for another run);
    `summary` is what the run has recorded of itself, `retry_seconds` when it is tried again.
    """

    verb: str
    status: str
    exit_code: int
    message: str = ""
    remedy: str = ""
    summary: dict[str, Any] = field(default_factory=dict)
    is_passing: bool = False
    retry_seconds: float | None = None


def log_end(terminal: Terminal, ended: Ended) -> None:
    """Say in the log how a run ended: every run of the service, retries included."""
    words = [ended.verb, ended.status]
    if ended.message:
        words.append(ended.message)
    if ended.remedy and ended.retry_seconds is None:
        words.append(f"({ended.remedy})")
    if ended.retry_seconds is not None:
        words.append(f"- tried again in {ended.retry_seconds:.0f} s")
    if ended.status == "done":
        words.append(_in_words(ended.summary))
    facts = {"run": ended.verb, "status": ended.status, "exit_code": ended.exit_code}
    facts |= {"message": ended.message, "remedy": ended.remedy, "summary": ended.summary}
    terminal.log(" ".join(filter(None, words)), facts)


def _in_words(summary: dict[str, Any]) -> str:
    parts = []
    if "ingested" in summary:
        files = ", ".join(f"{n} {status}" for status, n in summary["ingested"]["files"].items())
        parts.append(f"{files or 'no files'}, {summary['ingested']['rows_loaded']:,} rows")
    if "published" in summary:
        parts.append(f"published {summary['published']['publication_id']}")
    if summary.get("posted"):
        parts.append(f"{summary['posted']:,} postings")
    if summary.get("held_files"):
        parts.append(f"{len(summary['held_files'])} files held back")
    return f"{'; '.join(parts)} ({summary['seconds']} s)"

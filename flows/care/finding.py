"""What a check of a workspace has found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "fault"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is, and what to do where it is not as it should be."""

    check: str
    level: Level
    what: str
    remedy: str = ""


def ok(check: str, what: str) -> Finding:
    """Say that all is as it should be."""
    return Finding(check, "ok", what)


def warning(check: str, what: str, remedy: str) -> Finding:
    """Say that it works, and will not always."""
    return Finding(check, "warning", what, remedy)


def fault(check: str, what: str, remedy: str) -> Finding:
    """Say that it does not work, or that results can't be relied on."""
    return Finding(check, "fault", what, remedy)

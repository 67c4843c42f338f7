"""The exceptions that niaga raises on purpose, each with its exit code and what to do next.

    NiagaError                 1   a fault of ours or of the machine
    |-- UsageError             2   wrong use: no workspace, unknown name, bad option
    |   `-- ConfigurationError 2   a workspace file that can't be understood (file, line, field)
    |-- LeaseHeld              1   another run works on this workspace
    `-- GateStopped            3   a critical expectation failed; nothing was published

Faults of exports are no exceptions here: a bad file or row is recorded and held back, and the night
goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from .refresh.gates import GateReport


class NiagaError(Exception):
    """A failure that is told to the user in words: what failed, and what to do."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageError(NiagaError):
    """The command was used wrongly; nothing was changed."""

    exit_code = 2


@dataclass(frozen=True)
class Fault:
    """One mistake in a workspace file: where it stands, what is wrong and what to write instead."""

    file: Path
    line: int | None
    field: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        """Give the fault as `file:line: field: problem (remedy)`."""
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        field = f" {self.field}:" if self.field else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{place}:{field} {self.problem}{remedy}"


class ConfigurationError(UsageError):
    """One or more workspace files are wrong; `faults` has all of them."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class LeaseHeld(NiagaError):
    """Another run holds the workspace."""

    def __init__(self, holder: str, verb: str, since: datetime) -> None:
        super().__init__(
            f"`{verb}` is at work on this workspace since {since:%Y-%m-%d %H:%M:%S} UTC ({holder})",
            "wait until it has ended, then run the command again",
        )
        self.holder = holder


class GateStopped(NiagaError):
    """A critical expectation failed: the last publication stays in place."""

    exit_code = 3

    def __init__(self, report: GateReport) -> None:
        failed = report.failed_critical
        first = failed[0]
        super().__init__(
            f"the {report.stage} gate stopped the run: {len(failed)} critical "
            f"expectation{'s' if len(failed) > 1 else ''} failed, first "
            f"{first.table_name}: {first.expectation} ({first.observed})",
            "the last publication stays in place; mend the export or its source and run again",
        )
        self.report = report

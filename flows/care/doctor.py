"""Look a workspace over, and change nothing in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import NiagaError
from ..operate.run import refuse_foreign_state
from ..state import State
from .check_files import check_files, check_leftovers, check_publication
from .check_machine import (
    check_clock,
    check_configuration,
    check_disk,
    check_rights,
    check_versions,
)
from .check_state import check_state
from .finding import Finding, fault

if TYPE_CHECKING:
    from ..progress import Progress
    from ..workspace import Workspace


def examine(workspace: Workspace, progress: Progress, *, is_quick: bool) -> list[Finding]:
    """Give all findings, in the order in which one reads them; quick: without hashing files.

    Files can only be judged by a state database that can be read.
    """
    findings = [*check_disk(workspace), *check_versions(workspace), *check_rights(workspace)]
    findings += check_configuration(workspace)
    found = check_state(workspace, is_quick=is_quick)
    findings += [*check_clock(found.last_time, found.own_time), *found.findings]
    if found.engine is not None:
        with State(found.engine) as state:
            findings += _judge_files(workspace, state, progress, is_quick=is_quick)
    findings += check_publication(workspace, is_quick=is_quick)
    return findings


def _judge_files(
    workspace: Workspace, state: State, progress: Progress, *, is_quick: bool
) -> list[Finding]:
    try:
        refuse_foreign_state(workspace, state)
    except NiagaError as error:
        return [fault("state", error.message, error.remedy)]
    return [
        *check_files(workspace, state, progress, is_quick=is_quick),
        *check_leftovers(workspace, state),
    ]

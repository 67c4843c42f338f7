"""From lake/ to a build: the stages between the gates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb

from ..commission.ledger import PENDING
from . import registration
from .dbt_runner import run_dbt
from .repeat import DbtStage, Models, forget, record, recorded, repeat

if TYPE_CHECKING:
    from datetime import date

    from ..progress import Progress
    from ..state import State
    from ..workspace import Workspace


_CHANGING = ("lake.sales_line", "lake.sales_line_arrived", "run", "ledger", "state")
"""The sources that differ from the last build's when a build goes on from it."""

_OPERATION = "tag:operation"
_BUILD = "select is_full, fingerprint from run.build"


@dataclass(frozen=True)
class BuildReport:
    """What a build has calculated; amounts in the company's currency."""

    is_full: bool
    models: int
    as_of: date | None
    participants: int
    commission_amount: Decimal
    pending_postings: int
    pending_amount: Decimal
    exceptions: dict[str, int]


def register(workspace: Workspace, state: State, run_id: str, *, is_posting: bool) -> None:
    """Begin a build: show dbt what there is to build from."""
    registration.register(workspace, state, run_id, is_posting=is_posting)


def build_staging(workspace: Workspace, progress: Progress) -> None:
    """Build the staging models: the latest version of each record."""
    _run(workspace, "staging", ["tag:staging"], [], progress)


def build_marts(workspace: Workspace, progress: Progress) -> BuildReport:
    """Build everything between staging and the marts, and say what came out."""
    return _report(workspace, _run(workspace, "marts", ["tag:build"], [_OPERATION], progress))


def build_operations(workspace: Workspace, state: State, progress: Progress) -> None:
    """Build the tables that tell of the run itself: publication, feeds, checks, acts."""
    registration.refresh_state(workspace, state)
    _run(workspace, "operations", [_OPERATION], [], progress)
    # Only now: a build that a gate has stopped must not be gone on from, unchecked.
    registration.complete(workspace, state)


def _run(
    workspace: Workspace, stage: DbtStage, select: list[str], exclude: list[str], progress: Progress
) -> int:
    """Run the models of a stage, or those of them that a build that goes on has to; say how many.

    Those are what has anything new to read, by dbt's own graph. Views are left as they are: the
    last build had the same models, plans and settings.
    """
    with duckdb.connect(str(workspace.build_database), read_only=True) as connection:
        is_full, fingerprint = connection.execute(_BUILD).fetchall()[0]
    models = Models(
        stage,
        [f"{one},source:{source}+" for one in select for source in _CHANGING],
        [*exclude, "config.materialized:view"],
        fingerprint,
    )
    statements = recorded(workspace, models)
    if is_full:
        if statements is None:
            forget(workspace, stage)
        return len(run_dbt(workspace, stage, select, progress, exclude=exclude, is_full=True))
    if statements is not None:
        return repeat(workspace, stage, statements, progress)
    results = run_dbt(workspace, stage, models.select, progress, exclude=models.exclude)
    record(workspace, models, results)
    return len(results)


def _report(workspace: Workspace, models: int) -> BuildReport:
    with duckdb.connect(str(workspace.build_database), read_only=True) as connection:
        is_full, _ = connection.execute(_BUILD).fetchall()[0]
        as_of = connection.execute("select as_of_date from run.parameter").fetchall()[0][0]
        participants, commission = connection.execute(
            "select count(distinct participant_id), coalesce(sum(commission_amount), 0) "
            "from commission.commission_summary where payee = 'participant'"
        ).fetchall()[0]
        postings, pending = connection.execute(
            f"select count(*), coalesce(sum(amount), 0) from {PENDING}"
        ).fetchall()[0]
        exceptions = connection.execute(
            "select reason, count(*) from commission.commission_exception group by all order by all"
        ).fetchall()
    return BuildReport(
        is_full, models, as_of, participants, commission, postings, pending, dict(exceptions)
    )

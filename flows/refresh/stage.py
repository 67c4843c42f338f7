"""From lake/ to a build: the stages between the gates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb

from ..commission.ledger import PENDING
from . import registration
from .dbt_runner import run_dbt

if TYPE_CHECKING:
    from datetime import date

    from ..progress import Progress
    from ..state import State
    from ..workspace import Workspace


_CHANGING = ("lake.sales_line", "lake.sales_line_arrived", "run", "ledger", "state")
"""The sources that differ from the last build's when a build goes on from it."""

_OPERATION = "tag:operation"
_VIEW = "config.materialized:view"


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
    is_full = _is_full(workspace)
    run_dbt(workspace, "staging", _selection("staging", is_full), progress, is_full=is_full)


def build_marts(workspace: Workspace, progress: Progress) -> BuildReport:
    """Build everything between staging and the marts, and say what came out.

    A build that goes on has the views of the last one, which had the same models, plans and
    settings: to make each again would take a third of the time of a small build.
    """
    is_full = _is_full(workspace)
    models = run_dbt(
        workspace,
        "marts",
        _selection("build", is_full),
        progress,
        exclude=[_OPERATION] if is_full else [_OPERATION, _VIEW],
        is_full=is_full,
    )
    return _report(workspace, is_full, models)


def build_operations(workspace: Workspace, state: State, progress: Progress) -> None:
    """Build the tables that tell of the run itself: publication, feeds, checks, acts."""
    registration.refresh_state(workspace, state)
    run_dbt(workspace, "operations", [_OPERATION], progress, is_full=_is_full(workspace))
    # Only now: a build that a gate has stopped must not be gone on from, unchecked.
    registration.complete(workspace, state)


def _selection(tag: str, is_full: bool) -> list[str]:
    """Give the models with the tag that have anything new to read, by dbt's own graph."""
    return [f"tag:{tag}"] if is_full else [f"tag:{tag},source:{it}+" for it in _CHANGING]


def _is_full(workspace: Workspace) -> bool:
    with duckdb.connect(str(workspace.build_database), read_only=True) as connection:
        found = connection.execute("select is_full from run.build").fetchone()
    return bool(found and found[0])


def _report(workspace: Workspace, is_full: bool, models: int) -> BuildReport:
    with duckdb.connect(str(workspace.build_database), read_only=True) as connection:
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

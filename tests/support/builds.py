"""Builds a workspace whose lake a test has filled, without ingest, gates and publishing."""

from __future__ import annotations

from typing import Any

import duckdb
from niaga.progress import Silent
from niaga.refresh import stage
from niaga.refresh.stage import BuildReport
from niaga.state import State
from niaga.workspace import Workspace


def build(workspace: Workspace, state: State, *, is_finished: bool = True) -> BuildReport:
    """Build as a refresh does; unfinished stands for a build that a gate has stopped."""
    stage.register(workspace, state, "run", is_posting=False)
    stage.build_staging(workspace, Silent())
    report = stage.build_marts(workspace, Silent())
    if is_finished:
        stage.build_operations(workspace, state, Silent())
    return report


def rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.build_database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def sale(order: str, day: str, amount: str, rep: str = "ani", **more: str) -> dict[str, str]:
    return {
        "order_id": order,
        "line_number": "1",
        "document_type": "sale",
        "order_date": day,
        "product_id": "p",
        "sales_rep_id": rep,
        "quantity": "1",
        "net_amount": amount,
    } | more


def taken_back(
    order: str, day: str, amount: str, original: str, rep: str = "ani", **more: str
) -> dict[str, str]:
    back = {"document_type": "return", "quantity": "-1"}
    of = {"original_order_id": original, "original_line_number": "1"}
    return sale(order, day, amount, rep) | back | of | more

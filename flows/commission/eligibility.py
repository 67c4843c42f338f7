"""Whom a plan is for: its `who` as rows of the table `plan_who`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from .condition_sql import Value, columns_of, to_sql
from .conditions import parse_condition

if TYPE_CHECKING:
    from .plans import PlanFile

WHO_SCHEMA = pa.schema(
    [
        ("plan_id", pa.string()), ("plan_version", pa.int64()), ("valid_from", pa.date32()),
        ("valid_to", pa.date32()), ("condition", pa.string()), ("filter_sql", pa.string()),
    ]
)  # fmt: skip
_KINDS = {
    "participant_id": "text", "name": "text", "role": "text", "manager_id": "text",
    "team": "text", "territory_id": "text", "legal_entity": "text", "cost_centre": "text",
    "currency": "text", "hire_date": "date", "leave_date": "date",
}  # fmt: skip


def participant_sql(text: str) -> str:
    """Give a condition on participants as SQL over the alias `participant`."""
    columns = {name: Value(f"participant.{name}", kind) for name, kind in _KINDS.items()}
    return to_sql(parse_condition(text), columns_of(columns))


def who_rows(file: PlanFile) -> list[dict[str, Any]]:
    """Give whom a plan version is for; no row where the feed `plan_assignment` alone says it."""
    plan = file.plan
    if plan.who is None:
        return []
    return [
        {
            "plan_id": plan.plan,
            "plan_version": plan.version,
            "valid_from": plan.from_,
            "valid_to": file.valid_to,
            "condition": plan.who,
            "filter_sql": participant_sql(plan.who),
        }
    ]

"""Explain lines of commission: from the amount down to the file and row of the order line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..commission.measures import MEASURES, MONEY, Measure
from ..errors import UsageError
from ..state import State, tables
from ..terminal import as_exact
from .published_marts import Row, open_marts, select

if TYPE_CHECKING:
    import duckdb

    from ..workspace import Workspace

LINES_AT_MOST = 20
"""An order has some lines for each participant and component; more than these are not explained."""


@dataclass(frozen=True)
class Tier:
    """A row of the plan's curve: from an edge on, a rate.

    `edge` is in the measure's own unit where a quota or the plan says it; `words` is how the plan
    does. `rate` is a fraction, or money for each `per` (unit, order, customer), None where pay is a
    line between points. `where` is the condition of a term, band or cell of a grid.
    """

    words: str
    edge: Fraction | None
    rate: Decimal | None
    per: str | None = None
    where: str | None = None


@dataclass(frozen=True)
class Explanation:
    """One line of commission and everything that it came from."""

    line: Row
    participant_name: str | None
    transaction: Row | None
    export: Row | None
    result: Row | None
    measure: Measure
    tier: Tier | None
    next_tier: Tier | None
    postings: list[Row]
    adjustments: list[Row]


def explain(workspace: Workspace, line: str, participant: str | None) -> list[Explanation]:
    """Explain a line by its id, or all lines of an order or transaction.

    Raises UsageError where there is no such line, or there are too many.
    """
    with open_marts(workspace) as marts:
        found = select(marts, _LINES, [line, participant])
        if not found:
            raise UsageError(
                f"there is no line of commission for `{line}`"
                + (f" and {participant}" if participant else ""),
                "say an order, or the commission_line_id of `niaga statement PARTICIPANT --json`; "
                "what could not be credited is in commission.commission_exception",
            )
        if len(found) > LINES_AT_MOST:
            raise UsageError(
                f"`{line}` has {len(found):,} lines of commission, {LINES_AT_MOST} can be explained"
                " at once",
                "name one with its commission_line_id, or say --participant",
            )
        segments = _segments(workspace)
        with State.open(workspace) as state:
            return [_explain(marts, state, segments, row) for row in found]


def _explain(
    marts: duckdb.DuckDBPyConnection, state: State, segments: dict[str, Row], line: Row
) -> Explanation:
    name = line.pop("participant_name")
    window = [line[key] for key in ("participant_id", "plan_id", "component_id", "window_start")]
    results = select(marts, _RESULT, [*window, line["period"]])
    sales = select(marts, _TRANSACTION, [line["transaction_id"]])
    quota = results[0]["quota_amount"] if results else None
    segment = segments.get(line["segment_id"] or "")
    following = None
    if segment is not None:
        start, _, number = line["segment_id"].rpartition("/")
        following = segments.get(f"{start}/{int(number) + 1}")
    return Explanation(
        line=line,
        participant_name=name,
        transaction=sales[0] if sales else None,
        export=_export(state, sales[0]["export_id"]) if sales else None,
        result=results[0] if results else None,
        measure=segment["measure"] if segment else MONEY,
        tier=_tier(segment, quota),
        next_tier=_tier(following, quota),
        postings=select(marts, _POSTINGS, [line["commission_line_id"]]),
        adjustments=select(marts, _ADJUSTMENTS, [*window, line["period"]]),
    )


def _export(state: State, export_id: str) -> Row | None:
    """Find the file that a record came in; an amended one keeps the id of its export."""
    export = tables.export
    with state.reading() as connection:
        found = connection.execute(
            sa.select(
                export.c.source, export.c.part, export.c.file_name, export.c.business_date
            ).where(export.c.export_id == export_id)
        ).first()
    return dict(found._mapping) if found else None


def _segments(workspace: Workspace) -> dict[str, Row]:
    """Give the segments of the workspace's plans by their ids."""
    from ..commission.compile import compile_plans
    from ..commission.curves import RATE_PLACES
    from ..commission.plans import load_plans

    tables = compile_plans(workspace)
    plans = {(file.plan.plan, file.plan.version): file.plan for file in load_plans(workspace)}
    components = {row["component_key"]: row for row in tables["plan_component"].to_pylist()}
    scales = {"money": 10**workspace.settings.money_scale, "units": 10**6, "share": RATE_PLACES}
    segments = {}
    for row in tables["plan_segment"].to_pylist():
        component = components[row["component_key"]]
        plan = plans[component["plan_id"], component["plan_version"]]
        said = plan.components[component["component_id"]]
        segments[row["segment_id"]] = {
            **row,
            "measure": MEASURES.get(component["measure"], MONEY),
            "where": said.condition_of(row["curve_number"]),
            "picked_by": component["picked_by"],
            "scale": scales.get(row["edge_unit"], 1),
        }
    return segments


def _tier(segment: dict[str, Any] | None, quota: Decimal | None) -> Tier | None:
    if segment is None:
        return None
    edge = Fraction(segment["edge_numerator"], segment["edge_denominator"])
    word = "above" if segment["is_above"] else "from"
    where = segment["where"]
    per = None if segment["slope_target_numerator"] else segment["measure"].paid_per
    if segment["edge_unit"] == "quota":
        amount = None if quota is None else edge * Fraction(quota)
        return Tier(f"{word} {as_exact(edge * 100)}% of quota", amount, segment["rate"], per, where)
    amount = edge / segment["scale"]
    said = f"{as_exact(amount * 100)}%" if segment["edge_unit"] == "share" else as_exact(amount)
    # What another measure picks is no distance on this one.
    is_distance = segment["picked_by"] is None
    return Tier(f"{word} {said}", amount if is_distance else None, segment["rate"], per, where)


_LINES = """
    select line.*, person.name as participant_name
    from commission.commission_line as line
    left join (select participant_id, name from core.participant where is_current) as person
        on line.participant_id = person.participant_id
    where
        ($2 is null or lower(line.participant_id) = lower($2) or lower(person.name) = lower($2))
        and (
            line.commission_line_id = $1
            or line.transaction_id = $1
            or line.transaction_id in (
                select sales_line.transaction_id from core.sales_line as sales_line
                where sales_line.order_id = $1 or sales_line.original_order_id = $1
            )
        )
    order by line.transaction_date, line.participant_id, line.component_id, line.commission_line_id
"""
_TRANSACTION = "select * from core.sales_line where transaction_id = $1"
_RESULT = """
    select * from commission.commission_summary
    where participant_id = $1 and plan_id = $2 and component_id = $3 and window_start = $4
        and period = $5
"""
_POSTINGS = """
    select posting_period, earned_period, amount, reason, posted_at, run_id
    from commission.ledger
    where commission_line_id = $1
    order by posted_at, posting_id
"""
_ADJUSTMENTS = """
    select * from commission.commission_line
    where participant_id = $1 and plan_id = $2 and component_id = $3 and window_start = $4
        and period = $5 and line_kind = 'adjustment'
    order by commission_line_id
"""

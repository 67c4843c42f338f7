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
from .pay_causes import Cause, Facts, causes_of
from .published_marts import Row, open_marts, select

if TYPE_CHECKING:
    import duckdb

    from ..commission.plan_model import Plan
    from ..workspace import Workspace

LINES_AT_MOST = 20
"""An order has some lines for each participant and component; more than these are not explained."""


@dataclass(frozen=True)
class Tier:
    """A row of the plan's curve: from an edge on, a rate.

    `edge` is in the measure's own unit where a quota or the plan says it; `words` is how the plan
    does. `rate` is a fraction, or money for each `per` (unit, order, customer), None where pay is a
    line between points.
    """

    words: str
    edge: Fraction | None
    rate: Decimal | None
    per: str | None = None


@dataclass(frozen=True)
class Adjustment:
    """A line between what the lines of a window pay and its result, and the terms it is due to."""

    line: Row
    causes: list[Cause]


@dataclass(frozen=True)
class Explanation:
    """One line of commission and everything that it came from.

    `paths` are the ways on which an order reaches a manager or a team; `order_lines` what an order
    is paid in all, of a line that is for the order.
    """

    line: Row
    participant_name: str | None
    transaction: Row | None
    export: Row | None
    result: Row | None
    measure: Measure
    tier: Tier | None
    next_tier: Tier | None
    causes: list[Cause]
    paths: list[Row]
    order_lines: list[Row]
    postings: list[Row]
    adjustments: list[Adjustment]


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
        plans = _plans(workspace)
        segments = _segments(workspace)
        with State.open(workspace) as state:
            return [_explain(marts, state, plans, segments, row) for row in found]


def _explain(
    marts: duckdb.DuckDBPyConnection,
    state: State,
    plans: dict[tuple[str, int], Plan],
    segments: dict[str, Row],
    line: Row,
) -> Explanation:
    name = line.pop("participant_name")
    plan = plans.get((line["plan_id"], line["plan_version"]))
    facts = _facts(marts, line)
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
        causes=causes_of(line, plan, facts) if plan else [],
        paths=_paths(marts, line, plan, sales[0] if sales else None),
        order_lines=_order_lines(marts, line, sales),
        postings=select(marts, _POSTINGS, [line["commission_line_id"]]),
        adjustments=[
            Adjustment(row, causes_of(row, plan, facts) if plan else [])
            for row in select(marts, _ADJUSTMENTS, [*window, line["period"]])
            if row["commission_line_id"] != line["commission_line_id"]
        ],
    )


def _facts(marts: duckdb.DuckDBPyConnection, line: Row) -> Facts:
    plan = [line[key] for key in ("participant_id", "plan_id", "plan_version", "period")]
    component = [line["component_id"], line["window_start"]]
    return Facts(
        reached=select(marts, _REACHED, [*plan, *component]),
        results=select(marts, _RESULTS, plan),
        sharers=select(marts, _SHARERS, [*plan[1:], *component]),
    )


def _paths(
    marts: duckdb.DuckDBPyConnection, line: Row, plan: Plan | None, sale: Row | None
) -> list[Row]:
    """Find the ways on which an order of that day reaches whoever is credited above the seller."""
    from ..commission.credit_model import credit_kind_of

    component = plan.components.get(line["component_id"]) if plan else None
    if not line["credit_level"] or component is None or sale is None:
        return []
    known = [line["participant_id"], credit_kind_of(component), line["credit_level"]]
    return select(marts, _PATHS, [*known, sale["order_date"], line["transaction_id"]])


def _order_lines(marts: duckdb.DuckDBPyConnection, line: Row, sales: list[Row]) -> list[Row]:
    """Find what the lines of an order pay by their rate, and in amounts per order."""
    if line["line_kind"] != "per-order" or not sales:
        return []
    keys = ("participant_id", "plan_id", "component_id", "period")
    return select(marts, _ORDER_LINES, [*(line[key] for key in keys), sales[0]["order_id"]])


def _plans(workspace: Workspace) -> dict[tuple[str, int], Plan]:
    from ..commission.plans import load_plans

    return {(file.plan.plan, file.plan.version): file.plan for file in load_plans(workspace)}


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

    tables = compile_plans(workspace)
    components = {row["component_key"]: row for row in tables["plan_component"].to_pylist()}
    scales = {"money": 10**workspace.settings.money_scale, "units": 10**6, "share": RATE_PLACES}
    segments = {}
    for row in tables["plan_segment"].to_pylist():
        component = components[row["component_key"]]
        segments[row["segment_id"]] = {
            **row,
            # What the second pass measures is money.
            "measure": MEASURES.get(component["measure"], MONEY),
            "picked_by": component["picked_by"],
            "scale": scales.get(row["edge_unit"], 1),
        }
    return segments


def _tier(segment: dict[str, Any] | None, quota: Decimal | None) -> Tier | None:
    if segment is None:
        return None
    edge = Fraction(segment["edge_numerator"], segment["edge_denominator"])
    word = "above" if segment["is_above"] else "from"
    per = None if segment["slope_target_numerator"] else segment["measure"].paid_per
    if segment["edge_unit"] == "quota":
        amount = None if quota is None else edge * Fraction(quota)
        return Tier(f"{word} {as_exact(edge * 100)}% of quota", amount, segment["rate"], per)
    amount = edge / segment["scale"]
    said = f"{as_exact(amount * 100)}%" if segment["edge_unit"] == "share" else as_exact(amount)
    # What another measure picks is no distance on this one.
    is_distance = segment["picked_by"] is None
    return Tier(f"{word} {said}", amount if is_distance else None, segment["rate"], per)


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
_REACHED = """
    select asked, reached_by, reached_share from commission.reached
    where participant_id = $1 and plan_id = $2 and plan_version = $3 and period = $4
        and component_id = $5 and window_start = $6
    order by asked, reached_by
"""
_RESULTS = """
    select * from commission.commission_summary
    where participant_id = $1 and plan_id = $2 and plan_version = $3 and period = $4
    order by component_id
"""
_SHARERS = """
    select * from commission.commission_summary
    where plan_id = $1 and plan_version = $2 and period = $3 and component_id = $4
        and window_start = $5 and funded_amount is not null
    order by participant_id
"""
_PATHS = """
    select path.paths, path.share
    from commission.credit_path as path
    where path.credited_id = $1 and path.credit_kind = $2 and path.credit_level = $3
        and $4 between path.valid_from and path.valid_to
        and (
            path.participant_id in (
                select sales_rep_id from core.sales_line where transaction_id = $5
            )
            or path.participant_id in (
                select participant_id from commission.commission_line
                where transaction_id = $5 and credit_level = 0
            )
        )
    order by path.paths
"""
_ORDER_LINES = """
    select
        line_kind, sum(commission_amount) as commission_amount,
        any_value(line.currency) as currency
    from commission.commission_line as line
    join core.sales_line as sale using (transaction_id)
    where line.participant_id = $1 and line.plan_id = $2 and line.component_id = $3
        and line.period = $4 and sale.order_id = $5
    group by line_kind
    order by line_kind
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

"""Find why pay is not what a rate alone says: terms of the plan, and the figures they went by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .published_marts import Row

if TYPE_CHECKING:
    from ..commission.component_model import Component
    from ..commission.conditions import Call
    from ..commission.factor_model import Gate, Multiplier
    from ..commission.grid_model import Cells
    from ..commission.plan_model import Plan
    from ..commission.shared_pay_model import Contest, Pool


@dataclass(frozen=True)
class Figure:
    """What a term asked for, as the plan writes it, and what that was.

    A share is a fraction; `amount` of `of_amount` is what it is the share of, in the unit of the
    component that was asked. None where it is not known. `source` is the component, feed or mart
    that says it.
    """

    asked: str
    source: str
    share: Decimal | None = None
    amount: Decimal | None = None
    of_amount: Decimal | None = None


@dataclass(frozen=True)
class Cause:
    """A term of the plan that makes pay more or less, as the plan says it, with its figures."""

    kind: str
    term: str
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What the marts say of a line's pay period.

    `reached` are the figures that its component asks for, `results` those of all components of the
    participant and plan, and `sharers` those of everyone who has a part of its fund or prize.
    """

    reached: list[Row]
    results: list[Row]
    sharers: list[Row]


def causes_of(line: Row, plan: Plan, facts: Facts) -> list[Cause]:
    """Give the terms of the plan that a line is due to, besides its curve."""
    from ..commission.limit_model import limit_text
    from ..commission.plan_cap import PLAN_CAP

    component = plan.components.get(line["component_id"])
    if component is None:
        said = plan.cap if line["component_id"] == PLAN_CAP else None
        return [] if said is None else [Cause("cap", f"cap of the plan: {limit_text(said)}")]
    if line["line_kind"] in ("adjustment", "fixed"):
        return list(_of_no_transaction(line, component, facts))
    if line["line_kind"] == "per-order":
        return [Cause("per-order", _per_order(component))]
    return list(_of_curve(line, component, facts))


def _of_no_transaction(line: Row, component: Component, facts: Facts) -> Iterator[Cause]:
    from ..commission.limit_model import limit_text

    cause = line["cause"]
    if cause == "gate":
        for gate in component.gates or []:
            yield Cause(cause, _gate(gate), _figures(_calls(gate.needs), facts))
    elif cause == "multiplier":
        for multiplier in component.multiply or []:
            yield Cause(cause, _multiplier(multiplier), _figures([multiplier.call], facts))
    elif cause == "cap" and component.cap is not None:
        yield Cause(cause, f"cap: {limit_text(component.cap)}")
    elif cause == "floor":
        yield Cause(cause, f"floor: {component.floor}")
    elif cause == "return":
        yield Cause(cause, "what came back was paid less or more by the factors of its own window")
    elif cause == "fixed":
        yield Cause(cause, f"fixed: {component.fixed}, prorated by {component.prorate or 'days'}")
    elif cause == "grid" and component.cells is not None:
        yield _cell(component.cells, _curve_number(line), facts)
    elif cause == "score":
        yield Cause(cause, "of: score, a result of the feed objective_result")
    elif cause == "override":
        yield Cause(cause, "of: commission(team), what those below have earned in the period")
    elif cause == "pool" and component.pool is not None:
        yield _pool(component.pool, line, facts)
    elif cause == "contest" and component.contest is not None:
        yield _contest(component.contest, line, facts)


def _of_curve(line: Row, component: Component, facts: Facts) -> Iterator[Cause]:
    """Give what chose the curve: segments of other curves than the component's own name them.

    A plan may have been edited since, and have fewer.
    """
    number = _curve_number(line)
    others = component.bands or component.terms or []
    if 0 < number <= len(others) and component.bands:
        band = component.bands[number - 1]
        yield Cause("band", f"band {number}: if {band.if_}", _figures(_calls(band.if_), facts))
    elif 0 < number <= len(others) and component.terms:
        term = component.terms[number - 1]
        said = [term.where, term.from_ and f"from {term.from_}", term.to and f"to {term.to}"]
        yield Cause("term", f"term {number}: {', '.join(str(part) for part in said if part)}")
    elif number and component.cells is not None:
        yield _cell(component.cells, number, facts)
    if component.differential is not None:
        rates = ", ".join(f"{role} {rate}" for role, rate in component.differential.levels.items())
        yield Cause("differential", f"one's own level less the highest below it: {rates}")
    if component.credit == "territory":
        yield Cause("territory", "credited as whoever has the territory of the sale, or above it")
    if component.share_out == "pay":
        yield Cause("share_out", "the order is paid once, and the money shared by pay_share")


def _cell(cells: Cells, number: int, facts: Facts) -> Cause:
    """Give where in a table of rates or amounts a line is."""
    calls = {call for pick in cells.of_state for call in _calls(pick.condition)}
    return Cause(
        "cell", f"where {cells.condition_of(number)}", _figures(sorted(calls, key=str), facts)
    )


def _curve_number(line: Row) -> int:
    """Read the number of the curve, 0 the component's own: plan/version/component/curve/segment."""
    parts = (line["segment_id"] or "").split("/")
    return int(parts[3]) if len(parts) == 5 else 0


def _calls(condition: str) -> list[Call]:
    from ..commission.state_condition import calls_of

    return calls_of(condition) if condition else []


def _figures(calls: Iterable[Call], facts: Facts) -> tuple[Figure, ...]:
    return tuple(figure for call in calls for figure in _figures_of(call, facts))


def _figures_of(call: Call, facts: Facts) -> Iterator[Figure]:
    found = [row for row in facts.reached if row["asked"] == str(call)]
    if call.function in ("attainment", "measure"):
        for row in found:
            for result in facts.results:
                if result["component_id"] == row["reached_by"]:
                    yield _of_component(call, result)
    else:
        source = "objective_result" if call.function == "score" else "company_goal"
        for row in found:
            yield Figure(str(call), f"feed {source}", row["reached_share"])
    if not found:
        yield Figure(str(call), "nothing says it")


def _of_component(call: Call, result: Row) -> Figure:
    is_share = call.function == "attainment"
    return Figure(
        asked=str(call),
        source=f"component {result['component_id']}",
        share=result["attainment"] if is_share else None,
        amount=result["measure_to_date_amount"],
        of_amount=result["quota_amount"] if is_share else None,
    )


def _gate(gate: Gate) -> str:
    rest = f"{gate.else_} of it" if gate.else_cap is None else f"at most {gate.else_cap}"
    return f"gate: {gate.needs}, else {rest}"


def _multiplier(multiplier: Multiplier) -> str:
    rows = [
        f"{f'from {row.from_}' if row.above is None else f'above {row.above}'} {row.times}"
        for row in multiplier.rows or []
    ]
    return f"multiplied by {multiplier.by}" + (f": {', '.join(rows)}" if rows else "")


def _per_order(component: Component) -> str:
    names = ("fixed_per_order", "min_per_order", "max_per_order")
    said = [(name, getattr(part, name)) for part in (component, *(component.terms or []))
            for name in names]  # fmt: skip
    return ", ".join(f"{name} {text}" for name, text in said if text is not None)


def _pool(pool: Pool, line: Row, facts: Facts) -> Cause:
    factor = f" times {pool.factor}" if pool.factor != "1x" else ""
    base = f" over {pool.base}" if pool.base else ""
    members = f"; members: {pool.members}" if pool.members else ""
    return Cause(
        "pool",
        f"{pool.fund}{factor}, shared by {pool.share}{base} among {len(facts.sharers)}{members}",
        (*_shared("fund", line, facts), *_figures(_calls(pool.members or ""), facts)),
    )


def _contest(contest: Contest, line: Row, facts: Facts) -> Cause:
    won = f"rank {contest.rank}" if contest.rank else f"first to {contest.first_to}"
    winners = f"prize {contest.prize}, ties: {contest.ties}, winners: {len(facts.sharers)}"
    return Cause("contest", f"{won}, {winners}", _shared("prize", line, facts))


def _shared(what: str, line: Row, facts: Facts) -> tuple[Figure, ...]:
    """Give what is shared, and how much of what all who share it have sold is one's own."""
    own = [row for row in facts.sharers if row["participant_id"] == line["participant_id"]]
    sold = [row["measure_to_date_amount"] for row in facts.sharers]
    return tuple(
        figure
        for row in own
        for figure in (
            Figure(what, "funded_amount", amount=row["funded_amount"]),
            Figure(
                "own measure", "commission_summary", None, row["measure_to_date_amount"], sum(sold)
            ),
        )
    )

"""Turns the curves of a plan into segments of exact integers.

A segment is one straight line of the payout curve

    F(x) = (a + c*T + f*Q + (b + (d*T + e)/Q) * x) / den      in minor units of the currency

with x the running measure and Q the quota, both integers at the scale of the measure, and T the
yearly target incentive at the workspace's money scale. Most curves need only a, b and f. Weight and
the window's share of the year are inside c and d. The lower edge is an amount at the scale of the
measure or a share of the quota.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from itertools import pairwise
from math import lcm

from .curve_model import Curve, Point, Step
from .period_kinds import MONTHS
from .units import LARGEST, Quantity, parse_amount, parse_curve_rate, parse_rate

NARROW_DENOMINATOR = 10**9
SHARE_OF_YEAR = {"week": Fraction(1, 52)} | {
    kind: Fraction(months, 12) for kind, months in MONTHS.items()
}
"""The part of a yearly target incentive that a window is for, by its kind."""


@dataclass(frozen=True)
class Line:
    """One segment in exact fractions; see the formula of the module."""

    edge: Fraction
    edge_unit: str
    is_above: bool
    rate: Fraction | None
    intercept: Fraction = Fraction(0)
    intercept_target: Fraction = Fraction(0)
    intercept_quota: Fraction = Fraction(0)
    slope: Fraction = Fraction(0)
    slope_target: Fraction = Fraction(0)
    slope_money: Fraction = Fraction(0)


@dataclass(frozen=True)
class Scale:
    """Decimals of money as integers, of the measure, and of the pay (the currency's digits)."""

    money: int
    measure: int
    pay: int

    @property
    def measure_to_pay(self) -> Fraction:
        """Minor units of pay for one unit of the measure at its scale."""
        return Fraction(10**self.pay, 10**self.measure)

    @property
    def money_to_pay(self) -> Fraction:
        """Minor units of pay for one unit of money at its scale."""
        return Fraction(10**self.pay, 10**self.money)


def lines_of(
    curve: Curve, target: Fraction, scale: Scale, picked_by: str | None = None
) -> list[Line]:
    """Give the segments of a curve, in ascending order of their lower edges.

    `target` is the part of the yearly target incentive that one window is worth. Where something
    else than the measure picks the segment, nothing is paid below the first row.
    """
    if not curve.curves_said:
        return []
    lines = _lines_of(curve, target, scale)
    if picked_by is None or curve.steps is not None:
        return lines
    return [Line(Fraction(0), "money", False, Fraction(0)), *lines]


def _lines_of(curve: Curve, target: Fraction, scale: Scale) -> list[Line]:
    of_target = target * scale.money_to_pay
    if curve.points is not None:
        return _points(curve.points, of_target, scale)
    if curve.steps is not None:
        return _steps(curve.steps, of_target, scale)
    return _tiers(curve, of_target, scale)


def re_rates_at_edges(curve: Curve) -> bool:
    """Whether reaching an edge pays for what was sold before, while each slice has its own line."""
    is_broken_whole = bool(curve.marginal_above or curve.only_above) and curve.whole
    return bool(curve.points or curve.steps or is_broken_whole)


def walk_of(curve: Curve, picked_by: str | None = None) -> str:
    """How a credit moves on the curve: over its `segments`, to the one `reached` with all before.

    `running_before` and `running_after`: it has the rate at one end of its own. `spread`: over the
    segments of another measure, over which it is spread evenly.
    """
    if curve.running is not None:
        return f"running_{curve.rate_at or 'after'}"
    if picked_by is not None:
        return "spread" if curve.marginal is not None else "reached"
    return "reached" if curve.whole and not re_rates_at_edges(curve) else "segments"


def order_walk_of(curve: Curve, picked_by: str | None = None) -> str:
    """How the lines of an order share what the curve pays for it.

    `order_segments`: over its segments one after the other; `order_reached`: all at the rate that
    the order reaches; `order_spread`: over the segments of another measure, over which the order is
    spread evenly; `order_shared`: in proportion to what they count.
    """
    if picked_by is not None and curve.marginal is not None:
        return "order_spread"
    if curve.rate is not None or curve.marginal is not None:
        return "order_segments"
    if curve.whole and not re_rates_at_edges(curve):
        return "order_reached"
    return "order_shared"


def share_of_target(weight: str, window: str) -> Fraction:
    """Give the part of the yearly target incentive that a component is worth in one window."""
    return parse_rate(weight) * SHARE_OF_YEAR.get(window, Fraction(1))


def _edge_unit(edges: list[Quantity]) -> str:
    return "quota" if any(edge.unit == "quota" for edge in edges) else "money"


RATE_PLACES = 2 * 10**10
"""Places of a rate such as a margin: whole ten billionths are even, what lies between them odd.

So an edge of ten decimals is met exactly, and a rate just above it is not taken for the edge.
"""


def _edge_value(edge: Quantity, scale: Scale) -> Fraction:
    """Give an edge as a share of the quota, or in integers of what it is an edge of."""
    money: int = 10**scale.measure
    factors = {"quota": 1, "share": RATE_PLACES, "units": 10**6, "money": money}
    return edge.value * factors.get(edge.unit, 1)


def _edge_of(edge: Quantity, scale: Scale) -> tuple[Fraction, str]:
    return _edge_value(edge, scale), "money" if edge.unit == "zero" else edge.unit


@dataclass(frozen=True)
class _Row:
    """A row of a curve of rates: the rate from its edge on."""

    edge: Fraction
    edge_unit: str
    is_above: bool
    rate: Fraction
    over: Fraction


def _tiers(curve: Curve, target: Fraction, scale: Scale) -> list[Line]:
    """Give the segments of rate, marginal, whole and running.

    On a row of its own slice F goes on from where it is; on a whole row it is the rate times all
    that counts: what lies above `only_above`.
    """
    rates = [parse_curve_rate(tier.rate) for tier in curve.tiers]
    of_target = any(rate.unit == "target" for rate in rates)
    pay = target if of_target else scale.measure_to_pay
    rows = [
        _Row(
            *_edge_of(tier.edge, scale),
            tier.above is not None,
            rate.value,
            parse_curve_rate(tier.over or "0").value,
        )
        for tier, rate in zip(curve.tiers, rates, strict=True)
    ]
    start = Fraction(0)
    if curve.only_above is not None:
        start, unit = _edge_of(parse_amount(curve.only_above), scale)
        rows = _beginning_at(start, unit, rows)
    limit = _edge_value(parse_amount(curve.marginal_above or "0"), scale)
    is_whole = bool(curve.whole or curve.running)
    lines: list[Line] = []
    for row in rows:
        if is_whole and not (curve.marginal_above and row.edge >= limit):
            terms = _product(row.rate * pay, start, row.edge_unit, of_target)
            over = _product(row.over * pay, row.edge, row.edge_unit, of_target)
            terms = {name: value + over[name] for name, value in terms.items()}
        else:
            last = lines[-1] if lines else None
            change = row.rate - (last.rate or 0 if last else 0)
            terms = _product(change * pay, row.edge, row.edge_unit, of_target)
            terms = {name: value + getattr(last, name, 0) for name, value in terms.items()}
        lines.append(Line(row.edge, row.edge_unit, row.is_above, row.rate, **terms))
    return lines


def _beginning_at(start: Fraction, unit: str, rows: list[_Row]) -> list[_Row]:
    """Give the rows of a curve that pays nothing until `start`, and from there on as they do."""
    reached = [row for row in rows if row.edge <= start]
    nothing = _Row(Fraction(0), unit, False, Fraction(0), Fraction(0))
    begun = _Row(start, unit, True, reached[-1].rate, Fraction(0))
    return [nothing, begun, *(row for row in rows if row.edge > start)]


def _product(pay: Fraction, edge: Fraction, edge_unit: str, of_target: bool) -> dict[str, Fraction]:
    """Give `pay` times (x - edge) as coefficients; of a target it is for each 100% of the quota."""
    intercept = -pay * edge
    if of_target:
        return {"slope_target": pay, "intercept_target": intercept}
    is_quota = edge_unit == "quota"
    return {
        "slope": pay,
        "intercept": Fraction(0) if is_quota else intercept,
        "intercept_quota": intercept if is_quota else Fraction(0),
    }


def _pay(text: str, of_target: Fraction, scale: Scale) -> tuple[Fraction, Fraction]:
    """Read a payment: what of it goes with the target incentive, and what in minor units."""
    pay = parse_amount(text)
    if pay.unit == "target":
        return pay.value * of_target, Fraction(0)
    return Fraction(0), pay.value * 10**scale.pay


def _steps(steps: list[Step], of_target: Fraction, scale: Scale) -> list[Line]:
    lines = [Line(Fraction(0), "money", False, None)]
    for step in steps:
        edge, unit = _edge_of(step.edge, scale)
        target, money = _pay(step.pays, of_target, scale)
        # A point of attainment is a hundredth of the quota.
        target_rise, money_rise = (
            100 * each for each in _pay(step.per_point or "0", of_target, scale)
        )
        lines.append(
            Line(
                edge, unit, step.above is not None, None,
                intercept=money - money_rise * edge, intercept_target=target - target_rise * edge,
                slope_money=money_rise, slope_target=target_rise,
            )
        )  # fmt: skip
    return lines


def _points(points: list[Point], of_target: Fraction, scale: Scale) -> list[Line]:
    edges = [parse_amount(point.at) for point in points]
    unit = _edge_unit(edges)
    knots = [
        (_edge_value(edge, scale), *_pay(point.pays, of_target, scale))
        for edge, point in zip(edges, points, strict=True)
    ]
    below = Line(Fraction(0), unit, False, None)
    last_at, last_target, last_money = knots[-1]
    beyond = Line(last_at, unit, False, None, intercept=last_money, intercept_target=last_target)
    return [below, *(_between(*pair, unit) for pair in pairwise(knots)), beyond]


def _between(
    start: tuple[Fraction, Fraction, Fraction], end: tuple[Fraction, Fraction, Fraction], unit: str
) -> Line:
    at, target, money = start
    width = end[0] - at
    target_slope, money_slope = (end[1] - target) / width, (end[2] - money) / width
    if unit == "quota":
        return Line(
            at, unit, False, None,
            intercept=money - at * money_slope, intercept_target=target - at * target_slope,
            slope_money=money_slope, slope_target=target_slope,
        )  # fmt: skip
    if target_slope:
        raise ValueError("pay in % of target needs edges in % of quota")
    return Line(at, unit, False, None, intercept=money - at * money_slope, slope=money_slope)


COEFFICIENTS = tuple(field.name for field in fields(Line)[4:])


def denominator_of(line: Line) -> int:
    """Give the smallest common denominator of the coefficients of a segment."""
    return lcm(*(getattr(line, name).denominator for name in COEFFICIENTS))


def needs_quota(lines: list[Line]) -> bool:
    """Whether the curve can't be calculated without a quota."""
    return any(
        line.edge_unit == "quota" or line.intercept_quota or line.slope_target or line.slope_money
        for line in lines
    )


def needs_target(lines: list[Line]) -> bool:
    """Whether the curve can't be calculated without a target incentive."""
    return any(line.intercept_target or line.slope_target for line in lines)


def is_narrow(lines: list[Line]) -> bool:
    """Whether 64 bits do: no division by the quota, denominator up to 10^9, no falling pay."""
    divides = any(line.slope_target or line.slope_money or line.intercept_target for line in lines)
    return not divides and all(line.slope >= 0 and _fits_narrow(line) for line in lines)


def _fits_narrow(line: Line) -> bool:
    """Whether no product of the narrow form leaves 64 bits (macro payout_narrow)."""
    denominator = denominator_of(line)
    largest = 2 * (line.slope * denominator + 2) * denominator
    return denominator <= NARROW_DENOMINATOR and largest < LARGEST

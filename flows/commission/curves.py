"""Turns the curves of a plan into segments of exact integers.

A segment is one straight line of the payout curve

    F(x) = (a + c*T + f*Q + (b + (d*T + e)/Q) * x) / den      in minor units of the currency

with x the running measure and Q the quota, both integers at the workspace's money scale, and T the
yearly target incentive, also at that scale. Most curves need only a, b and f. Weight and the
window's share of the year are inside c and d. The lower edge is an amount at the money scale or a
share of the quota.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from itertools import pairwise
from math import lcm

from .plan_model import MONTHS, Component, Tier
from .units import Quantity, parse_amount, parse_rate

NARROW_DENOMINATOR = 10**9
LARGEST = 2**63 - 1


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
    """Decimals of the measure (the money scale) and of the pay (the currency's digits)."""

    measure: int
    pay: int

    @property
    def measure_to_pay(self) -> Fraction:
        """Minor units of pay for one unit of the measure at its scale."""
        return Fraction(10**self.pay, 10**self.measure)


def lines_of(component: Component, window: str, scale: Scale) -> list[Line]:
    """Give the segments of a component's curve, in ascending order of their lower edges."""
    if component.rate is not None:
        rate = parse_rate(component.rate)
        return [Line(Fraction(0), "money", False, rate, slope=rate * scale.measure_to_pay)]
    if component.marginal is not None:
        return _marginal(component.marginal, scale)
    if component.whole is not None:
        return [
            _line(tier, scale, slope=parse_rate(tier.rate) * scale.measure_to_pay)
            for tier in component.whole
        ]
    return _points(component, window, scale)


def share_of_target(component: Component, window: str) -> Fraction:
    """Give the part of the yearly target incentive that the component is worth in one window."""
    return parse_rate(component.weight) * Fraction(MONTHS[window], 12)


def _edge_unit(edges: list[Quantity]) -> str:
    return "quota" if any(edge.unit == "quota" for edge in edges) else "money"


def _edge_value(edge: Quantity, scale: Scale) -> Fraction:
    return edge.value if edge.unit == "quota" else edge.value * 10**scale.measure


def _line(tier: Tier, scale: Scale, **coefficients: Fraction) -> Line:
    edge = tier.edge
    return Line(
        _edge_value(edge, scale),
        edge.unit if edge.unit == "quota" else "money",
        tier.above is not None,
        parse_rate(tier.rate),
        **coefficients,
    )


def _marginal(tiers: list[Tier], scale: Scale) -> list[Line]:
    lines = []
    previous = Fraction(0)
    intercepts = {"money": Fraction(0), "quota": Fraction(0)}
    for tier in tiers:
        slope = parse_rate(tier.rate) * scale.measure_to_pay
        unit = "quota" if tier.edge.unit == "quota" else "money"
        intercepts[unit] -= (slope - previous) * _edge_value(tier.edge, scale)
        lines.append(
            _line(
                tier,
                scale,
                slope=slope,
                intercept=intercepts["money"],
                intercept_quota=intercepts["quota"],
            )
        )
        previous = slope
    return lines


def _points(component: Component, window: str, scale: Scale) -> list[Line]:
    points = component.points or []
    edges = [parse_amount(point.at) for point in points]
    unit = _edge_unit(edges)
    pays = [parse_amount(point.pays) for point in points]
    # Pay is a share of T (yearly, at the measure's scale) or money (in minor units).
    of_target = share_of_target(component, window) * scale.measure_to_pay
    knots = [
        (
            _edge_value(edge, scale),
            pay.value * of_target if pay.unit == "target" else Fraction(0),
            pay.value * 10**scale.pay if pay.unit == "money" else Fraction(0),
        )
        for edge, pay in zip(edges, pays, strict=True)
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
    return any(line.edge_unit == "quota" or line.intercept_quota for line in lines)


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

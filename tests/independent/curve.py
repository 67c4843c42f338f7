"""F(x): what a component pays for a running measure, in exact fractions of the plan's currency."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .plans import Component, Term


@dataclass(frozen=True)
class Piece:
    """A straight part: F(x) = intercept + slope * x from `start` (itself included or not) on."""

    start: Fraction | None
    is_start_included: bool
    intercept: Fraction
    slope: Fraction


@dataclass(frozen=True)
class Curve:
    pieces: tuple[Piece, ...]

    def piece(self, x: Fraction) -> int:
        """The last part that has begun at x."""
        begun = 0
        for number, piece in enumerate(self.pieces):
            if (
                piece.start is None
                or x > piece.start
                or (x == piece.start and piece.is_start_included)
            ):
                begun = number
        return begun

    def on_piece(self, number: int, x: Fraction) -> Fraction:
        return self.pieces[number].intercept + self.pieces[number].slope * x

    def __call__(self, x: Fraction) -> Fraction:
        return self.on_piece(self.piece(x), x)


NOTHING = Curve((Piece(None, True, Fraction(0), Fraction(0)),))


def build(component: Component, quota: Fraction | None, target: Fraction | None) -> Curve:
    """The curve of one window; quota and target are those of the window."""
    if component.mode == "points":
        return _points(component, quota, target)
    edges = [_edge(row.edge, quota) for row in component.rows]
    rates = [_rate(row.pays, quota, target) for row in component.rows]
    pieces = []
    height = Fraction(0)  # of the curve at the row's edge, where slices keep their own rates
    for number, (row, edge, rate) in enumerate(zip(component.rows, edges, rates, strict=True)):
        if number == 0:  # a running total below zero walks at the first rate
            pieces.append(Piece(None, True, Fraction(0), rate + row.over))
            continue
        if component.mode == "marginal" or _is_beyond(component, component.rows[number - 1].edge):
            height += rates[number - 1] * (edge - edges[number - 1])
        else:
            height = rates[number - 1] * edge  # a hybrid: all below its limit at the rate reached
        if component.mode == "marginal" or _is_beyond(component, row.edge):
            intercept, slope = height - rate * edge, rate
        else:
            intercept, slope = -row.over * edge, rate + row.over
        pieces.append(Piece(edge, row.is_reached_enough, intercept, slope))
    return Curve(tuple(pieces))


def _is_beyond(component: Component, edge: Term) -> bool:
    """Whether a row of a hybrid lies where slices keep their own rates."""
    limit = component.marginal_above
    return limit is not None and edge.value >= limit.value


def _points(component: Component, quota: Fraction | None, target: Fraction | None) -> Curve:
    at = [_edge(row.edge, quota) for row in component.rows]
    pays = [_pays(row.pays, target) for row in component.rows]
    pieces = [NOTHING.pieces[0]]
    for number, (x, y) in enumerate(zip(at, pays, strict=True)):
        slope = Fraction(0)
        if number + 1 < len(at):
            slope = (pays[number + 1] - y) / (at[number + 1] - x)
        pieces.append(Piece(x, True, y - slope * x, slope))
    return Curve(tuple(pieces))


def _edge(term: Term, quota: Fraction | None) -> Fraction:
    if term.unit == "quota":
        assert quota is not None
        return term.value * quota
    return term.value


def _rate(term: Term, quota: Fraction | None, target: Fraction | None) -> Fraction:
    """`1.4x` is times the target pay for each 100% of the quota."""
    if term.unit == "times":
        assert quota is not None and target is not None
        return term.value * target / quota
    return term.value


def _pays(term: Term, target: Fraction | None) -> Fraction:
    if term.unit == "target":
        assert target is not None
        return term.value * target
    return term.value

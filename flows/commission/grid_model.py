"""Grids: two axes, of sales or of what is reached, pick a rate or an amount from a table.

Each entry of an axis has a condition, of which at most one holds, and a number; the numbers of both
axes add up to that of the curve of a cell. So a grid is what terms and bands are: curves that
conditions pick.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from ..wording import Refusal
from .condition_model import sale_condition
from .conditions import CALLS, Constant, parse_condition
from .curve_model import Curve, Step, Tier
from .factor_model import parse_picking_call
from .plan_part import CurveRateText, PayText, PlanPart
from .sale_columns import is_text
from .state_condition import state_condition

if TYPE_CHECKING:
    from .component_model import Component

_ENTRY = re.compile("^(from|above) (.+)$")
MOST_ENTRIES = 50
"""Entries of one axis: every one is a condition that each sale or window is asked."""
AxisText = Annotated[
    dict[str, Annotated[list[str], Field(min_length=1, max_length=MOST_ENTRIES)]],
    Field(min_length=1, max_length=1),
]
"""What an axis goes by, with its edges (`from 0%`, `above 15%`) or its texts."""
NOTHING = Curve(rate="0%")


@dataclass(frozen=True)
class Pick:
    """A condition and the number that it adds to that of the curve; of one axis the first holds."""

    axis: int
    number: int
    condition: str
    is_of_state: bool


@dataclass(frozen=True)
class Cells:
    """The curves of cells by their numbers, and what picks one; curve 0 pays nothing."""

    picks: tuple[Pick, ...]
    curves: tuple[Curve, ...]
    are_pays: bool

    @property
    def of_sale(self) -> list[Pick]:
        """What is asked of a sale."""
        return [pick for pick in self.picks if not pick.is_of_state]

    @property
    def of_state(self) -> list[Pick]:
        """What is asked of what is reached at the end of a window."""
        return [pick for pick in self.picks if pick.is_of_state]

    def condition_of(self, number: int) -> str | None:
        """Give what picks a curve in words; None for a curve of no cell."""
        down, across = ([p for p in self.picks if p.axis == axis] for axis in (1, 2))
        if not across:
            return next((p.condition for p in down if p.number == number), None)
        pairs = ((a, b) for a in down for b in across if a.number + b.number == number)
        return next((f"{a.condition} and {b.condition}" for a, b in pairs), None)


def walk_of_cells(cells: Cells, window: str | None, rounding_scope: str) -> str:
    """Give how a credit moves on the curve of its cell; see `curves.walk_of`."""
    if window == "order":
        return "order_shared" if cells.are_pays else "order_segments"
    return "exact" if cells.of_sale or rounding_scope == "line" else "segments"


class Grid(PlanPart):
    """A table of rates or amounts; below the first edge of an axis, or of another text, nothing.

    Keys:
        down: What the rows go by, with an edge or a text for each: `from` is enough when reached,
            `above` is not.
        across: What the columns go by, in the same way.
        rates: A row of rates for each edge of `down`.
        pays: Amounts instead of rates: for the window, or for each order.
    """

    down: AxisText
    across: AxisText
    rates: list[list[CurveRateText]] | None = None
    pays: list[list[PayText]] | None = None

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if (self.rates is None) == (self.pays is None):
            raise Refusal("say either rates or pays")
        if self.down.keys() == self.across.keys():
            raise Refusal(f"both axes go by {next(iter(self.down))}", "leave one of them out: by")
        for axis in (self.down, self.across):
            conditions_of(*next(iter(axis.items())))
        rows = self.rates or self.pays or []
        height, width = self._size
        if len(rows) != height or any(len(row) != width for row in rows):
            found = " and ".join(str(each) for each in sorted({len(row) for row in rows}))
            raise Refusal(
                f"down has {height} and across {width}; the table has {len(rows)} rows of {found}",
                "write a row for each entry of down, in it a cell for each of across",
            )
        return self

    @property
    def _size(self) -> tuple[int, int]:
        (down,), (across,) = self.down.values(), self.across.values()
        return len(down), len(across)

    @cached_property
    def cells(self) -> Cells:
        """The curves of the cells, and what picks them."""
        height, width = self._size
        picks = []
        for axis, (said, step) in enumerate([(self.down, width + 1), (self.across, 1)], start=1):
            (name, entries), *_ = said.items()
            picks += picks_of(axis, step, name, entries)
        curves = [NOTHING] * ((height + 1) * (width + 1))
        for down, row in enumerate(self.rates or self.pays or [], start=1):
            for across, cell in enumerate(row, start=1):
                curve = Curve(rate=cell) if self.rates else paying(cell)
                curves[down * (width + 1) + across] = curve
        return Cells(tuple(picks), tuple(curves), self.pays is not None)


def cells_by_call(component: Component, by: str) -> Cells:
    """Give the rows of a curve that is `by` what is reached, as cells of a single axis."""
    if component.whole is None and component.steps is None:
        raise Refusal(
            f"by: {by} is known at the end of the window, and picks one rate for all of it",
            "say whole or steps",
        )
    if component.marginal_above or component.only_above or any(t.over for t in component.tiers):
        raise Refusal(
            f"by: {by} has rows of `rate` alone: its edges are not those of {component.of}"
        )
    rows = component.whole or component.steps or []
    entries = [f"from {row.from_}" if row.from_ else f"above {row.above}" for row in rows]
    if any(step.per_point for step in component.steps or []):
        raise Refusal("per_point rises with of: leave by out")
    curves = [Curve(rate=row.rate) if isinstance(row, Tier) else paying(row.pays) for row in rows]
    picks = picks_of(1, 1, by, entries)
    return Cells(tuple(picks), (NOTHING, *curves), component.steps is not None)


def check_cells(component: Component, cells: Cells) -> None:
    """Check what a component with cells says beside them; raise ValueError with what is wrong."""
    if component.of in ("score", "commission(team)"):
        raise ValueError(
            f"of: {component.of} has no sales to pay by cells: say bands or its own curve"
        )
    if component.grid is not None and component.by is not None:
        raise ValueError("by is what an axis of the grid says: leave it out")
    if component.by is not None and component.terms is not None:
        raise ValueError("terms have rates of their own: leave by out, or say a grid")
    if not cells.are_pays:
        for curve in cells.curves:
            curve.check_measure(component.of)
    elif component.window == "order":
        if component.of not in ("net_amount", "margin"):
            raise ValueError("amounts for each order go with of: net_amount or margin")
    elif cells.of_sale:
        raise ValueError("an amount by what is sold is for each order: say window: order")
    elif component.window == "life":
        raise ValueError("a life has no end at which an amount could be paid: say another window")
    elif (component.of, component.credit, component.where) != ("net_amount", "direct", None):
        raise ValueError(
            "an amount for the window measures nothing: leave out of, where and credit"
        )


def paying(pays: str) -> Curve:
    """Give the curve that pays an amount whatever is measured, if not less than nothing."""
    return Curve(steps=[Step(**{"from": "0%", "pays": pays})])


def picks_of(axis: int, step: int, name: str, entries: list[str]) -> list[Pick]:
    """Give what picks the entries of an axis, whose numbers are multiples of `step`."""
    is_of_state = _is_call(name)
    return [
        Pick(axis, number * step, condition, is_of_state)
        for number, condition in enumerate(conditions_of(name, entries), start=1)
    ]


def conditions_of(name: str, entries: list[str]) -> list[str]:
    """Give the conditions of the entries of an axis, of which at most one holds.

    Raises Refusal where an entry is no edge or text of what the axis goes by.
    """
    if _is_call(name):
        parse_picking_call(name)
        checked = state_condition
    else:
        checked = sale_condition
        if is_text(name):
            return _conditions_of_texts(name, entries)
    found = [_ENTRY.match(entry) for entry in entries]
    for entry, match in zip(entries, found, strict=True):
        if match is None:
            raise Refusal(f'{name}: "{entry}" is no edge', "write for example from 0% or above 80%")
    edges = [(match[1], match[2]) for match in found if match]
    least = [checked(f"{name} {'>=' if word == 'from' else '>'} {edge}") for word, edge in edges]
    _check_ascending(name, [parse_condition(text).constants[0] for text in least])
    most = [f" and {name} {'<' if word == 'from' else '<='} {edge}" for word, edge in edges[1:]]
    return [lower + upper for lower, upper in zip(least, [*most, ""], strict=True)]


def _is_call(name: str) -> bool:
    return name.partition("(")[0] in CALLS and name.endswith(")")


def _conditions_of_texts(name: str, entries: list[str]) -> list[str]:
    if len(set(entries)) < len(entries):
        raise Refusal(f"{name}: a text stands twice", "give each of them one row or column")
    return [f"{name} = {Constant(entry, 'text')}" for entry in entries]


def _check_ascending(name: str, edges: list[Constant]) -> None:
    values = [edge.value for edge in edges if isinstance(edge.value, Fraction)]
    if len(values) < len(edges):
        raise Refusal(f"{name} is no number and no text", "give it terms")
    for (lower, upper), edge in zip(pairwise(values), edges[1:], strict=True):
        if upper <= lower:
            raise Refusal(f"{name}: edges must ascend, and {edge} does not")

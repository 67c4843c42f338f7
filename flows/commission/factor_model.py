"""Gates and multipliers of a plan: what a component pays goes up or down with something else."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from ..wording import Refusal
from .conditions import Call, Flag, parse_condition
from .curve_model import EdgeRow
from .limit_model import LimitText
from .plan_part import PlanPart, RateText
from .state_condition import MEASURE_UNITS, StateConditionText
from .units import parse_amount, parse_curve_rate

MOST_FACTORS = 4
ALL = "all"
"""What attainment(..) says for every component that has a quota."""


def parse_call(text: str) -> Call:
    """Read `attainment(revenue)`, `measure(revenue)`, `score(objective)` or `goal(g)`."""
    root = parse_condition(text).root
    if isinstance(root, Flag) and isinstance(root.reference, Call):
        return root.reference
    raise Refusal(
        f'"{text}" names nothing that multiplies',
        "write attainment(component), measure(component), score(objective) or goal(goal)",
    )


def parse_picking_call(text: str) -> Call:
    """Read a call that has one value, by which a factor or a rate can go."""
    call = parse_call(text)
    if (call.function, call.argument) == ("attainment", ALL):
        raise Refusal("all components have no single attainment", "name one component")
    return call


def _call_text(text: str) -> str:
    parse_picking_call(text)
    return text


def _factor_edge_text(text: str) -> str:
    if parse_amount(text).unit not in ("zero", "share", *MEASURE_UNITS):
        raise ValueError("an edge of a multiplier is 0, a percentage or an amount")
    return text


def _times_text(text: str) -> str:
    times = parse_curve_rate(text)
    if times.unit not in ("zero", "target"):
        raise ValueError(f'"{text}" is no factor; write for example 0.5x')
    if times.value < 0:
        raise ValueError("a factor can't be negative")
    return text


CallText = Annotated[str, AfterValidator(_call_text), Field(examples=["score(quality)"])]
FactorEdgeText = Annotated[
    str, AfterValidator(_factor_edge_text), Field(examples=["80%", "50_000 USD"])
]
TimesText = Annotated[str, AfterValidator(_times_text), Field(examples=["0.9x"])]


class FactorRow(EdgeRow):
    """From (reached) or above (exceeded) an edge on, this factor.

    Keys:
        from: Lower edge of the row: reaching it is enough.
        above: Lower edge of the row that must be exceeded.
        times: The factor.
    """

    from_: FactorEdgeText | None = Field(default=None, alias="from")
    above: FactorEdgeText | None = None
    times: TimesText

    @property
    def factor(self) -> Fraction:
        """What multiplies."""
        return parse_curve_rate(self.times).value


class Multiplier(PlanPart):
    """A factor by what something else has reached: by rows, or without them that value itself.

    Below the first row the factor is 0.

    Keys:
        by: What picks the factor: `attainment(component)`, `measure(component)`, `score(objective)`
            or `goal(goal)`.
        rows: Factors by what it reaches.
    """

    by: CallText
    rows: Annotated[list[FactorRow], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _edges(self) -> Self:
        edges = [row.edge for row in self.rows or []]
        is_measure = self.call.function == "measure"
        units = MEASURE_UNITS if is_measure else ("share",)
        if any(edge.unit not in ("zero", *units) for edge in edges):
            said = "amounts: 500 USD, 3 orders" if is_measure else "percentages: 80%"
            raise ValueError(f"edges of {self.by} are {said}")
        if is_measure and self.rows is None:
            raise ValueError("measure(..) is an amount and no factor; say rows")
        if any(upper.value <= lower.value for lower, upper in pairwise(edges)):
            raise ValueError("edges must ascend from row to row")
        return self

    @property
    def call(self) -> Call:
        """What the factor goes by."""
        return parse_call(self.by)

    @property
    def money_texts(self) -> list[str]:
        """The edges that may be money."""
        return [text for row in self.rows or [] for text in (row.from_, row.above) if text]


class Gate(PlanPart):
    """What a component pays less, or at most, where a condition does not hold.

    Keys:
        needs: Condition on what has been reached at the end of the period.
        else: Share of the pay that is left where it does not hold.
        else_cap: What is paid at most where it does not hold.
    """

    needs: StateConditionText
    else_: RateText | None = Field(default=None, alias="else")
    else_cap: LimitText | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.else_ is None) == (self.else_cap is None):
            raise Refusal("say either else: 0% (a share of the pay) or else_cap")
        if self.else_ is not None and parse_curve_rate(self.else_).value < 0:
            raise Refusal("what is paid otherwise can't be negative")
        return self


Multipliers = Annotated[list[Multiplier], Field(min_length=1, max_length=MOST_FACTORS)]
Gates = Annotated[list[Gate], Field(min_length=1, max_length=MOST_FACTORS)]

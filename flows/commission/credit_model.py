"""Whom a component credits with what is sold, and how shares of an order are paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import pyarrow as pa
from pydantic import AfterValidator, Field

from .plan_part import PlanPart, RateText
from .units import RATE_DIGITS, parse_rate

if TYPE_CHECKING:
    from .component_model import Component

MOST_LEVELS = 8
TEAM_COMMISSION = "commission(team)"
"""The measure of the second pass: what those whom someone leads have earned in the first."""
CREDIT_SCHEMA = pa.schema(
    [("component_key", pa.string()), ("credit_kind", pa.string()), ("credit_level", pa.int64())]
)
"""Columns of `plan_credit`: one row per component, kind of credit and level that count for it."""


LEVEL_SCHEMA = pa.schema(
    [("component_key", pa.string()), ("level_name", pa.string()), ("rate_parts", pa.int64())]
)
"""Columns of `plan_level`: the rate of each level of a differential, in parts of ten billion."""


def _levels(text: str) -> str:
    if not text.isdigit() or not 1 <= int(text) <= MOST_LEVELS:
        raise ValueError(f"{text} is no number of levels; write 1 to {MOST_LEVELS}")
    return text


LevelsText = Annotated[str, AfterValidator(_levels), Field(examples=["2"])]


class Differential(PlanPart):
    """Each level is paid its own rate less the highest rate paid below it, beginning with who sold.

    `levels` are rates by the participant's `role` on the day of the order.

    Keys:
        by: What says someone's level.
        levels: Rate of each level; a role without one is paid nothing.
    """

    by: Literal["role"]
    levels: dict[str, RateText] = Field(min_length=1)


def check_credit(component: Component) -> None:
    """Check the keys of credit against each other; raise ValueError in the words of the plan."""
    if component.credit != "rollup" and (component.levels, component.count_once) != ("1", "yes"):
        raise ValueError("levels and count_once go with credit: rollup")
    if component.of == TEAM_COMMISSION:
        _check_team_commission(component)
    if component.differential is not None and component.credit != "rollup":
        raise ValueError("differential pays everyone on the way up: it goes with credit: rollup")
    if component.differential is not None and component.shares != "100%":
        raise ValueError("differential shares one order out between levels: it needs shares: 100%")
    if component.share_out == "pay" and component.rate is None:
        raise ValueError(
            "share_out: pay calculates each order for itself: it goes with a rate in %"
        )
    if component.share_out == "pay" and component.credit != "direct":
        raise ValueError(
            "share_out: pay shares the pay of those who sold: it goes with credit: direct"
        )


def _check_team_commission(component: Component) -> None:
    if component.credit not in ("rollup", "team"):
        raise ValueError(f"of: {TEAM_COMMISSION} says whose: credit: rollup or team")
    if component.running is not None or not component.curves_said:
        raise ValueError(f"of: {TEAM_COMMISSION} is paid by rate, marginal, whole, steps or points")
    if component.where is not None:
        raise ValueError(f"of: {TEAM_COMMISSION} has no sales: leave out where")
    if component.pays_of_target or any(edge.unit == "quota" for edge in component.edges):
        raise ValueError(f"of: {TEAM_COMMISSION} is paid in % of it, with edges in money")
    limited = ("bands", "gates", "multiply", "cap", "floor")
    if said := [name for name in limited if getattr(component, name) is not None]:
        raise ValueError(
            f"{', '.join(said)}: not calculated for of: {TEAM_COMMISSION}, which is a second pass"
        )


def credit_kind_of(component: Component) -> str:
    """Give the kind of credit in `int_commission__credit`."""
    if component.credit == "rollup" and component.count_once == "no":
        return "rollup_uncounted"
    return component.credit


def own_walk_of(component: Component) -> str | None:
    """Give the walk that the component has for how it credits, whatever its curve; None for none.

    `shared`: the order is paid on the whole. `differential`: by levels, not by a curve. `none`: no
    sale is paid, its line says only that it counts.
    """
    if component.differential is not None:
        return "differential"
    if component.pool is not None or component.contest is not None:
        return "none"
    return "shared" if component.share_out == "pay" else None


def credit_rows(key: str, component: Component) -> list[dict[str, Any]]:
    """Give the rows of `plan_credit` of a component; level 0 is who sold.

    Pay for a period and scores have none: no sale counts for them.
    """
    if component.fixed is not None or component.pays_for_window or component.of == "score":
        return []
    kind = credit_kind_of(component)
    counted = [(kind, level) for level in range(1, int(component.levels) + 1)]
    if kind == "direct" or component.differential is not None:
        counted = [("direct", 0), *(counted if component.differential else [])]
    return [
        {"component_key": key, "credit_kind": kind, "credit_level": level}
        for kind, level in counted
    ]


def level_rows(key: str, component: Component) -> list[dict[str, Any]]:
    """Give the rows of `plan_level` of a component."""
    levels = component.differential.levels if component.differential else {}
    return [
        {
            "component_key": key,
            "level_name": name,
            "rate_parts": int(parse_rate(rate) * 10**RATE_DIGITS),
        }
        for name, rate in levels.items()
    ]

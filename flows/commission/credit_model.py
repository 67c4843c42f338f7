"""Whom a component credits with what is sold, and how shares of an order are paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import pyarrow as pa
from pydantic import AfterValidator

if TYPE_CHECKING:
    from .component_model import Component

MOST_LEVELS = 8
CREDIT_SCHEMA = pa.schema(
    [("component_key", pa.string()), ("credit_kind", pa.string()), ("credit_level", pa.int64())]
)
"""Columns of `plan_credit`: one row per component, kind of credit and level that count for it."""


def _levels(text: str) -> str:
    if not text.isdigit() or not 1 <= int(text) <= MOST_LEVELS:
        raise ValueError(f"{text} is no number of levels; write 1 to {MOST_LEVELS}")
    return text


LevelsText = Annotated[str, AfterValidator(_levels)]


def check_credit(component: Component) -> None:
    """Check the keys of credit against each other; raise ValueError in the words of the plan."""
    said = component.model_fields_set & {"levels", "count_once"}
    if said and component.credit != "rollup":
        raise ValueError(f"{', '.join(sorted(said))}: goes with credit: rollup")
    if component.share_out == "pay" and component.credit != "direct":
        raise ValueError("share_out: pay shares the pay of those who sold: it goes with credit: direct")


def credit_kind_of(component: Component) -> str:
    """Give the kind of credit in `int_commission__credit`."""
    if component.credit == "rollup" and component.count_once == "no":
        return "rollup_uncounted"
    return component.credit


def credit_rows(key: str, component: Component) -> list[dict[str, Any]]:
    """Give the rows of `plan_credit` of a component; level 0 is who sold."""
    kind = credit_kind_of(component)
    levels = range(1, int(component.levels) + 1)
    return [
        {"component_key": key, "credit_kind": kind, "credit_level": level}
        for level in ([0] if kind == "direct" else levels)
    ]

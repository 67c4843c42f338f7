"""Tables of two dimensions, in the words of the plan language."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..case import Case
from ..periods import last_day
from ..words import (
    Said,
    decimal_text,
    only,
    percent,
    product_id,
    put_plan,
    put_quota,
    put_sale,
)
from .limits import put_score

_QUOTA = 100_000
_REACHED_BY_SALES = ("attainment", "volume")
_VOLUME = "volume"


def matrix(case: Case, said: Said) -> None:
    """Each lookup of a rep is a month of its own, in which that much of the axes is reached."""
    plan = case.plan
    only(("rows", "cols", "cells", "cell", "target_pay"), plan, "matrix")
    axes = [plan["rows"], plan["cols"]]
    is_paid_of_target = plan.get("cell") == "payout_pct"
    cells = [
        [f"{percent(cell)} of target" if is_paid_of_target else percent(cell) for cell in row]
        for row in plan["cells"]
    ]
    grid = {
        "down": _axis(case, axes[0]),
        "across": _axis(case, axes[1]),
        "pays" if is_paid_of_target else "rates": cells,
    }
    counted = {"where": f"product_id = '{product_id(case, _VOLUME)}'", "rate": "0%"}
    target = decimal_text(12 * Fraction(plan.get("target_pay", "0")))
    put_plan(
        case, said, "month", {"commission": {"grid": grid}, _VOLUME: counted},
        target=f"{target} {said.currency} per year",
    )  # fmt: skip
    months: dict[str, int] = {}
    for lookup in case.inputs["lookups"]:
        rep = lookup["rep"]
        months[rep] = months.get(rep, 0) + 1
        _put_lookup(case, said, lookup, f"2025-{months[rep]:02}")


def _axis(case: Case, axis: dict[str, Any]) -> dict[str, list[str]]:
    only(("measure", "kind", "edge", "breaks"), axis, "an axis")
    if axis.get("kind") == "string":
        return {"product_id": [product_id(case, text) for text in axis["breaks"]]}
    name = axis["measure"]
    by = f"attainment({_VOLUME})" if name in _REACHED_BY_SALES else f"score({name})"
    word = "above" if axis.get("edge") == "upper_inclusive" else "from"
    return {by: [f"{word} {percent(edge)}" for edge in axis["breaks"]]}


def _put_lookup(case: Case, said: Said, lookup: dict[str, Any], month: str) -> None:
    rep, day = lookup["rep"], last_day(month)
    if Fraction(lookup["amount"]):
        put_sale(case, said, lookup["id"], day, rep, lookup["amount"])
        sold = product_id(case, lookup["product"])
        said.feeds["sales_line"][-1]["product_id"] = sold
        product = {"product_id": sold, "name": lookup["product"]}
        if product not in said.feeds["product"]:
            said.feeds["product"].append(product)
    for axis in (case.plan["rows"], case.plan["cols"]):
        name = axis["measure"]
        if axis.get("kind") == "string":
            continue
        if name not in _REACHED_BY_SALES:
            put_score(case, said, name, {"rep": rep, "period": month}, lookup[name])
            continue
        reached = decimal_text(_QUOTA * Fraction(lookup[name]))
        put_sale(case, said, f"{lookup['id']}-{name}", day, rep, reached)
        said.feeds["sales_line"][-1]["product_id"] = product_id(case, _VOLUME)
        put_quota(case, said, rep, _VOLUME, month, str(_QUOTA))
    volume = {"product_id": product_id(case, _VOLUME), "name": _VOLUME}
    if volume not in said.feeds["product"]:
        said.feeds["product"].append(volume)

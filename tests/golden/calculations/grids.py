"""Tables of two dimensions, in the words of the plan language."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..case import Case
from ..periods import last_day
from ..words import (
    NotSaid,
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


def matrix(case: Case, said: Said) -> None:
    """Each lookup of a rep is a month of its own, in which that much of the axes is reached."""
    plan = case.plan
    only(("rows", "cols", "cells", "cell", "target_pay"), plan, "matrix")
    axes = [plan["rows"], plan["cols"]]
    is_paid_of_target = plan.get("cell") == "payout_pct"
    table = _with_ends(plan["cells"], axes)
    cells = [
        [f"{percent(cell)} of target" if is_paid_of_target else percent(cell) for cell in row]
        for row in table
    ]
    grid = {
        "down": _axis(case, axes[0]),
        "across": _axis(case, axes[1]),
        "pays" if is_paid_of_target else "rates": cells,
    }
    if all(_is_text(axis) for axis in axes):
        raise NotSaid("a table of two texts")
    reached = [axis["measure"] for axis in axes if axis["measure"] in _REACHED_BY_SALES]
    counted = {
        name: {"where": f"product_id = '{product_id(case, name)}'", "rate": "0%"}
        for name in reached
    }
    paid: dict[str, Any] = {"grid": grid}
    if reached and not is_paid_of_target:
        names = ", ".join(f"'{product_id(case, name)}'" for name in reached)
        paid["where"] = f"not product_id in ({names})"
    target = decimal_text(12 * Fraction(plan.get("target_pay", "0")))
    put_plan(
        case, said, "month", {"commission": paid, **counted},
        target=f"{target} {said.currency} per year",
    )  # fmt: skip
    months: dict[str, int] = {}
    for lookup in case.inputs["lookups"]:
        rep = lookup["rep"]
        months[rep] = months.get(rep, 0) + 1
        _put_lookup(case, said, lookup, _month(months[rep]))


def _month(number: int) -> str:
    return f"{2025 + (number - 1) // 12}-{(number - 1) % 12 + 1:02}"


def _axis(case: Case, axis: dict[str, Any]) -> dict[str, list[str]]:
    only(("measure", "kind", "edge", "breaks"), axis, "an axis")
    if _is_text(axis):
        return {"product_id": [product_id(case, text) for text in axis["breaks"]]}
    name = axis["measure"]
    by = f"attainment({name})" if name in _REACHED_BY_SALES else f"score({name})"
    if not _has_upper_bounds(axis):
        return {by: [f"from {percent(edge)}" for edge in axis["breaks"]]}
    return {by: ["from 0%", *(f"above {percent(edge)}" for edge in axis["breaks"])]}


def _has_upper_bounds(axis: dict[str, Any]) -> bool:
    return axis.get("edge") == "upper_inclusive"


def _with_ends(cells: list[list[str]], axes: list[dict[str, Any]]) -> list[list[str]]:
    """Add what pays nothing: above the last break of an axis of upper bounds."""
    if _has_upper_bounds(axes[1]):
        cells = [[*row, "0"] for row in cells]
    if _has_upper_bounds(axes[0]):
        cells = [*cells, ["0"] * len(cells[0])]
    return cells


def _put_lookup(case: Case, said: Said, lookup: dict[str, Any], month: str) -> None:
    rep, day = lookup["rep"], last_day(month)
    put_sale(case, said, lookup["id"], day, rep, lookup["amount"])
    texts = [axis["measure"] for axis in (case.plan["rows"], case.plan["cols"]) if _is_text(axis)]
    for name in texts:
        sold = product_id(case, lookup[name])
        said.feeds["sales_line"][-1]["product_id"] = sold
        product = {"product_id": sold, "name": lookup[name]}
        if product not in said.feeds["product"]:
            said.feeds["product"].append(product)
    for axis in (case.plan["rows"], case.plan["cols"]):
        name = axis["measure"]
        if _is_text(axis):
            continue
        if name not in _REACHED_BY_SALES:
            put_score(case, said, name, {"rep": rep, "period": month}, lookup[name])
            continue
        reached = decimal_text(_QUOTA * Fraction(lookup[name]))
        put_sale(case, said, f"{lookup['id']}-{name}", day, rep, reached)
        said.feeds["sales_line"][-1]["product_id"] = product_id(case, name)
        put_quota(case, said, rep, name, month, str(_QUOTA))
        product = {"product_id": product_id(case, name), "name": name}
        if product not in said.feeds["product"]:
            said.feeds["product"].append(product)


def _is_text(axis: dict[str, Any]) -> bool:
    return axis.get("kind") == "string"

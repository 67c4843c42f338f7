"""The amounts that each order has beside its rate, as rows of the table `plan_order_amount`."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from .component_model import Component
from .units import parse_money, whole

ORDER_AMOUNT_SCHEMA = pa.schema(
    [
        ("component_key", pa.string()), ("curve_number", pa.int64()), ("fixed_minor", pa.int64()),
        ("minimum_minor", pa.int64()), ("maximum_minor", pa.int64()),
    ]
)  # fmt: skip


def order_amount_rows(
    component_key: str, component: Component, pay_digits: int
) -> list[dict[str, Any]]:
    """Give a row for each curve of a component with amounts: 0 is its own, then terms or cells.

    Raises ValueError where an amount has more decimals than the currency.
    """
    of_curves = [term.or_of(component) for term in component.terms or []]
    if component.cells is not None:
        of_curves = [component] * (len(component.cells.curves) - 1)
    return [
        {
            "component_key": component_key,
            "curve_number": number,
            "fixed_minor": _minor(said.fixed_per_order, pay_digits),
            "minimum_minor": _minor(said.min_per_order, pay_digits),
            "maximum_minor": _minor(said.max_per_order, pay_digits),
        }
        for number, said in enumerate([component, *of_curves])
        if said.order_texts
    ]


def _minor(text: str | None, pay_digits: int) -> int | None:
    """Give money in minor units of the currency."""
    if text is None:
        return None
    return whole(parse_money(text).value * 10**pay_digits, text)

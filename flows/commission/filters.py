"""The conditions that plans ask of sales, numbered, as rows of the table `plan_filter`."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from .condition_sql import columns_of, to_sql
from .conditions import parse_condition
from .sale_columns import sale_columns

FILTER_SCHEMA = pa.schema(
    [
        ("filter_number", pa.int64()), ("condition", pa.string()), ("filter_sql", pa.string()),
        ("tables", pa.string()),
    ]
)  # fmt: skip
EVERY_SALE = 0
"""The number of no condition."""


class Filters:
    """Numbers conditions in order of mention; the same condition has the same number."""

    def __init__(self, money_scale: int) -> None:
        self._scale = money_scale
        self._rows: dict[tuple[str, bool, bool], dict[str, Any]] = {}

    def number_of(
        self, text: str | None, *, is_of_order: bool = False, is_of_size: bool = False
    ) -> int:
        """Give the number of a condition; how its amounts are meant is said by `sale_columns`.

        Raises ConditionError where its money has more decimals than the workspace's.
        """
        if text is None:
            return EVERY_SALE
        condition = parse_condition(text)
        columns = sale_columns(self._scale, are_of_order=is_of_order, are_of_size=is_of_size)
        known = {name: column.value for name, column in columns.items()}
        tables = {table for name in condition.columns for table in columns[name].tables}
        row = {
            "filter_number": len(self._rows) + 1,
            "condition": str(condition),
            "filter_sql": to_sql(condition, columns_of(known)),
            "tables": " ".join(sorted(tables)),
        }
        key = (str(condition), is_of_order, is_of_size)
        return int(self._rows.setdefault(key, row)["filter_number"])

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the table."""
        return list(self._rows.values())


def asks_margin(conditions: list[str]) -> bool:
    """Whether a condition can't be answered for a sale without a cost."""
    asked = {name for text in conditions for name in parse_condition(text).columns}
    return not asked.isdisjoint(("margin_amount", "margin_rate", "markup_rate"))

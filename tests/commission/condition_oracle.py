"""Conditions read a second time, in Python: what they say of a row of values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from niaga.commission.conditions import (
    And,
    Comparison,
    Flag,
    Membership,
    Missing,
    Node,
    Not,
    Or,
)

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def holds(node: Node, row: Mapping[str, Any]) -> bool:
    """Read a condition a second time: two values of truth, and nothing equals what is missing."""
    match node:
        case Not(operand):
            return not holds(operand, row)
        case And(operands):
            return all(holds(each, row) for each in operands)
        case Or(operands):
            return any(holds(each, row) for each in operands)
        case Missing(reference):
            return row[str(reference)] is None
        case Flag(reference):
            return row[str(reference)] is True
        case Membership(reference, constants):
            return row[str(reference)] in [each.value for each in constants]
        case Comparison(reference, operator, constant):
            value = row[str(reference)]
            if value is None:
                return operator == "<>"
            return COMPARE[operator](value, constant.value)

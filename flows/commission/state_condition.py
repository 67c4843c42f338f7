"""Conditions on what has been reached: attainment, measure, score and goal, as rows of SQL.

A condition is compiled to clauses of which one must hold, each of literals that must all hold. So
conditions are data: one query answers those of all plans.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Annotated, Any

import pyarrow as pa
from pydantic import AfterValidator, Field

from .conditions import (
    And,
    Call,
    Comparison,
    Condition,
    ConditionError,
    Constant,
    Flag,
    Membership,
    Missing,
    Node,
    Not,
    Or,
    Reference,
    parse_condition,
)
from .units import LARGEST

CONDITION_SCHEMA = pa.schema(
    [
        ("component_key", pa.string()), ("condition_id", pa.string()),
        ("clause_number", pa.int64()), ("literal_number", pa.int64()), ("call", pa.string()),
        ("argument", pa.string()), ("operator", pa.string()), ("constant_numerator", pa.int64()),
        ("constant_denominator", pa.int64()), ("is_denied", pa.bool_()),
    ]
)  # fmt: skip
_MOST_CLAUSES = 64


@dataclass(frozen=True)
class _Literal:
    """A comparison of a call, or with the operator `is null` that it has no value."""

    call: Call
    operator: str
    constant: Fraction
    is_denied: bool


def state_condition(text: str) -> str:
    """Check a condition on what is reached; raise ConditionError where it is wrong."""
    _clauses(parse_condition(text), money_scale=6)
    return text


StateConditionText = Annotated[
    str, AfterValidator(state_condition), Field(examples=["attainment(revenue) >= 80%"])
]
"""A condition that is asked of a participant at the end of a period."""


def condition_rows(
    text: str, component_key: str, condition_id: str, money_scale: int
) -> list[dict[str, Any]]:
    """Give the rows of a condition.

    Raises ConditionError where its money has more decimals than the workspace's.
    """
    return [
        {
            "component_key": component_key,
            "condition_id": condition_id,
            "clause_number": clause_number,
            "literal_number": literal_number,
            "call": literal.call.function,
            "argument": literal.call.argument,
            "operator": literal.operator,
            "constant_numerator": literal.constant.numerator,
            "constant_denominator": literal.constant.denominator,
            "is_denied": literal.is_denied,
        }
        for clause_number, clause in enumerate(_clauses(parse_condition(text), money_scale), 1)
        for literal_number, literal in enumerate(clause, 1)
    ]


def calls_of(text: str) -> list[Call]:
    """Give the calls of a condition."""
    return [each for each in parse_condition(text).references if isinstance(each, Call)]


def _clauses(condition: Condition, money_scale: int) -> list[tuple[_Literal, ...]]:
    clauses = _Compiler(condition.text, money_scale).of(condition.root, is_denied=False)
    if len(clauses) > _MOST_CLAUSES:
        raise ConditionError(
            condition.text, 1, "has too many alternatives", "write several gates, or fewer `or`"
        )
    return clauses


MEASURE_UNITS = ("money", "units", "orders", "customers")
"""What measure(..) may be compared with."""


def decimals_of(unit: str, money_scale: int) -> int:
    """Give the decimals with which an amount in this unit is an integer."""
    return {"money": money_scale, "units": 6}.get(unit, 0)


class _Compiler:
    def __init__(self, text: str, money_scale: int) -> None:
        self._text = text
        self._scale = money_scale

    def of(self, node: Node, *, is_denied: bool) -> list[tuple[_Literal, ...]]:
        """Give the alternatives in which a node holds, or where it is denied does not."""
        if isinstance(node, Not):
            return self.of(node.operand, is_denied=not is_denied)
        if isinstance(node, And | Or):
            parts = [self.of(operand, is_denied=is_denied) for operand in node.operands]
            if isinstance(node, Or) != is_denied:
                return [clause for part in parts for clause in part]
            return self._all_of(parts)
        if isinstance(node, Membership):
            parts = [
                [(self._literal(node.reference, "=", constant, is_denied),)]
                for constant in node.constants
            ]
            if not is_denied:
                return [clause for part in parts for clause in part]
            return self._all_of(parts)
        if isinstance(node, Comparison):
            return [(self._literal(node.reference, node.operator, node.constant, is_denied),)]
        if isinstance(node, Missing):
            return [(_Literal(self._call(node.reference), "is null", Fraction(0), is_denied),)]
        return self._refuse_flag(node)

    def _all_of(self, parts: list[list[tuple[_Literal, ...]]]) -> list[tuple[_Literal, ...]]:
        total = 1
        for part in parts:
            total *= len(part)
        if total > _MOST_CLAUSES:
            raise ConditionError(
                self._text, 1, "has too many alternatives", "write several gates, or fewer `or`"
            )
        return [tuple(each for clause in chosen for each in clause) for chosen in product(*parts)]

    def _refuse_flag(self, node: Flag) -> list[tuple[_Literal, ...]]:
        call = self._call(node.reference)
        raise ConditionError(
            self._text, node.reference.position, f"`{call}` is no yes or no",
            f"compare it with a percentage: {call} >= 80%",
        )  # fmt: skip

    def _call(self, reference: Reference) -> Call:
        if not isinstance(reference, Call):
            raise ConditionError(
                self._text, reference.position,
                f"`{reference}` can't be asked here: there is no single sale",
                "ask attainment(..), measure(..), score(..) or goal(..)",
            )  # fmt: skip
        return reference

    def _literal(
        self, reference: Reference, operator: str, constant: Constant, is_denied: bool
    ) -> _Literal:
        call = self._call(reference)
        is_measure = call.function == "measure"
        units = MEASURE_UNITS if is_measure else ("share",)
        if constant.unit not in ("zero", *units) or not isinstance(constant.value, Fraction):
            example = "an amount: 500 USD, 3 orders" if is_measure else "a percentage: 80%"
            raise ConditionError(
                self._text, constant.position, f"`{call}` can't be compared with {constant}",
                f"compare it with {example}",
            )  # fmt: skip
        value = constant.value * 10 ** decimals_of(constant.unit, self._scale)
        if is_measure and value.denominator != 1:
            raise ConditionError(
                self._text, constant.position, f"{constant} has more decimals than sales have"
            )
        if max(abs(value.numerator), value.denominator) > LARGEST:
            raise ConditionError(self._text, constant.position, f"{constant} is too large")
        return _Literal(call, operator, value, is_denied)

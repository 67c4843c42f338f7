"""The conditions of plans as SQL expressions that mean the same on both engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ..wording import Refusal, did_you_mean
from .conditions import (
    And,
    Column,
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
    decimal_text,
)

_UNIT_OF_KIND = {
    "text": "text",
    "money": "money",
    "share": "share",
    "quantity": "units",
    "orders": "orders",
    "customers": "customers",
    "ordinal": "number",
    "date": "date",
    "boolean": "",
}
_EXAMPLE_OF_KIND = {
    "text": "text in quotes: 'tea'",
    "money": "money: 500 USD",
    "share": "a percentage: 5%",
    "quantity": "units: 10 units",
    "orders": "orders: 3 orders",
    "customers": "customers: 3 customers",
    "ordinal": "a bare number: 2",
    "date": "a day: 2026-01-31",
}
_WIDE = "decimal(38, 0)"


@dataclass(frozen=True)
class Value:
    """A value in SQL and its kind: a key of _UNIT_OF_KIND.

    Money and quantities are integers of `scale` decimals, or exact decimals where there is none.
    """

    sql: str
    kind: str
    scale: int | None = None


@dataclass(frozen=True)
class Ratio:
    """A share as two integers in SQL, so that it is compared without being rounded.

    It has no value where the denominator is NULL or 0.
    """

    numerator: str
    denominator: str


Resolved = Value | Ratio | tuple[Value | Ratio, ...]
"""What a reference stands for; of several, each must keep to the comparison."""

Resolve = Callable[[Reference], Resolved]


def columns_of(known: Mapping[str, Value | Ratio]) -> Resolve:
    """Resolve columns by name; raise Refusal for calls, and for names that are not known."""

    def resolve(reference: Reference) -> Value | Ratio:
        if not isinstance(reference, Column):
            raise Refusal(f"`{reference}` can't be asked here", "ask it in gates or bands")
        if reference.name not in known:
            raise Refusal(
                f"there is no column `{reference}`",
                did_you_mean(reference.name, known) or f"known here: {', '.join(sorted(known))}",
            )
        return known[reference.name]

    return resolve


def to_sql(condition: Condition, resolve: Resolve) -> str:
    """Give the condition as SQL that is true or false, never NULL.

    Raises ConditionError where `resolve` refuses a reference or its kind does not fit.
    """
    return _Compiler(condition.text, resolve).of(condition.root)


class _Compiler:
    def __init__(self, text: str, resolve: Resolve) -> None:
        self._text = text
        self._resolve = resolve

    def of(self, node: Node) -> str:
        if isinstance(node, Not):
            return f"not {self._group(node.operand)}"
        if isinstance(node, And | Or):
            word = " and " if isinstance(node, And) else " or "
            return word.join(self._group(operand) for operand in node.operands)
        parts = [self._leaf(node, value) for value in self._values(node.reference)]
        return parts[0] if len(parts) == 1 else "(" + " and ".join(parts) + ")"

    def _group(self, node: Node) -> str:
        return f"({self.of(node)})"

    def _values(self, reference: Reference) -> tuple[Value | Ratio, ...]:
        try:
            found = self._resolve(reference)
        except Refusal as refusal:
            raise self._error(reference, refusal.problem, refusal.remedy) from refusal
        return found if isinstance(found, tuple) else (found,)

    def _error(self, at: Reference | Constant, problem: str, remedy: str = "") -> ConditionError:
        return ConditionError(self._text, at.position, problem, remedy)

    def _leaf(self, leaf: Comparison | Membership | Missing | Flag, value: Value | Ratio) -> str:
        kind = "share" if isinstance(value, Ratio) else value.kind
        if isinstance(leaf, Missing):
            return _missing(value)
        if isinstance(leaf, Flag):
            if isinstance(value, Ratio) or kind != "boolean":
                raise self._error(
                    leaf.reference, f"`{leaf.reference}` is no yes or no: {_noun(kind)}",
                    f"compare it with {_EXAMPLE_OF_KIND[kind]}",
                )  # fmt: skip
            return f"coalesce({value.sql}, false)"
        constants = leaf.constants if isinstance(leaf, Membership) else (leaf.constant,)
        for constant in constants:
            self._check(leaf.reference, kind, constant)
        if isinstance(leaf, Membership):
            parts = [self._compared(value, "=", constant) for constant in constants]
            return parts[0] if len(parts) == 1 else "(" + " or ".join(parts) + ")"
        if kind == "text" and leaf.operator not in ("=", "<>"):
            raise self._error(
                leaf.reference, f"`{leaf.reference}` is text, which is neither above nor below",
                "use =, <> or in",
            )  # fmt: skip
        return self._compared(value, leaf.operator, leaf.constant)

    def _check(self, reference: Reference, kind: str, constant: Constant) -> None:
        if kind == "boolean":
            raise self._error(
                constant, f"`{reference}` is a yes or no",
                f"write {reference} or not {reference}",
            )  # fmt: skip
        is_zero = constant.unit == "zero" and kind not in ("text", "date")
        if not is_zero and constant.unit != _UNIT_OF_KIND[kind]:
            raise self._error(
                constant, f"`{reference}` is {_noun(kind)}, and {constant} is not",
                f"compare it with {_EXAMPLE_OF_KIND[kind]}",
            )  # fmt: skip

    def _compared(self, value: Value | Ratio, operator: str, constant: Constant) -> str:
        if isinstance(value, Ratio):
            compared = _ratio_compared(value, operator, constant)
        else:
            compared = f"{value.sql} {operator} {self._constant(value, constant)}"
        # What is missing differs from everything, and is nothing else.
        return f"coalesce({compared}, {'true' if operator == '<>' else 'false'})"

    def _constant(self, value: Value, constant: Constant) -> str:
        if isinstance(constant.value, str):
            return _quoted(constant.value)
        if isinstance(constant.value, date):
            return f"cast('{constant.value.isoformat()}' as date)"
        scaled = constant.value * 10 ** (value.scale or 0)
        is_whole = value.scale is not None or value.kind in ("ordinal", "orders", "customers")
        if is_whole and scaled.denominator != 1:
            raise self._error(
                constant, f"{constant} has more decimals than what it is compared with"
            )
        return decimal_text(scaled)


def _noun(kind: str) -> str:
    return {
        "share": "a percentage", "quantity": "a quantity", "orders": "a number of orders",
        "customers": "a number of customers", "ordinal": "a number without a unit",
        "date": "a date", "boolean": "a yes or no",
    }.get(kind, kind)  # fmt: skip


def _missing(value: Value | Ratio) -> str:
    if isinstance(value, Ratio):
        return f"({value.numerator} is null or coalesce({value.denominator}, 0) = 0)"
    return f"{value.sql} is null"


def _ratio_compared(ratio: Ratio, operator: str, constant: Constant) -> str:
    """Multiply instead of dividing; a negative denominator turns both sides around."""
    if not isinstance(constant.value, Fraction):
        raise TypeError(f"{constant} is no number")
    share = constant.value
    sign = f"case when {ratio.denominator} < 0 then -1 when {ratio.denominator} > 0 then 1 end"
    left = f"cast({ratio.numerator} as {_WIDE}) * ({sign}) * {share.denominator}"
    right = f"cast(abs({ratio.denominator}) as {_WIDE}) * {share.numerator}"
    return f"{left} {operator} {right}"


def _quoted(text: str) -> str:
    """Quote text, so that it stands for itself on engines that read backslashes, too."""
    pieces = text.split("\\")
    quoted = ["'" + piece.replace("'", "''") + "'" for piece in pieces]
    return quoted[0] if len(quoted) == 1 else "(" + " || chr(92) || ".join(quoted) + ")"

"""Write the select that maps the parts of a delivery to a feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..ingest import sql
from .joining import Join
from .matching import Derived, Fit, Match
from .vocabulary import vocabulary

_COMPARABLE = 40


@dataclass
class Select:
    """A select as it is being written, the types of raw columns that it needs, and its doubts."""

    driving: str
    joins: tuple[Join, ...] = ()
    lines: list[tuple[str, str]] = field(default_factory=list)
    """Each column: its SQL, and a comment."""
    typed: dict[tuple[str, str], str] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    used: set[tuple[str, str]] = field(default_factory=set)

    def name(self, part: str, column: str) -> str:
        """Write a column of a part, which is named where there are several parts."""
        self.used.add((part, column))
        return f"{part}.{sql.name(column)}" if self.joins else sql.name(column)

    def text(self, left_over: Sequence[tuple[str, str]]) -> str:
        """Write the whole select; `left_over` are columns that it could keep, by part and name."""
        prefix = f"{self.driving}." if self.joins else ""
        lines = [(f"{prefix}_row_number", ""), *self.lines]
        written = [
            f"    {text}{',' if at < len(lines) - 1 else ''}{f'  -- {note}' if note else ''}"
            for at, (text, note) in enumerate(lines)
        ]
        if left_over:
            written.append("    -- Not mapped; a column that is added is kept under its own name:")
            written += [f"    --   , {self._left_over(*place)}" for place in left_over]
        joined = [
            f"left join {join.part} on {join.to_part}.{sql.name(join.to_column)}"
            f" = {join.part}.{sql.name(join.column)}"
            for join in self.joins
        ]
        return "\n".join(["select", *written, f"from {self.driving}", *joined]) + "\n"

    def _left_over(self, part: str, column: str) -> str:
        name = sql.name(column)
        # A line break in a comment would end it.
        shown = " ".join(name.split()) if "\n" in name else name
        return f"{part}.{shown}" if self.joins else shown


def write_select(fit: Fit, driving: str, joins: tuple[Join, ...]) -> Select:
    """Map what was matched, fill what can be worked out, and mark what is missing."""
    needed = {match.part for match in fit.matches} | {driving}
    select = Select(driving, _needed(joins, needed))
    matches = {match.target.name: match for match in fit.matches}
    defaults = {default.target.name: default for default in fit.defaults}
    for target in fit.contract.columns:
        name = target.name
        if name in matches:
            expression = _mapped(select, fit, matches[name])
            note = "may be another one" if matches[name].certainty <= 0.8 else ""
            select.lines.append((f"{expression} as {name}", note))
        elif fit.contract.feed == "sales_line" and (made := _made(select, fit, name)):
            select.lines.append((f"{made[0]} as {name}", "worked out"))
            select.unsure.append(made[1])
        elif name in defaults:
            _write_default(select, fit, defaults[name])
        elif name in fit.missing:
            todo = sql.text(f"TODO: which column is {name}?")
            select.lines.append((f"error({todo})::varchar as {name}", "TODO"))
    return select


def _needed(joins: tuple[Join, ...], parts: set[str]) -> tuple[Join, ...]:
    """Leave out the joins of parts that fill nothing."""
    kept: list[Join] = []
    for join in reversed(joins):
        if join.part in parts:
            kept.append(join)
            parts = parts | {join.to_part}
    return tuple(reversed(kept))


def _mapped(select: Select, fit: Fit, match: Match) -> str:
    expression = select.name(match.part, match.column.name)
    target, column = match.target, match.column
    if target.type == "date" and column.is_typed and column.kind == "time":
        select.typed[match.part, column.name] = "timestamp"
        return f"cast({expression} as date)"
    if target.name == "discount_amount" and column.is_share and _is_rate(fit):
        return _discount(select, fit, match)
    if target.name == "cost_amount" and "unit" in vocabulary().tokens(column.title):
        return _times_quantity(select, fit, match)
    known = vocabulary().values.get(target.name, {})
    if target.allowed and known and column.distinct <= _COMPARABLE:
        return _translated(select, expression, match)
    return expression


def _is_rate(fit: Fit) -> bool:
    return fit.match("quantity") is not None and fit.match("unit_price") is not None


def _calculate(select: Select, match: Match, kind: str) -> str:
    select.typed[match.part, match.column.name] = kind
    return select.name(match.part, match.column.name)


def _discount(select: Select, fit: Fit, match: Match) -> str:
    price, quantity = fit.match("unit_price"), fit.match("quantity")
    if price is None or quantity is None:
        return select.name(match.part, match.column.name)
    select.unsure.append(
        f"`{match.column.title}` lies between 0 and 1: it is taken for a share of the price"
    )
    return (
        f"{_calculate(select, price, 'money')} * {_calculate(select, quantity, 'quantity')}"
        f" * {_calculate(select, match, 'rate')}"
    )


def _times_quantity(select: Select, fit: Fit, match: Match) -> str:
    quantity = fit.match("quantity")
    if quantity is None:
        return select.name(match.part, match.column.name)
    select.unsure.append(f"`{match.column.title}` is taken for the cost of one unit")
    return f"{_calculate(select, match, 'money')} * {_calculate(select, quantity, 'quantity')}"


def _translated(select: Select, expression: str, match: Match) -> str:
    """Put a column's own values in place of those of the export."""
    known = vocabulary().values[match.target.name]
    meaning = {word: allowed for allowed, words in known.items() for word in words}
    cases, unknown = [], []
    for value in match.column.values:
        allowed = meaning.get(value.lower())
        if value in match.target.allowed:
            continue
        if allowed:
            cases.append(f"when {sql.text(value)} then {sql.text(allowed)}")
        else:
            unknown.append(value)
    if unknown:
        named = ", ".join(unknown[:5])
        select.unsure.append(f"`{match.column.title}` has values that mean nothing yet: {named}")
    if not cases:
        return expression
    return f"case {expression} {' '.join(cases)} else {expression} end"


def _made(select: Select, fit: Fit, name: str) -> tuple[str, str] | None:
    """Work out a column of a sales line from others, with what is said about it."""
    order, price, quantity = fit.match("order_id"), fit.match("unit_price"), fit.match("quantity")
    if name == "line_number" and order is not None:
        key = select.name(order.part, order.column.name)
        number = "_row_number" if not select.joins else f"{select.driving}._row_number"
        return (
            f"row_number() over (partition by {key} order by {number})",
            "no column numbers the lines of an order: they are numbered as they stand in the file",
        )
    if name == "net_amount" and price is not None and quantity is not None:
        money, count = _calculate(select, price, "money"), _calculate(select, quantity, "quantity")
        discount = fit.match("discount_amount")
        if discount is None:
            return f"{money} * {count}", "no column is the net amount: it is price times quantity"
        if discount.column.is_share:
            share = _calculate(select, discount, "rate")
            return (
                f"{money} * {count} * (1 - {share})",
                "no column is the net amount: it is price times quantity less the discount",
            )
        amount = _calculate(select, discount, "money")
        return (
            f"{money} * {count} - coalesce({amount}, 0)",
            "no column is the net amount: it is price times quantity less the discount",
        )
    return None


def _write_default(select: Select, fit: Fit, default: Derived) -> None:
    quantity = fit.match("quantity")
    name = default.target.name
    if name == "document_type" and quantity is not None and quantity.column.has_negative:
        count = _calculate(select, quantity, "quantity")
        select.lines.append(
            (f"case when {count} < 0 then 'return' else 'sale' end as {name}", "a guess")
        )
        select.unsure.append("lines with a quantity below zero are taken for returns")
        return
    select.lines.append((f"{default.select} as {name}", "a guess"))
    select.unsure.append(default.note)

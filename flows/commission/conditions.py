"""The condition language of plans: text to a tree of what must hold.

    condition  = any ; any = all {"or" all} ; all = negation {"and" negation}
    negation   = ["not"] ( "(" any ")" | comparison )
    comparison = reference [ ("=" | "<>" | "<" | "<=" | ">" | ">=") constant
                           | "in" "(" constant {"," constant} ")" | "is" ["not"] "null" ]
    reference  = column | call "(" name ")"
    constant   = 'text' | 5% | 500 USD | 10 units | 3 orders | 2 customers | 12 | 2026-01-31

A bare reference is a yes or no (`new_customer`). A condition is true or false, never unknown: a
value that is missing is equal to nothing, differs from everything (`<>`), and is neither above nor
below anything. `condition_sql` gives the same as SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from ..wording import Refusal, did_you_mean

CALLS = ("attainment", "goal", "measure", "score")
_KEYWORDS = ("and", "in", "is", "not", "null", "or")
_OPERATORS = ("=", "<>", "<", "<=", ">", ">=")
_COUNTED = {"unit": "units", "order": "orders", "customer": "customers"}
_EXAMPLES = "write for example 'tea', 5%, 500 USD, 10 units, 3 orders or 2026-01-31"
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^']|'')*')
    | (?P<date>\d{4}-\d{2}-\d{2}(?![\w-]))
    | (?P<number>-?\d[\d_]*(?:\.\d+)?(?![\w.]))
    | (?P<name>[A-Za-z_][\w-]*)
    | (?P<mark><>|<=|>=|[=<>(),%])
    | (?P<unknown>\S)
    )""",
    re.VERBOSE,
)


class ConditionError(Refusal):
    """A condition that can't be understood; `position` is the character (from 1) it stops at."""

    def __init__(self, text: str, position: int, problem: str, remedy: str = "") -> None:
        super().__init__(f'character {position} of "{text}": {problem}', remedy)
        self.position = position


@dataclass(frozen=True)
class Column:
    """A value of the row that the condition is asked of."""

    name: str
    position: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Call:
    """What another component, objective or goal has reached; see CALLS."""

    function: str
    argument: str
    position: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return f"{self.function}({self.argument})"


Reference = Column | Call


@dataclass(frozen=True)
class Constant:
    """A value as the plan says it.

    `unit` is text, share (a fraction: 5% is 1/20), money (in `currency`), units, orders, customers,
    number (a bare one: an ordinal), zero (a bare 0, of any unit) or date.
    """

    value: str | Fraction | date
    unit: str
    currency: str = ""
    position: int = field(default=1, compare=False)

    def __str__(self) -> str:
        if isinstance(self.value, str):
            return "'" + self.value.replace("'", "''") + "'"
        if isinstance(self.value, date):
            return self.value.isoformat()
        number = decimal_text(self.value * (100 if self.unit == "share" else 1))
        if self.unit == "share":
            return f"{number}%"
        unit = self.currency if self.unit == "money" else self.unit
        return number if unit in ("zero", "number") else f"{number} {unit}"


@dataclass(frozen=True)
class Comparison:
    """A reference compared with a constant."""

    reference: Reference
    operator: str
    constant: Constant

    def __str__(self) -> str:
        return f"{self.reference} {self.operator} {self.constant}"


@dataclass(frozen=True)
class Membership:
    """A reference that is one of several constants."""

    reference: Reference
    constants: tuple[Constant, ...]

    def __str__(self) -> str:
        return f"{self.reference} in ({', '.join(map(str, self.constants))})"


@dataclass(frozen=True)
class Missing:
    """A reference without a value."""

    reference: Reference

    def __str__(self) -> str:
        return f"{self.reference} is null"


@dataclass(frozen=True)
class Flag:
    """A reference that is a yes or no, and yes."""

    reference: Reference

    def __str__(self) -> str:
        return str(self.reference)


@dataclass(frozen=True)
class Not:
    """What does not hold."""

    operand: Node

    def __str__(self) -> str:
        if isinstance(self.operand, Missing):
            return f"{self.operand.reference} is not null"
        is_compound = isinstance(self.operand, And | Or | Not)
        return f"not ({self.operand})" if is_compound else f"not {self.operand}"


@dataclass(frozen=True)
class And:
    """What holds together."""

    operands: tuple[Node, ...]

    def __str__(self) -> str:
        return " and ".join(
            f"({each})" if isinstance(each, And | Or) else str(each) for each in self.operands
        )


@dataclass(frozen=True)
class Or:
    """What holds at least once."""

    operands: tuple[Node, ...]

    def __str__(self) -> str:
        return " or ".join(
            f"({each})" if isinstance(each, Or) else str(each) for each in self.operands
        )


Node = Comparison | Membership | Missing | Flag | Not | And | Or


@dataclass(frozen=True)
class Condition:
    """A condition with the text it was read from; two of the same meaning in words are equal."""

    root: Node
    text: str = field(compare=False)

    def __str__(self) -> str:
        return str(self.root)

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every column and call, once, in order of mention."""
        return tuple(dict.fromkeys(leaf.reference for leaf in _leaves(self.root)))

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns."""
        return frozenset(each.name for each in self.references if isinstance(each, Column))

    @property
    def calls(self) -> frozenset[tuple[str, str]]:
        """The calls: function and argument."""
        return frozenset(
            (each.function, each.argument) for each in self.references if isinstance(each, Call)
        )

    @property
    def constants(self) -> tuple[Constant, ...]:
        """Every constant, in order of mention."""
        return tuple(constant for leaf in _leaves(self.root) for constant in _constants_of(leaf))

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies of the money that it names."""
        return frozenset(each.currency for each in self.constants if each.unit == "money")


_Leaf = Comparison | Membership | Missing | Flag


def _leaves(node: Node) -> Iterator[_Leaf]:
    if isinstance(node, Not):
        yield from _leaves(node.operand)
    elif isinstance(node, And | Or):
        for operand in node.operands:
            yield from _leaves(operand)
    else:
        yield node


def _constants_of(leaf: _Leaf) -> tuple[Constant, ...]:
    if isinstance(leaf, Comparison):
        return (leaf.constant,)
    return leaf.constants if isinstance(leaf, Membership) else ()


def decimal_text(value: Fraction) -> str:
    """Write an exact decimal without an exponent or trailing zeros."""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    number = f"{abs((value * 10**digits).numerator):0{digits + 1}d}"
    sign = "-" if value < 0 else ""
    return f"{sign}{number[:-digits]}.{number[-digits:]}" if digits else f"{sign}{number}"


def parse_condition(text: str) -> Condition:
    """Read a condition; raise ConditionError with the place it can't be understood from."""
    return Condition(_Parser(text).whole(), text)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int


class _Parser:
    """One pass over the tokens of a text, by recursive descent."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [
            _Token(str(found.lastgroup), found[str(found.lastgroup)], found.start(found.lastgroup))
            for found in _TOKEN.finditer(text)
            if found.lastgroup is not None
        ]
        self._tokens.append(_Token("end", "", len(text)))
        self._next = 0

    def whole(self) -> Node:
        node = self._any()
        if self._token.kind != "end":
            raise self._error(
                f"`{self._token.text}` is not expected here", "join with and, or, in small letters"
            )
        return node

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _error(self, problem: str, remedy: str = "", at: _Token | None = None) -> ConditionError:
        position = (at or self._token).position + 1
        return ConditionError(self._text, position, problem, remedy)

    def _take(self, *texts: str) -> bool:
        """Go past the next token if it is one of these keywords or marks."""
        is_taken = self._token.kind in ("name", "mark") and self._token.text in texts
        self._next += is_taken
        return is_taken

    def _expect(self, text: str, remedy: str) -> None:
        if not self._take(text):
            raise self._error(f"{self._found()} where `{text}` is expected", remedy)

    def _found(self) -> str:
        return "the text ends" if self._token.kind == "end" else f"`{self._token.text}` stands"

    def _any(self) -> Node:
        operands = [self._all()]
        while self._take("or"):
            operands.append(self._all())
        return operands[0] if len(operands) == 1 else Or(tuple(operands))

    def _all(self) -> Node:
        operands = [self._negation()]
        while self._take("and"):
            operands.append(self._negation())
        return operands[0] if len(operands) == 1 else And(tuple(operands))

    def _negation(self) -> Node:
        if self._take("not"):
            return Not(self._negation())
        if self._take("("):
            node = self._any()
            self._expect(")", "close the parenthesis")
            return node
        return self._comparison()

    def _comparison(self) -> Node:
        reference = self._reference()
        token = self._token
        if self._take("is"):
            is_negated = self._take("not")
            self._expect("null", "write is null or is not null")
            return Not(Missing(reference)) if is_negated else Missing(reference)
        if self._take("in"):
            return Membership(reference, self._list())
        if self._take("not"):
            raise self._error(
                "`not` stands before what it denies", f"write not {reference} in (..)", token
            )
        if self._take(*_OPERATORS):
            return Comparison(reference, token.text, self._constant())
        return Flag(reference)

    def _list(self) -> tuple[Constant, ...]:
        self._expect("(", "write in ('a', 'b')")
        constants = [self._constant()]
        while self._take(","):
            constants.append(self._constant())
        self._expect(")", "write in ('a', 'b')")
        return tuple(constants)

    def _reference(self) -> Reference:
        token = self._token
        if token.kind != "name" or token.text in _KEYWORDS:
            raise self._error(
                f"{self._found()} where a column or a call is expected",
                "a comparison begins with a column: product_line = 'tea'",
            )
        if token.text.lower() in _KEYWORDS:
            raise self._error(
                f"`{token.text}` is not understood", f"write {token.text.lower()} in small letters"
            )
        self._next += 1
        if not self._take("("):
            return Column(token.text, token.position + 1)
        if token.text not in CALLS:
            remedy = did_you_mean(token.text, CALLS) or f"known here: {', '.join(CALLS)}"
            raise self._error(f"there is no call `{token.text}`", remedy, token)
        argument = self._token
        if argument.kind != "name":
            raise self._error(f"{self._found()} where a name is expected", f"{token.text}(name)")
        self._next += 1
        self._expect(")", "close the parenthesis")
        return Call(token.text, argument.text, token.position + 1)

    def _constant(self) -> Constant:
        token = self._token
        at = token.position + 1
        self._next += 1
        if token.kind == "text":
            return Constant(token.text[1:-1].replace("''", "'"), "text", position=at)
        if token.kind == "date":
            try:
                return Constant(date.fromisoformat(token.text), "date", position=at)
            except ValueError:
                raise self._error(f"there is no day {token.text}", at=token) from None
        if token.kind == "number":
            return self._quantity(Fraction(token.text.replace("_", "")), at)
        self._next -= 1
        if token.text == "'":
            raise self._error("the quoted text has no end", "close it with '")
        if token.kind == "name" and token.text not in _KEYWORDS:
            raise self._error(
                f"`{token.text}` is no value", f"write text in quotes: '{token.text}'"
            )
        raise self._error(f"{self._found()} where a value is expected", _EXAMPLES)

    def _quantity(self, number: Fraction, at: int) -> Constant:
        unit = self._token
        if self._take("%"):
            return Constant(number / 100, "share", position=at)
        if unit.kind != "name" or unit.text.lower() in _KEYWORDS:
            return Constant(number, "zero" if number == 0 else "number", position=at)
        self._next += 1
        if re.fullmatch("[A-Z]{3}", unit.text):
            return Constant(number, "money", unit.text, position=at)
        counted = _COUNTED.get(unit.text, unit.text)
        if counted not in _COUNTED.values():
            raise self._error(f"`{unit.text}` is no unit", _EXAMPLES, unit)
        return Constant(number, counted, position=at)

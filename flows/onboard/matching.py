"""Find which feed a table fills, and which of its columns mean which columns of the feed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..ingest.contracts import Column as FeedColumn
from ..ingest.contracts import Contract, contracts
from .values import Column
from .vocabulary import LIKELY, vocabulary

_NUMBERS = ("integer", "quantity", "money", "rate")
_ACCEPTED = 0.55
_FILLED = 0.9
"""In this share of rows a column must have a value that every row needs; one may always lack it."""

_VAGUE = 0.4
_VAGUE_WORDS = {"id", "name", "type", "description", "date", "status", "category", "role", "line"}
_MARGIN = 0.04


@dataclass(frozen=True)
class Match:
    """A column of the file that seems to fill one of the feed."""

    target: FeedColumn
    part: str
    column: Column
    certainty: float


@dataclass(frozen=True)
class Derived:
    """SQL that fills a column of the feed from other columns, and what is said about it.

    `typed` are the columns of the file that it calculates with, and their types.
    """

    target: FeedColumn
    select: str
    note: str
    typed: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Fit:
    """How well a feed is filled; `missing` are required columns that nothing fills."""

    contract: Contract
    matches: tuple[Match, ...]
    defaults: tuple[Derived, ...]
    missing: tuple[str, ...]
    score: float

    def match(self, name: str) -> Match | None:
        """Give what fills a column of the feed."""
        return next((match for match in self.matches if match.target.name == name), None)


Columns = Sequence[tuple[str, Column]]
"""The columns of the parts of a delivery, each with its part; those of the first part first."""


def rank_feeds(columns: Columns, name: str, chosen: str | None) -> list[Fit]:
    """Give the feeds that the columns may fill, the best first; `name` is what the file is called.

    `chosen` is the only feed to try, where a person has said it.
    """
    words = set(vocabulary().tokens(name))
    feeds = [contracts()[chosen]] if chosen else contracts().values()
    fits = [_fit(contract, columns, words) for contract in feeds]
    return sorted(fits, key=lambda fit: -fit.score)


def is_clear(ranked: Sequence[Fit]) -> bool:
    """Tell whether the first feed fits, and clearly better than the next one."""
    if not ranked or ranked[0].score < _ACCEPTED or len(ranked[0].matches) < 2:
        return False
    return len(ranked) < 2 or ranked[0].score - ranked[1].score >= _MARGIN


def _fit(contract: Contract, columns: Columns, words: set[str]) -> Fit:
    matches = _assign(contract, columns)
    hint = bool(words & vocabulary().files.get(contract.feed, frozenset()))
    matched = {
        match.target.name: match.certainty * (_VAGUE if _is_vague(match) and not hint else 1)
        for match in matches
    }
    defaults = _defaults(contract, matched)
    filled = matched | {default.target.name: 0.4 for default in defaults}
    filled |= dict.fromkeys(_derivable(contract, matched) - set(matched), 0.7)
    needed = [*contract.required, *_one_of(contract, filled)]
    missing = tuple(name for name in needed if name not in filled)
    coverage = sum(filled.get(name, 0) for name in needed) / len(needed)
    known = sum(matched.values())
    explained = known / max(1, sum(bool(column.title) for _, column in columns))
    score = 0.5 * coverage + 0.2 * min(1.0, known / 6) + 0.2 * min(1.0, explained) + 0.1 * hint
    if not _can_be_key(contract, matches, columns):
        score *= 0.5
    if coverage < 0.5:
        score *= 0.5
    return Fit(contract, matches, defaults, missing, score)


def _is_vague(match: Match) -> bool:
    """Tell whether a title is that of a column in any table, like `id` or `name`."""
    return set(vocabulary().tokens(match.column.title)) <= _VAGUE_WORDS


def _one_of(contract: Contract, filled: Iterable[str]) -> tuple[str, ...]:
    """Give the group of columns that is filled best, of those of which one is needed."""
    if not contract.one_of:
        return ()
    known = set(filled)
    return max(contract.one_of, key=lambda group: len(known & set(group)) / len(group))


def _assign(contract: Contract, columns: Columns) -> tuple[Match, ...]:
    """Give each column of the feed the one of the file that means it most surely."""
    possible = [
        (likeness, at, match)
        for at, (part, column) in enumerate(columns)
        for target in contract.columns
        if (likeness := vocabulary().likeness(column.title, contract.feed, target.name))
        and fits(target, column)
        for match in [Match(target, part, column, likeness)]
    ]
    order = {target.name: place for place, target in enumerate(contract.columns)}
    possible.sort(
        key=lambda found: (
            -found[0], not found[2].target.required, found[1], order[found[2].target.name],
        )
    )  # fmt: skip
    chosen: dict[str, Match] = {}
    used: set[tuple[str, str]] = set()
    for _, _, match in possible:
        place = (match.part, match.column.name)
        if match.target.name not in chosen and place not in used:
            chosen[match.target.name] = match
            used.add(place)
    for _, _, match in possible:
        # An export with one date only has it for the one that every record needs, too.
        if match.target.required and match.target.name not in chosen:
            chosen[match.target.name] = replace(match, certainty=min(match.certainty, LIKELY))
    if _is_share_of_nothing(chosen):
        del chosen["discount_amount"]
    return tuple(sorted(chosen.values(), key=lambda match: order[match.target.name]))


def _is_share_of_nothing(chosen: dict[str, Match]) -> bool:
    """Tell whether the discount is a share, and there is no price that it is a share of."""
    discount = chosen.get("discount_amount")
    is_share = discount is not None and discount.column.is_share
    return is_share and not {"unit_price", "quantity"} <= set(chosen)


def fits(target: FeedColumn, column: Column) -> bool:
    """Tell whether the values of a column can be those of the feed's."""
    if column.kind == "empty":
        return not target.required
    if target.required and column.rows - column.filled > max(1, (1 - _FILLED) * column.rows):
        return False
    if target.name.endswith("_id") and (column.is_share or column.writing.decimal):
        return False
    if target.name == "order_id" and sum(map(_has_digit, column.values)) < 0.9 * len(column.values):
        return False
    if known := vocabulary().values.get(target.name) if target.allowed else None:
        words = {word for words in known.values() for word in words} | set(target.allowed)
        return any(value.lower() in words for value in column.values)
    if target.type in _NUMBERS:
        return column.kind == "number"
    if target.type in ("date", "timestamp"):
        return column.kind in ("date", "time")
    if target.type == "boolean":
        return column.kind == "boolean" or set(column.values) <= {"0", "1"}
    return column.kind not in ("date", "time") or target.name in ("period", "month")


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _defaults(contract: Contract, matched: Iterable[str]) -> tuple[Derived, ...]:
    known = vocabulary().defaults.get(contract.feed, {})
    return tuple(
        Derived(target, *known[target.name])
        for target in contract.columns
        if target.name in known and target.name not in matched
    )


def _derivable(contract: Contract, matched: Iterable[str]) -> set[str]:
    if contract.feed != "sales_line":
        return set()
    known = set(matched)
    found = {"line_number"} if "order_id" in known else set()
    return found | ({"net_amount"} if {"quantity", "unit_price"} <= known else set())


def _can_be_key(contract: Contract, matches: tuple[Match, ...], columns: Columns) -> bool:
    """Tell whether the key of a feed with a key of one column is one in the file."""
    keys = [match for match in matches if match.target.key]
    if len(contract.key) > 1 or not keys:
        return True
    column = keys[0].column
    is_first = not columns or keys[0].part == columns[0][0]
    return is_first and column.distinct >= 0.95 * column.filled


def unsure_matches(fit: Fit) -> list[str]:
    """Say which columns only may be what they are taken for."""
    return [
        f"`{match.column.title}` may be {match.target.name}"
        for match in fit.matches
        if match.certainty <= LIKELY
    ]

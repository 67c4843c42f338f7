"""Tell of single texts what they seem to be, to find where in a file its table begins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Kind = Literal["empty", "value", "text"]
"""A `value` is a number, a moment or a truth: what the title of a column hardly ever is."""

NULL_WORDS = (
    "NULL", "null", "(null)", "\\N", "NA", "N/A", "n/a", "#N/A", "#NA", "NaN", "nan", "None",
    "none", "-", "--", "?", "..", "#NULL!", "#VALUE!", "#DIV/0!", "#REF!", "<NA>", "NIL", "kosong",
    "0000-00-00", "0000-00-00 00:00:00",
)  # fmt: skip
"""Texts that stand for no value, where the rest of a column is numbers or dates."""

_NUMBER = re.compile(
    r"[-+(]{0,2}\s*(?:[A-Z]{0,3}[$€£¥₹]|Rp\.?|[A-Z]{3}\s)?\s*[-+]?"
    r"(?:\d[\d.,' \u00a0\u202f]*|[.,]\d+)(?:[eE][-+]?\d+)?\s*(?:%|[$€£])?\)?-?"
)
_DAY = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}(?:[ T,].*)?")
_NAMED_DAY = re.compile(r"\d{1,2}[-/. ]\s?[^\W\d_]{3,9}\.?[-/., ]\s?\d{2,4}(?:[ T].*)?")
_MONTH_FIRST = re.compile(r"[^\W\d_]{3,9}\.? \d{1,2},? \d{4}(?:[ T].*)?")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?")
_TRUTH = {"true", "false"}
_YEAR = re.compile(r"(?:19|20)\d{2}|\d{1,3}")

_TAKEN = {"_row_number"}
_EXAMINED = 200


def kind_of(text: str | None) -> Kind:
    """Tell whether a text is nothing, a value, or words."""
    stripped = (text or "").strip()
    if not stripped or stripped in NULL_WORDS:
        return "empty"
    if len(stripped) > 60:
        return "text"
    patterns = (_NUMBER, _DAY, _NAMED_DAY, _MONTH_FIRST, _CLOCK)
    is_value = stripped.lower() in _TRUTH or any(
        pattern.fullmatch(stripped) for pattern in patterns
    )
    return "value" if is_value else "text"


def can_name(titles: Iterable[str]) -> bool:
    """Tell whether columns can be read by these names: none comes twice, or is one of niaga's."""
    names = [title.strip().lower() for title in titles if title.strip()]
    is_taken = any(name in _TAKEN or "\0" in name for name in names)
    return len(set(names)) == len(names) and not is_taken


@dataclass(frozen=True)
class Heading:
    """Where a table begins: the index of its first row, and whether that names the columns."""

    index: int
    is_header: bool
    is_sure: bool


def find_heading(rows: Sequence[Sequence[str | None]], width: int) -> Heading:
    """Find the header among the first rows; those before it, titles and notes, fill few cells."""
    kinds = [[kind_of(cell) for cell in row] for row in rows]
    filled = [sum(kind != "empty" for kind in row) for row in kinds]
    most = max(filled, default=0)
    usual = min(width, most)
    first = next(
        (
            index
            for index, count in enumerate(filled)
            if len(rows[index]) >= min(width, 2) and count >= max(1, 0.6 * usual)
        ),
        0,
    )
    return _judge(rows, kinds, first)


def _judge(rows: Sequence[Sequence[str | None]], kinds: list[list[Kind]], first: int) -> Heading:
    """Compare the first row with those below it, column by column."""
    if first >= len(rows):
        return Heading(first, True, False)
    texts = [(cell or "").strip() for cell in rows[first]]
    body = range(first + 1, min(len(rows), first + 1 + _EXAMINED))
    for_names, against = 0, 0
    for column, kind in enumerate(kinds[first]):
        below = [kinds[row][column] for row in body if column < len(kinds[row])]
        is_values = below.count("value") > 0.6 * max(1, len(below) - below.count("empty"))
        if kind == "text" and is_values:
            for_names += 1
        elif kind == "value" and not _is_year_above(texts[column], rows, body, column):
            against += 1
    if against and _is_series(texts, kinds[first]):
        return Heading(first, True, False)
    if for_names or against:
        return Heading(first, for_names > against, for_names == 0 or against == 0)
    if "text" not in kinds[first]:
        return Heading(first, False, False)
    if not body:
        return Heading(first, True, False)
    return Heading(first, not _is_repeated(rows, texts, body), False)


def _is_year_above(
    text: str, rows: Sequence[Sequence[str | None]], body: range, column: int
) -> bool:
    """Tell whether a value is a year, and none below it may be one: then it is a title."""
    below = [rows[row][column] for row in body if column < len(rows[row])]
    is_year = re.fullmatch(r"(?:19|20)\d{2}", text) is not None
    return (
        is_year
        and bool(below)
        and not any(re.fullmatch(r"\d{4}", (cell or "").strip()) for cell in below)
    )


def _is_series(texts: list[str], kinds: list[Kind]) -> bool:
    """Tell whether the values of a header are years or numbers one after the other, or days."""
    values = [text for text, kind in zip(texts, kinds, strict=True) if kind == "value"]
    has_words = "text" in kinds
    if len(values) < 2 or not has_words or len(set(values)) < len(values):
        return False
    if all(_YEAR.fullmatch(value) for value in values):
        steps = {int(after) - int(before) for before, after in pairwise(values)}
        return len(steps) == 1 and len(values) > 2
    return len(values) > 3 and all(_DAY.fullmatch(value) for value in values)


def _is_repeated(rows: Sequence[Sequence[str | None]], texts: list[str], body: range) -> bool:
    """Tell whether what the first row says is said again below: then it is a record."""
    repeated = sum(
        bool(text) and any(column < len(rows[row]) and rows[row][column] == text for row in body)
        for column, text in enumerate(texts)
    )
    return repeated > 0 and repeated * 4 >= sum(map(bool, texts))

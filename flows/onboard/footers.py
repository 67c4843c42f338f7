"""Find the footer of a table: totals, counts and who printed it, which stand behind the records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ..ingest.footer import MOST_LINES
from .vocabulary import vocabulary

_COMPARED = 50
"""How many rows in front of what may be a footer say how many cells a record fills."""

_NO_ROW = -1
_DIVIDERS = re.compile(r"[;,\t|~^\x01\x1f\"]")
_BLANKS = re.compile(" {2,}")
_RULE = re.compile(r"([-=_*])\1{2,}(?: \1+)*")
"""A cell of a line that is drawn over totals, or under titles."""


@dataclass(frozen=True)
class Footer:
    """What may be a footer: the pattern of its first row, and how many rows it has with blanks."""

    pattern: str
    rows: int

    @property
    def note(self) -> str:
        """What a person has to know of a source with this footer."""
        return (
            f"`{self.pattern}` is taken for the first line behind the records: a file without it is"
            " rejected as cut off, and so a record must not begin like it"
        )

    @property
    def doubt(self) -> str:
        """What a person has to decide where the rows can't be told from records."""
        return (
            f"a last line like `{self.pattern}` is read as a record, for it can't be told from one:"
            " look whether it is a total"
        )


def find_text_footer(lines: Sequence[str]) -> Footer | None:
    """Look for a footer in the last lines of a text, whatever divides its fields."""
    is_fixed = 2 * sum(_BLANKS.search(line) is not None for line in lines) > len(lines)
    dividers = _BLANKS if is_fixed else _DIVIDERS
    return _find([dividers.split(line) for line in lines], lines, dividers)


def find_sheet_footer(rows: Sequence[Sequence[str]]) -> Footer | None:
    """Look for a footer in the last rows of a sheet, whose cells are given as texts."""
    # The reader compares a cell as one line with single blanks, too.
    plain = [[" ".join(cell.split()) for cell in row] for row in rows]
    return _find(plain, [next(filter(None, row), "") for row in plain], _DIVIDERS)


def _find(
    rows: Sequence[Sequence[str]], texts: Sequence[str], dividers: re.Pattern[str]
) -> Footer | None:
    """Find the first of the last rows that begins a footer, and has no record behind it.

    `texts` are what a pattern is compared with for each row.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    places = [at for at, count in enumerate(filled) if count]
    begins = {at: _pattern(rows[at], texts[at], dividers) for at in places[-MOST_LINES:]}
    for at, behind in pairwise([*begins, _NO_ROW]):
        if _is_rule(rows[at]) and begins.get(behind) is None:
            # What is drawn under titles, or at the end, begins no footer.
            begins[at] = None
    patterns = list(begins.values())
    for position, (start, pattern) in enumerate(begins.items()):
        before = [filled[at] for at in places if at < start][-_COMPARED:]
        records = [at for at in places if at > start and not begins[at]]
        # The reader takes the first line like it: a subtotal of many can't begin a footer.
        if not pattern or not before or pattern in patterns[:position]:
            continue
        if all(filled[at] <= median(before) / 2 for at in records):
            return Footer(pattern, len(rows) - start)
    return None


def _pattern(row: Sequence[str], text: str, dividers: re.Pattern[str]) -> str | None:
    """Give the pattern of a row whose first filled cell says that it is no record.

    It is as narrow as it can be: a record `TOTAL ENERGIES` is not like the totals.
    """
    cell = next(cell for cell in row if cell.strip())
    place = text.index(cell)
    behind = text[place + len(cell) :]
    words = vocabulary().footers
    counted = re.fullmatch(
        rf"\W*\d[\d.,]*\W*(?:{_any(words['counted'])})(?:\(s\))?(?: selected)?\W*", cell, re.I
    )
    if counted:
        return _shortest(text[:place] + re.sub(r"\d[\d.,]*", "*", cell))
    if _is_rule(row):
        return f"{text[:place]}{cell.strip()[:3]}*"
    if whole := re.match(rf"\W*(?:{_any(words['totals'])})(?=[\W\d]*$)\D*", cell, re.I):
        divider = dividers.match(behind)
        end = place + whole.end()
        if whole.end() < len(cell) or not divider:
            return _shortest(text[:end] + ("*" if text[end:] else ""))
        return _shortest(text[:end] + divider[0][:2] + "*")
    begun = re.match(rf"\W*(?:{_any(words['trailers'])})\b", cell, re.I)
    return _shortest(text[: place + begun.end()] + "*") if begun else None


def _is_rule(row: Sequence[str]) -> bool:
    return all(_RULE.fullmatch(cell.strip()) for cell in row if cell.strip())


def _any(phrases: Sequence[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in longest_first)


def _shortest(pattern: str) -> str:
    return re.sub(r"\*+", "*", pattern)

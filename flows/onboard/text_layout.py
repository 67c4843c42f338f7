"""Find how a text file is divided into records and fields."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from .kinds import Heading, can_name, find_heading, kind_of

_RECORDS = 2000
_SCORED = 300
_COMMON = ",;\t|"
_RARE = "^~\x01\x1f¦§¬#: /"
_EVERYDAY = str.maketrans("", "", "#: /")
"""Characters of ordinary text: they divide nothing where there are better ones."""
_LIKELIHOOD = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 1.0, " ": 0.6, ":": 0.6, "/": 0.5, "#": 0.7}
_LONG = ("||", "+|", "~|~", "|~|", "^|^", "~|", "^|", "::", ";;", "~~", "&&", "<>", "\t|\t", "|;|")
_LEAST = 0.2
_NO_HEADING = Heading(0, True, False)
_SEPARATOR_LINE = re.compile(r"sep=(.)\n", re.IGNORECASE)


@dataclass(frozen=True)
class TextLayout:
    """A way to read a text, and how well it divides it: 1.0 is into records that are all alike."""

    delimiter: str
    quote: str
    score: float
    width: int
    skip_rows: int = 0
    heading: Heading = _NO_HEADING
    titles: tuple[str, ...] = ()
    """What the first record says, where it names the columns."""
    first_width: int = 0
    has_quotes: bool = False

    @property
    def is_readable(self) -> bool:
        """Whether the header names as many columns as records have, and each but once."""
        return self.first_width == self.width and can_name(self.titles)

    def format(self, **more: Any) -> dict[str, Any]:
        """Give the keys of the source's `format` that are not the default."""
        header = self.heading.is_header
        skipped = self.skip_rows
        if header and not self.is_readable:
            # Its names can't be told apart, or stand above other columns than they say.
            header, skipped = False, skipped + 1
        keys: dict[str, Any] = {"type": "csv"}
        keys |= {"delimiter": self.delimiter} if self.delimiter != "," else {}
        keys |= {"quote": self.quote} if self.quote != '"' else {}
        keys |= {name: value for name, value in more.items() if value is not None}
        keys |= {} if header else {"header": False}
        return keys | ({"skip_rows": skipped} if skipped else {})


def divide(sample: str, is_whole: bool) -> list[TextLayout]:
    """Give the ways to read a text, the best first; none where it has no fields.

    `sample` is the beginning of the text with Unix line ends, `is_whole` whether it is all of it.
    """
    if not is_whole:
        sample = sample[: sample.rfind("\n") + 1] or sample
    stated = _SEPARATOR_LINE.match(sample)
    found = [
        layout
        for delimiter in ([stated[1]] if stated else _delimiters(sample))
        for quote in _quotes(sample, delimiter)
        if (layout := _score(sample, delimiter, quote)).score > _LEAST
    ]
    ranked = sorted(found, key=lambda layout: -layout.score)
    if not ranked and (single := _one_column(sample)):
        ranked = [single]
    return [_with_heading(sample, layout) for layout in ranked[:4]]


def _delimiters(sample: str) -> Iterator[str]:
    lines = [line for line in sample.split("\n")[:_SCORED] if line]
    long = [mark for mark in _LONG if _divides(mark, lines)]
    yield from long[:1]
    divided = sum(any(mark in line for mark in _COMMON) for line in lines)
    rare = _RARE if divided <= 0.2 * len(lines) else _RARE.translate(_EVERYDAY)
    parts = set("".join(long[:1]))
    yield from (mark for mark in _COMMON + rare if mark in sample and mark not in parts)


def _divides(mark: str, lines: list[str]) -> bool:
    """Tell whether several characters stand together in nearly all lines, and in no other way.

    Different ones may also stand in texts, if together they come as often in every line.
    """
    counts = Counter(line.count(mark) for line in lines)
    usual, share = counts.most_common(1)[0] if counts else (0, 0)
    # `a||b` is an empty field between two bars, unless bars come in no other way.
    is_apart = all(line.count(mark[0]) == line.count(mark) * mark.count(mark[0]) for line in lines)
    is_sure = len(set(mark)) > 1 and share == len(lines)
    return usual > 0 and share > 0.8 * len(lines) and (is_apart or is_sure)


def _quotes(sample: str, delimiter: str) -> Iterator[str]:
    yield '"'
    if '"' in sample:
        yield ""
    mark = re.escape(delimiter)
    single = len(re.findall(f"(?:^|{mark})'[^'\n]*'(?={mark}|$)", sample, re.MULTILINE))
    if single > sample.count("\n"):
        yield "'"


def _split(sample: str, delimiter: str, quote: str) -> Iterator[tuple[int, list[str]]]:
    """Give the records, blank ones too, each with the number of lines before it."""
    lines = sample.split("\n")
    if lines[-1] == "":
        lines.pop()
    if len(delimiter) > 1:
        yield from ((at, line.split(delimiter)) for at, line in enumerate(lines[:_RECORDS]))
        return
    numbered = (line + "\n" for line in lines)
    if quote:
        reader = csv.reader(numbered, delimiter=delimiter, quotechar=quote)
    else:
        reader = csv.reader(numbered, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    before = 0
    for _ in range(_RECORDS):
        try:
            record = next(reader, None)
        except csv.Error:
            return
        if record is None:
            return
        yield before, record
        before = reader.line_num


def _score(sample: str, delimiter: str, quote: str) -> TextLayout:
    """Judge how much alike the records are, and whether their fields are whole values."""
    records = [record for _, record in _split(sample, delimiter, quote) if record]
    widths = Counter(map(len, records))
    if not widths:
        return TextLayout(delimiter, quote, 0, 0)
    width = max(widths, key=lambda width: (widths[width] * (width > 1), width))
    first = next(at for at, record in enumerate(records) if len(record) == width)
    # What stands in front of a table may be written in any way.
    table = records[first if first <= 30 else 0 :]
    share = sum(len(record) == width for record in table) / len(table)
    if first > 0.5 * len(records):
        share *= 0.5
    cells = [cell for record in table[:_SCORED] if len(record) == width for cell in record]
    whole = sum(_is_whole(cell, delimiter) for cell in cells) / max(1, len(cells))
    likelihood = _LIKELIHOOD.get(delimiter, 0.8) + (0.25 if len(delimiter) > 1 else 0)
    score = share**2 * (1 - 1 / width) * (0.2 + 0.8 * whole) * likelihood
    if delimiter in _RARE and (len(records) < 3 or share < 0.9 or _are_values(sample)):
        score = 0
    # Of two ways that are as good the one with quotes is meant.
    return TextLayout(
        delimiter, quote, score + (0.01 if quote == '"' else 0), width, has_quotes='"' in sample
    )


def _are_values(sample: str) -> bool:
    """Tell whether the lines are numbers, days or times as they are."""
    lines = sample.split("\n", _SCORED)[:_SCORED]
    return sum(kind_of(line) == "value" for line in lines) > 0.5 * len(lines)


def _is_whole(cell: str, delimiter: str) -> bool:
    """Tell whether a field does not look cut, or like two fields in one."""
    stripped = cell.strip()
    if not stripped or kind_of(stripped) == "value":
        return True
    if stripped[0] in "\"'" or stripped[-1] == '"':
        return False
    others = _COMMON.replace(delimiter, "").replace(",", "")
    if any(other in stripped for other in others):
        return False
    # A comma between fields has no blank in front of the next one, one in a sentence has.
    return not (delimiter in ", :" and cell.startswith(" ") and stripped[0].islower())


def _one_column(sample: str) -> TextLayout | None:
    """Read lines that no character divides as the values of one column, if they are short."""
    lines = [line for line in sample.split("\n")[:_RECORDS] if line.strip()]
    wordy = sum(len(line.split()) > 6 or len(line) > 80 for line in lines)
    divided = sum(any(mark in line for mark in _COMMON) for line in lines)
    unused = next((mark for mark in _COMMON + "\x1f" if mark not in sample), None)
    if not lines or max(wordy, divided) > 0.05 * len(lines) or unused is None:
        return None
    if any(mark in lines[0] for mark in _COMMON):
        return None
    return TextLayout(unused, '"', 0.5, 1)


def _with_heading(sample: str, layout: TextLayout) -> TextLayout:
    records = [
        (before, record)
        for before, record in _split(sample, layout.delimiter, layout.quote)
        if any(cell.strip() for cell in record) or len(record) > 1
    ]
    if not records:
        return layout
    if stated := _SEPARATOR_LINE.match(sample):
        records = [(before, record) for before, record in records if before or not stated]
    near = max(layout.width - 1, 1)
    start = next(
        (at for at, (_, record) in enumerate(records[:60]) if near <= len(record)),
        0,
    )
    rows = [record for _, record in records[start:]]
    heading = find_heading(rows, layout.width)
    chosen = start + heading.index
    if chosen >= len(records):
        chosen, heading = start, replace(heading, index=0)
    before, first = records[chosen]
    body = Counter(len(record) for _, record in records[chosen + 1 :]).most_common(1)
    width = body[0][0] if body else len(first)
    titles = tuple(cell.strip() for cell in first) if heading.is_header else ()
    return replace(
        layout, skip_rows=before, heading=heading, titles=titles, first_width=len(first),
        width=width if heading.is_header else len(first),
    )  # fmt: skip

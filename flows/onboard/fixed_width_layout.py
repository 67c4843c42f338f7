"""Find the columns of a text whose fields have their places: where all records have blanks.

    No       Tanggal    Barang          Qty      Harga
    F001     05/01/2026 Sabun cair       10   1.500,00

What lies between two columns belongs to one of them, so that a value that is longer than those
looked at is never cut: it makes its neighbour a value that can't be read, or is read whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from .kinds import Heading, can_name, find_heading, kind_of
from .text_layout import TextLayout

_RECORDS = 2000
_LONGEST = 2000
_FEWEST_RECORDS = 3
_TITLE_LINES = 60
_ALIKE = 0.9
"""In this share of lines there are as many characters, else they have no places."""

_RULE = re.compile(r"[-=_~*]{2,}(?:[ |+]+[-=_~*]+)+\s*")
"""A line that is drawn under the titles, with a stroke for each column."""


@dataclass(frozen=True)
class _Span:
    """Characters of a line, from `start` up to but not with `end`, counted from 0."""

    start: int
    end: int

    def of(self, line: str) -> str:
        return line[self.start : self.end]


@dataclass(frozen=True)
class FixedWidthLayout:
    """The fields of a text of fixed width; `titles` are empty where no line names them."""

    spans: tuple[_Span, ...]
    length: int
    skip_rows: int
    heading: Heading
    titles: tuple[str, ...]
    is_ragged: bool = False
    """Whether lines lack the blanks at their end."""

    @property
    def has_names(self) -> bool:
        """Whether the titles can be the names of columns."""
        return any(self.titles) and can_name(self.titles)

    def format(self, **more: Any) -> dict[str, Any]:
        """Give the keys of the source's `format` that are not the default."""
        titles = self.titles if self.has_names else [""] * len(self.spans)
        fields = {
            title or f"column_{number}": [span.start + 1, span.end - span.start]
            for number, (title, span) in enumerate(zip(titles, self.spans, strict=True), 1)
        }
        keys: dict[str, Any] = {"type": "fixed_width", "fields": fields}
        keys |= {"trailing_blanks": "optional"} if self.is_ragged else {}
        keys |= {name: value for name, value in more.items() if value is not None}
        return keys | ({"skip_rows": self.skip_rows} if self.skip_rows else {})

    def fits_better_than(self, other: TextLayout, sample: str) -> bool:
        """Tell whether a delimiter leaves several fields together, with blanks between them."""
        lines = sample.split("\n")[self.skip_rows :][:_RECORDS]
        if other.delimiter == " ":
            return _are_crowded(lines)
        cells = [line.split(other.delimiter) for line in lines if line.strip()]
        crowded = sum(any("  " in cell.strip() for cell in row) for row in cells)
        # A mark of thousands divides the lines that have such an amount, and no others.
        is_even = sum(len(row) == other.width for row in cells) >= _ALIKE * len(cells)
        return crowded > 0.5 * len(cells) and (other.width < len(self.spans) or not is_even)


def find_fields(sample: str) -> FixedWidthLayout | None:
    """Give the fields of a text with Unix line ends; None where its lines have none in common."""
    lines = sample.removesuffix("\n").split("\n")[: _RECORDS + _TITLE_LINES]
    lengths = Counter(len(line) for line in lines if line.strip())
    if not lengths or max(lengths) > _LONGEST:
        return None
    found = _find(lines, lengths.most_common(1)[0][0])
    if found is not None or not _are_crowded(lines):
        return found
    longest = max(lengths)
    ragged = _find([line.ljust(longest) if line.strip() else line for line in lines], longest)
    return ragged and _with_room(ragged)


def _find(lines: list[str], length: int) -> FixedWidthLayout | None:
    for at, line in enumerate(lines[1:_TITLE_LINES], 1):
        if _RULE.fullmatch(line) and (spans := _strokes(line)) and spans[-1].end <= length:
            records = _records(lines[at + 1 :], length)
            return _ruled(lines[at - 1], at + 1, spans, records, length) if records else None
    return _titled(lines, _first_line(lines, length), length)


def _are_crowded(lines: Sequence[str]) -> bool:
    """Tell whether most lines have blanks side by side, as no prose has."""
    return sum("  " in line.strip() for line in lines) > 0.5 * len(lines)


def _with_room(ragged: FixedWidthLayout) -> FixedWidthLayout:
    """Make room for a last value that is longer than those that were looked at."""
    *others, last = ragged.spans
    wide = _Span(last.start, 2 * last.end - last.start)
    return replace(ragged, spans=(*others, wide), length=wide.end, is_ragged=True)


def _records(lines: Sequence[str], length: int) -> list[str] | None:
    """Give the lines that are records; None where too few of them are as long as each other."""
    filled = [line for line in lines if line.strip()]
    alike = [line for line in filled if len(line) == length and "\t" not in line]
    is_enough = len(alike) >= max(_FEWEST_RECORDS, _ALIKE * len(filled))
    return alike if is_enough else None


def _ruled(
    heading: str, skipped: int, spans: tuple[_Span, ...], records: list[str], length: int
) -> FixedWidthLayout:
    """Give the fields of a table with a stroke under the title of each."""
    places = _wide(spans, records, length)
    titles = tuple(place.of(heading).strip() for place in spans)
    return FixedWidthLayout(places, length, skipped, Heading(0, True, True), titles)


def _titled(lines: Sequence[str], begins: int, length: int) -> FixedWidthLayout | None:
    """Give the fields of a table whose first line may name them."""
    heading, records = lines[begins], _records(lines[begins + 1 :], length)
    if records is None:
        return None
    spans = _without_chance(_filled(records), records, heading)
    if begins < _TITLE_LINES and _is_across(spans, heading):
        return _titled(lines, begins + 1, length)
    places = _wide(_with_titles(spans, heading), [heading, *records], length)
    found = find_heading(
        [[place.of(line).strip() for place in places] for line in (heading, *records)], len(places)
    )
    if found.index and begins + found.index < _TITLE_LINES:
        # What stands above the titles is filled out with blanks, too.
        filled = [at for at, line in enumerate(lines[begins:], begins) if line.strip()]
        return _titled(lines, filled[found.index], length)
    if found.is_header:
        titles = tuple(place.of(heading).strip() for place in places)
    elif len(heading) == length:
        records, titles = [heading, *records], ()
        places = _wide(_without_chance(_filled(records), records, ""), records, length)
    else:
        return None
    if len(places) < 2:
        return None
    return FixedWidthLayout(places, length, begins + found.is_header, found, titles)


def _is_across(spans: Sequence[_Span], line: str) -> bool:
    """Tell whether a word stands in several columns: what titles a report does, no title of one."""
    return any(
        sum(word.start() < span.end and word.end() > span.start for span in spans) > 1
        for word in re.finditer(r"\S+", line)
    )


def _first_line(lines: Sequence[str], length: int) -> int:
    """Give the first line of the table; the blanks at the end of its titles may be left out."""
    first = next(at for at, line in enumerate(lines) if len(line) == length and line.strip())
    is_title = first > 0 and len(re.split(" {2,}", lines[first - 1].strip())) > 1
    return first - is_title


def _strokes(rule: str) -> tuple[_Span, ...]:
    return tuple(_Span(*stroke.span()) for stroke in re.finditer(r"[^ |+]+", rule))


def _filled(lines: Sequence[str]) -> tuple[_Span, ...]:
    """Give where some line has a character."""
    is_filled = bytearray(max(map(len, lines), default=0))
    for line in lines:
        for word in re.finditer(r"\S+", line):
            is_filled[word.start() : word.end()] = b"x" * (word.end() - word.start())
    return tuple(_Span(*run.span()) for run in re.finditer(rb"x+", is_filled))


def _without_chance(
    spans: Sequence[_Span], lines: Sequence[str], heading: str
) -> tuple[_Span, ...]:
    """Put together the words of texts that have their blanks at one place by chance."""
    found: list[_Span] = []
    for span in spans:
        if found and _is_chance(found[-1], span, lines, heading):
            found[-1] = _Span(found[-1].start, span.end)
        else:
            found.append(span)
    return tuple(found)


def _is_chance(left: _Span, right: _Span, lines: Sequence[str], heading: str) -> bool:
    """Tell whether one blank between two words divides no columns.

    It does where a line has more than one there, or a title begins behind it.
    """
    if right.start - left.end > 1:
        return False
    both = [line for line in lines if left.of(line).strip() and right.of(line).strip()]
    if any(left.of(line).endswith(" ") or right.of(line).startswith(" ") for line in both):
        return False
    titles = re.finditer(r"\S+(?: \S+)*", heading)
    if any(title.start() == right.start for title in titles):
        return False
    are_words = all(
        word.isalpha() for line in both for word in (left.of(line) + " " + right.of(line)).split()
    )
    return not both or are_words


def _with_titles(spans: Sequence[_Span], heading: str) -> tuple[_Span, ...]:
    """Make columns as wide as their titles, where no other column is there."""
    own = _words(spans, heading)
    wide = []
    for at, span in enumerate(spans):
        floor = spans[at - 1].end if at else 0
        ceiling = spans[at + 1].start if at + 1 < len(spans) else max(len(heading), span.end)
        start = min([span.start, *(word.start for word in own[at])])
        end = max([span.end, *(word.end for word in own[at])])
        wide.append(_Span(max(start, floor), min(end, ceiling)))
    return tuple(wide)


def _words(spans: Sequence[_Span], heading: str) -> dict[int, list[_Span]]:
    """Give the words of each column's title; one over no column is of its neighbour's title."""
    own: dict[int, list[_Span]] = {at: [] for at in range(len(spans))}
    for title in re.finditer(r"\S+(?: \S+)*", heading):
        column, waiting = None, list[_Span]()
        for word in re.finditer(r"\S+", title[0]):
            place = _Span(title.start() + word.start(), title.start() + word.end())
            over = [
                at
                for at, span in enumerate(spans)
                if place.start < span.end and place.end > span.start
            ]
            column = over[0] if over else column
            waiting.append(place)
            if column is not None:
                own[column] += waiting
                waiting = []
    return own


def _wide(spans: Sequence[_Span], lines: Sequence[str], length: int) -> tuple[_Span, ...]:
    """Give each character of a line to a column."""
    borders = [0]
    for left, right in pairwise(spans):
        # A number grows to the left: of half a number nobody would see that it is none.
        borders.append(left.end if _grows_left(right, left.end, lines) else right.start)
    return tuple(_Span(*places) for places in pairwise([*borders, length]))


def _grows_left(span: _Span, floor: int, lines: Sequence[str]) -> bool:
    cells = [span.of(line) for line in lines]
    values = [cell for cell in cells if cell.strip()]
    ends = sum(not cell.endswith(" ") for cell in values)
    starts = sum(not cell.startswith(" ") for cell in values)
    numbers = sum(kind_of(cell) == "value" for cell in values)
    if span.start <= floor or not values:
        return False
    return ends == len(values) and (starts < len(values) or numbers > 0.9 * len(values))

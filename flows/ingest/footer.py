"""Take off the last lines of a text, which are no records: totals, counts, who made the export."""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from .archive import PlainText
from .faults import FileFault

_CHUNK = 4 << 20

MOST_LINES = 10
"""Of how many lines a footer may have, blank ones at the end not counted."""

_COMPARED = 50
"""How many lines in front of a footer say which values a record always has."""


def footer_expression(pattern: str) -> str:
    """Give the regular expression of a footer's first line; `*` is any text."""
    return "[^\\n]*".join(re.escape(piece) for piece in re.split(r"\*+", pattern))


def cut_footer(
    text: PlainText,
    pattern: str,
    lines_before: int,
    fields_of: Callable[[str], Sequence[str]],
    width: int,
    part: str,
) -> PlainText:
    """Shorten a text by its footer, which is searched for behind `lines_before` lines.

    `fields_of` gives the fields of a line, of which a record has `width`. Raises FileFault when the
    footer is not there, or when it may be a record, or have one behind it.
    """
    with text.path.open("r+b") as file:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            records = 0
            for _ in range(lines_before):
                records = content.find(b"\n", records) + 1 or len(content)
            expression = f"(?m)^{footer_expression(pattern)}$".encode()
            found = re.compile(expression).search(content, records)
            if not found:
                raise FileFault(
                    f"is cut off: it has no footer, a line like {pattern} behind its records", part
                )
            start = found.start()
            before = content[max(records, start - _CHUNK) : start].decode("utf-8", "replace")
            fields = [fields_of(line) for line in before.split("\n")[-_COMPARED - 1 : -1]]
            needed = always_filled([row for row in fields if len(row) == width])
            _check_footer(
                content,
                start,
                pattern,
                lambda line: looks_like_record(fields_of(line), needed or range(width)),
                part,
            )
        file.truncate(start)
    return replace(text, size_bytes=start)


def always_filled(records: Sequence[Sequence[Any]]) -> list[int]:
    """Give the columns in which each of some records has a value."""
    return [
        at for at, cells in enumerate(zip(*records, strict=True)) if all(map(_is_filled, cells))
    ]


def looks_like_record(fields: Sequence[Any], needed: Sequence[int]) -> bool:
    """Tell whether a row has all values that each record has: totals lack some."""
    return bool(needed) and all(at < len(fields) and _is_filled(fields[at]) for at in needed)


def _is_filled(cell: Any) -> bool:
    return str(cell).strip() != ""


def _check_footer(
    content: mmap.mmap,
    start: int,
    pattern: str,
    is_record: Callable[[str], bool],
    part: str,
) -> None:
    """Raise FileFault when the first line that looks like a footer is a record, or before one."""
    end = start
    for _ in range(MOST_LINES):
        end = content.find(b"\n", end) + 1 or len(content)
    is_like_it = f"line {_line_number(content, start)} is like the footer, {pattern}, but"
    if re.compile(rb"[^\n]").search(content, end):
        raise FileFault(f"{is_like_it} more than {MOST_LINES - 1} lines follow it", part)
    first, *behind = content[start:end].decode("utf-8", "replace").split("\n")
    for distance, line in enumerate(behind, 1):
        number = _line_number(content, start) + distance
        if re.fullmatch(footer_expression(pattern), line):
            if is_record(first) and not is_record(line):
                raise FileFault(
                    f"{is_like_it} looks like a record, and line {number} is like the footer too:"
                    " write more of the footer's line in the source",
                    part,
                )
        elif is_record(line):
            raise FileFault(
                f"{is_like_it} line {number} behind it looks like a record: {line[:80]}", part
            )


def _line_number(content: mmap.mmap, position: int) -> int:
    starts = range(0, position, _CHUNK)
    return 1 + sum(content[start : min(start + _CHUNK, position)].count(b"\n") for start in starts)

"""Take off the last lines of a text, which are no records: totals, counts, who made the export."""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable
from dataclasses import replace

from .archive import PlainText
from .faults import FileFault

_CHUNK = 4 << 20

MOST_LINES = 10
"""Of how many lines a footer may have, blank ones at the end not counted."""


def footer_expression(pattern: str) -> str:
    """Give the regular expression of a footer's first line; `*` is any text."""
    return "[^\\n]*".join(re.escape(piece) for piece in re.split(r"\*+", pattern))


def cut_footer(
    text: PlainText,
    pattern: str,
    lines_before: int,
    looks_like_record: Callable[[str], bool],
    part: str,
) -> PlainText:
    """Shorten a text by its footer, which is searched for behind `lines_before` lines.

    Raises FileFault when it is not there, or when a record may stand behind it.
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
            _check_footer(content, start, pattern, looks_like_record, part)
        file.truncate(start)
    return replace(text, size_bytes=start)


def _check_footer(
    content: mmap.mmap,
    start: int,
    pattern: str,
    looks_like_record: Callable[[str], bool],
    part: str,
) -> None:
    """Raise FileFault when records stand behind the first line that looks like a footer."""
    end = start
    for _ in range(MOST_LINES):
        end = content.find(b"\n", end) + 1 or len(content)
    if re.compile(rb"[^\n]").search(content, end):
        raise FileFault(
            f"line {_line_number(content, start)} is like the footer, {pattern}, but more than"
            f" {MOST_LINES - 1} lines follow it",
            part,
        )
    behind = content[start:end].decode("utf-8", "replace").split("\n")[1:]
    for distance, line in enumerate(behind, 1):
        is_like_it = re.fullmatch(footer_expression(pattern), line)
        if line.strip() and not is_like_it and looks_like_record(line):
            number = _line_number(content, start)
            raise FileFault(
                f"line {number} is like the footer, {pattern}, but line {number + distance}"
                f" behind it looks like a record: {line[:80]}",
                part,
            )


def _line_number(content: mmap.mmap, position: int) -> int:
    starts = range(0, position, _CHUNK)
    return 1 + sum(content[start : min(start + _CHUNK, position)].count(b"\n") for start in starts)

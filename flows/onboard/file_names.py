"""Find the pattern that the names of exports follow, and the date in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from ..ingest.patterns import compile_pattern
from ..wording import Refusal

_MONTH = "[A-Za-z]{3}"
_DAYS = (
    (r"(?:19|20)\d{2}-\d{2}-\d{2}", "%Y-%m-%d"),
    (r"(?:19|20)\d{2}_\d{2}_\d{2}", "%Y_%m_%d"),
    (r"(?:19|20)\d{2}[01]\d[0-3]\d", "%Y%m%d"),
)
_CLOCKS = (
    (r"[0-2]\d-[0-5]\d-[0-5]\d", "%H-%M-%S"),
    (r"[0-2]\d[0-5]\d[0-5]\d", "%H%M%S"),
    (r"[0-2]\d-[0-5]\d", "%H-%M"),
    (r"[0-2]\d[0-5]\d", "%H%M"),
)
_DATES = (
    *((rf"{day}{mark}{clock}", f"{day_form}{mark}{clock_form}")
      for day, day_form in _DAYS for clock, clock_form in _CLOCKS for mark in ("_", "-", "T", "")),
    *_DAYS,
    (r"(?:19|20)\d{2}\.\d{2}\.\d{2}", "%Y.%m.%d"),
    (r"[0-3]\d-[01]\d-(?:19|20)\d{2}", "%d-%m-%Y"),
    (r"[0-3]\d_[01]\d_(?:19|20)\d{2}", "%d_%m_%Y"),
    (r"[0-3]\d\.[01]\d\.(?:19|20)\d{2}", "%d.%m.%Y"),
    (r"[0-3]\d[01]\d(?:19|20)\d{2}", "%d%m%Y"),
    (rf"[0-3]\d[-_]?{_MONTH}[-_]?(?:19|20)\d{{2}}", None),
    (r"(?:19|20)\d{2}-[01]\d", "%Y-%m"),
    (r"(?:19|20)\d{2}_[01]\d", "%Y_%m"),
    (r"[01]\d-(?:19|20)\d{2}", "%m-%Y"),
    (r"[01]\d_(?:19|20)\d{2}", "%m_%Y"),
    (rf"{_MONTH}[-_ ]?(?:19|20)\d{{2}}", None),
    (r"(?:19|20)\d{2}[01]\d(?!\d)", "%Y%m"),
    (r"(?:19|20)\d{2}", "%Y"),
)  # fmt: skip
"""Forms of dates in names; a time of day pairs the parts of one of several deliveries a day."""


def file_pattern(files: Sequence[Path]) -> str:
    """Give the pattern that takes all files of one part, with {date:...} where all have one."""
    names = [file.name for file in files]
    for form in dict.fromkeys(form for form, _ in _found(names[0])):
        pattern = _common([_with_date(name, form) for name in names])
        if pattern and all(_matches(pattern, name) for name in names):
            return pattern
    plain = _common([_escaped(name) for name in names])
    return plain if plain and all(_matches(plain, name) for name in names) else "*"


def stem_of(pattern: str) -> str:
    """Give what a pattern's name says, to call a source and its parts by."""
    bare = re.sub(r"\{[^}]*\}|\*", " ", pattern).partition(".")[0]
    words = re.findall(r"[a-z0-9]+", bare.lower())
    name = "_".join(words).strip("_")
    return name if re.match("[a-z]", name) else f"source_{name}".rstrip("_")


def _found(name: str) -> list[tuple[str, tuple[int, int]]]:
    """Give the forms of dates that a name may have, with where they stand."""
    found = []
    for expression, form in _DATES:
        # Digits before or behind would make another number of it.
        match = re.search(rf"(?<!\d){expression}(?!\d)", name)
        if match:
            known = form or _named_form(match[0])
            if _matches(f"{{date:{known}}}", match[0]):
                found.append((known, match.span()))
    return found


def _named_form(text: str) -> str:
    form = re.sub(r"\d{4}$", "%Y", text)
    return re.sub(r"^\d{2}", "%d", re.sub("[A-Za-z]{3}(?=[-_ ]?%Y)", "%b", form))


def _with_date(name: str, form: str) -> str:
    for known, (start, end) in _found(name):
        if known == form:
            return f"{_escaped(name[:start])}\0{form}\0{_escaped(name[end:])}"
    return _escaped(name)


def _escaped(text: str) -> str:
    return re.sub(r"[{}\\/]", "*", text)


def _common(names: list[str]) -> str | None:
    """Put `*` where names differ; None where not all of them have the date."""
    dates = {name.split("\0")[1] if "\0" in name else None for name in names}
    if len(dates) > 1:
        return None
    pieces = [name.split("\0")[:1] + name.split("\0")[2:] for name in names]
    merged = [_merged(list(column)) for column in zip(*pieces, strict=True)]
    form = dates.pop()
    return merged[0] if form is None else f"{merged[0]}{{date:{form}}}{merged[1]}"


def _merged(texts: list[str]) -> str:
    if len(set(texts)) == 1:
        return texts[0]
    shortest = min(map(len, texts))
    head = next((at for at in range(shortest) if len({text[at] for text in texts}) > 1), shortest)
    rest = [text[head:] for text in texts]
    shortest = min(map(len, rest))
    tail = next(
        (at for at in range(shortest) if len({text[-1 - at] for text in rest}) > 1), shortest
    )
    first = texts[0]
    return f"{first[:head]}*{first[len(first) - tail :] if tail else ''}"


def _matches(pattern: str, name: str) -> bool:
    try:
        return compile_pattern(pattern).match(name) is not None
    except Refusal:
        return False


def is_dated(patterns: Sequence[str]) -> bool:
    """Tell whether all patterns say a date in the same form, so that they pair files."""
    forms = [compile_pattern(pattern).date_formats for pattern in patterns]
    return all(forms) and all(one == other for one, other in pairwise(forms))

"""Look at the values of a column: what they are, and how numbers and days are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Literal

import duckdb

from ..ingest import sql
from ..ingest.locales import Locale
from ..ingest.parsing import Parser
from .kinds import NULL_WORDS
from .tables import Table

Kind = Literal["empty", "number", "date", "time", "boolean", "text"]

_EXAMINED = 5000
_LONGEST = 50
_SHARE = 0.95
"""Of the values of a column, so many must be of a kind; the rest are faults for a person."""

_TRUTHS = (
    (("true", "yes", "y", "ya", "t", "1", "ja", "oui", "si", "x", "aktif", "active", "on"),
     ("false", "no", "n", "tidak", "f", "0", "tdk", "nein", "non", "nonaktif", "inactive", "off")),
)  # fmt: skip
_DAYS = [
    *(f"%d{mark}%m{mark}{year}" for mark, year in product("/-. ", ("%Y", "%y"))),
    *(f"%m{mark}%d{mark}{year}" for mark, year in product("/-. ", ("%Y", "%y"))),
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y %m %d",
    *(f"%d{mark}{month}{mark}{year}"
      for mark, month, year in product("- /", ("%b", "%B"), ("%Y", "%y"))),
    "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d %b, %Y", "%d %B, %Y", "%Y-%b-%d",
    "%A, %d %B %Y", "%a, %d %b %Y",
]  # fmt: skip
_TIMES = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S", "T%H:%M:%SZ", "T%H:%M:%S.%fZ",
    "T%H:%M:%S.%f", "T%H:%M", "T%H:%M:%S%z", "T%H:%M:%S.%f%z", " %H:%M:%S %z", " %H:%M:%S%z",
    " %I:%M %p", " %I:%M:%S %p", " %H.%M", " %H.%M.%S", ", %H:%M", ", %H:%M:%S", " %H:%M:%S UTC",
)  # fmt: skip
_DAY_LIKE = re.compile(
    r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}([ T,].*)?|(19|20)\d{6}"
    r"|.*\d{1,2}[-/., ]+[^\W\d_]{3,9}[-/., ]+\d{2,4}.*|[^\W\d_]{3,9} \d{1,2},? \d{4}.*"
)
_CURRENCY = re.compile(
    r"[-+(]?\s*([A-Z]{0,3}[$€£¥₹₱฿]|[A-Z]{3}|Rp\.?|RM|IDR|kr\.?)\s*[-+(]?\s*[\d.,]"
)
_CORE = r"\d[\d.,' \u00a0\u202f]*"
_NUMBER = re.compile(rf"\(?[-+]?\s*(?:{_CORE}|[.,]\d+)\s*\)?-?")


@dataclass(frozen=True)
class Writing:
    """How the numbers of a column are written; None where its values do not say it."""

    decimal: str | None = None
    thousands: str | None = None
    negative: str = "minus"
    prefix: str | None = None
    is_unsure: bool = False
    """A single mark in front of three digits: it may be either."""


@dataclass(frozen=True)
class Column:
    """What the values of a column are; `forms` are the ways to read all of its moments."""

    name: str
    title: str
    kind: Kind
    rows: int
    filled: int
    distinct: int
    writing: Writing = Writing()
    forms: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    """The most frequent values."""
    is_typed: bool = False
    has_negative: bool = False
    is_share: bool = False
    """Whether all numbers lie between 0 and 1, and not all of them are whole."""

    @property
    def is_unique(self) -> bool:
        """Whether no value comes twice."""
        return 0 < self.filled <= self.distinct


def examine(connection: duckdb.DuckDBPyConnection, table: Table, name: str, title: str) -> Column:
    """Look at the values of one column of a table that was read."""
    column, raw = sql.name(name), f"niaga.raw_{table.relation}"
    rows = table.rows - table.faulty - table.blank
    filled, distinct = connection.execute(
        f"SELECT count({column}), count(DISTINCT {column}) FROM {raw} WHERE trim({column}) <> ''"
    ).fetchall()[0]
    found = connection.execute(
        f"SELECT trim({column}) AS text, count(*) AS rows FROM {raw} WHERE trim({column}) <> ''"
        f" AND length({column}) < 200 GROUP BY 1 ORDER BY rows DESC, text LIMIT {_EXAMINED}"
    ).fetchall()
    # Seldom ones too, for the longest say how thousands are grouped.
    longest = connection.execute(
        f"SELECT DISTINCT trim({column}) AS text FROM {raw} WHERE length({column}) < 200"
        f" AND trim({column}) <> '' ORDER BY length(text) DESC, text LIMIT {_LONGEST}"
    ).fetchall()
    texts = [text for text, _ in found if text not in NULL_WORDS]
    seen = set(texts)
    texts += [text for (text,) in longest if text not in seen and text not in NULL_WORDS]
    nulls = tuple(text for text, _ in found if text in NULL_WORDS)
    filled -= sum(count for text, count in found if text in NULL_WORDS)
    values = tuple(texts[:50])
    typed = table.layout.typed.get(name)
    if not texts:
        return Column(name, title, "empty", rows, filled, distinct, nulls=nulls)
    if typed:
        return _typed(name, title, typed, rows, filled, distinct, texts)
    forms = _forms(connection, table, name, texts)
    if forms:
        has_time = any("%H" in form or "%I" in form for form in forms)
        kind: Kind = "time" if has_time else "date"
        return Column(
            name, title, kind, rows, filled, distinct, forms=forms, nulls=nulls, values=values
        )
    writing = _writing(texts)
    if writing is not None:
        return Column(
            name, title, "number", rows, filled, distinct, writing, nulls=nulls, values=values,
            has_negative=any("-" in text or "(" in text for text in texts),
            is_share=_is_share(texts, writing),
        )  # fmt: skip
    kind = "boolean" if truths([*texts]) else "text"
    return Column(
        name, title, kind, rows, filled, distinct, nulls=tuple(
            text for text in nulls if text in ("NULL", "\\N", "(null)", "<NA>")
        ), values=values,
    )  # fmt: skip


def _typed(
    name: str, title: str, typed: str, rows: int, filled: int, distinct: int, texts: list[str]
) -> Column:
    kinds: dict[str, Kind] = {
        "number": "number", "date": "date", "time": "time", "boolean": "boolean",
    }  # fmt: skip
    decimal = "." if any("." in text for text in texts) else None
    return Column(
        name, title, kinds[typed], rows, filled, distinct, Writing(decimal),
        values=tuple(texts[:50]),
        is_typed=True, has_negative=any(text.startswith("-") for text in texts),
        is_share=typed == "number" and _is_share(texts, Writing(".")),
    )  # fmt: skip


def truths(texts: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Give the texts that mean yes and those that mean no; None where others are among them."""
    lowered = {text.lower(): text for text in texts}
    for yes, no in _TRUTHS:
        if 0 < len(lowered) <= 4 and set(lowered) <= {*yes, *no}:
            return (
                tuple(lowered[text] for text in yes if text in lowered),
                tuple(lowered[text] for text in no if text in lowered),
            )
    return None


def _forms(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    name: str,
    texts: list[str],
) -> tuple[str, ...]:
    """Find the forms of moments that read all values, by the parser that a load has."""
    like = sum(bool(_DAY_LIKE.fullmatch(text)) for text in texts)
    if like < _SHARE * len(texts):
        return ()
    has_letters = any(letter.isalpha() for text in texts[:50] for letter in text)
    forms = [
        form
        for form in (day + time for day, time in product(_DAYS, _TIMES))
        if has_letters or not re.search("%[bBaAp]|T%|Z|UTC", form)
    ]
    few = _reading(connection, texts[:: max(1, len(texts) // 50)][:50], forms, 0.9)
    fitting = _reading(connection, texts, few, _SHARE)
    if len(fitting) < 2:
        return tuple(fitting)
    # Two forms are as good for the values looked at: let all values decide.
    column = sql.name(name)
    counts = connection.execute(
        "SELECT "
        + ", ".join(f"count({_moment(form, f'trim({column})')})" for form in fitting)
        + f" FROM niaga.raw_{table.relation} WHERE trim({column}) <> ''"
    ).fetchall()[0]
    best = max(counts)
    return tuple(form for form, count in zip(fitting, counts, strict=True) if count == best)


def _moment(form: str, given: str) -> str:
    return Parser(Locale(timestamp=form), 2, "UTC").local_value("timestamp", given)


def _reading(
    connection: duckdb.DuckDBPyConnection, texts: list[str], forms: list[str], share: float
) -> list[str]:
    if not forms or not texts:
        return []
    counted = ", ".join(f"count({_moment(form, 'text')})" for form in forms)
    counts = connection.execute(
        f"SELECT {counted} FROM (SELECT unnest($1::VARCHAR[]) AS text)", [texts]
    ).fetchall()[0]
    best = max(counts)
    return [
        form
        for form, count in zip(forms, counts, strict=True)
        if count == best and count >= share * len(texts)
    ]


def _writing(texts: list[str]) -> Writing | None:
    """Tell how numbers are written; None where the texts are no numbers."""
    prefixes = {found[1] for text in texts[:500] if (found := _CURRENCY.match(text))}
    prefix = prefixes.pop() if len(prefixes) == 1 else None
    bare = [text.replace(prefix, "", 1).strip() if prefix else text for text in texts]
    numbers = [text for text in bare if _NUMBER.fullmatch(text)]
    if prefixes or len(numbers) < _SHARE * len(bare):
        return None
    negative = "minus"
    if any(text.endswith("-") for text in numbers):
        negative = "trailing_minus"
    elif any(text.startswith("(") for text in numbers):
        negative = "parentheses"
    cores = [re.sub(r"[^\d.,' \u00a0\u202f]", "", text).strip() for text in numbers]
    if sum(_is_grouped(core) for core in cores) < _SHARE * len(cores):
        return None
    marks = _marks(cores)
    return None if marks is None else Writing(*marks[:2], negative, prefix, marks[2])


def _is_grouped(core: str) -> bool:
    """Tell whether digits and marks are one number, and not a version, a phone or an address."""
    return bool(
        re.fullmatch(
            r"\d+|\d*[.,]\d+|\d+[.,]|\d{1,3}(?:([., '\u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d+)?",
            core,
        )
    )


def _marks(cores: list[str]) -> tuple[str | None, str | None, bool] | None:
    """Tell the decimal and the thousands mark, and whether that is not sure."""
    decimals: set[str] = set()
    groups: set[str] = set()
    unsure: set[str] = set()
    for core in cores:
        found = re.findall(r"[., '\u00a0\u202f]", core)
        kinds = set(found)
        if len(kinds) == 2:
            groups.add(found[0])
            decimals.add(found[-1])
        elif len(found) > 1 or (kinds and found[0] not in ".,"):
            groups.add(found[0])
        elif found and re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", core):
            unsure.add(found[0])
        elif found:
            decimals.add(found[0])
    if len(decimals) > 1 or len(groups) > 1 or decimals & groups:
        return None
    decimal = next(iter(decimals), None)
    group = next(iter(groups), None)
    rest = unsure - decimals - groups
    if not rest:
        return decimal, group, False
    if len(rest) > 1:
        return None
    (mark,) = rest
    if decimal:
        return decimal, mark, False
    return (mark, group, False) if group else (None, mark, True)


def _is_share(texts: list[str], writing: Writing) -> bool:
    mark = writing.decimal or "."
    plain = [text.replace(mark, ".") for text in texts]
    return any(re.fullmatch(r"-?0*\.\d*[1-9]\d*", text) for text in plain) and all(
        re.fullmatch(r"-?0*\.\d+|0|1(?:\.0*)?|0\.\d*|-?0", text) for text in plain
    )

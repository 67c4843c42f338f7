"""Decide how a source writes numbers, days and truth, from how its columns do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .matching import Fit, Match
from .values import Column, Writing, truths

_NUMBERS = ("integer", "quantity", "money", "rate")
_INDONESIAN = {
    "tanggal", "tgl", "faktur", "pelanggan", "barang", "harga", "satuan", "jumlah", "kode", "nama",
    "nilai", "wilayah", "saluran", "bulan", "tahun", "produk", "penjualan", "nomor", "alamat",
}  # fmt: skip


@dataclass
class Decided:
    """The locale of a source, the columns that are written otherwise, and what is not sure."""

    locale: dict[str, Any] = field(default_factory=dict)
    columns: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """By part and name: what `columns` says of it, without the type."""
    unsure: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Hints:
    """What a file says about its country, apart from its values."""

    titles: tuple[str, ...]
    delimiter: str
    file_date: date | None

    @property
    def is_indonesian(self) -> bool:
        """Whether columns have Indonesian names."""
        words = {word for title in self.titles for word in title.lower().replace("_", " ").split()}
        return bool(words & _INDONESIAN)


def decide(fit: Fit, every: Sequence[Column], hints: Hints) -> Decided:
    """Find the locale by which the most columns are read, and what the others say instead.

    `every` are all columns, those that fill nothing too: what they say is evidence.
    """
    decided = Decided()
    written = [match for match in fit.matches if not match.column.is_typed]
    numbers = [match for match in written if match.target.type in _NUMBERS]
    _decide_numbers(decided, numbers, every, hints)
    _decide_signs(decided, numbers)
    day_first = _is_day_first(every, hints)
    for kind in ("date", "timestamp"):
        moments = [match for match in written if match.target.type == kind and match.column.forms]
        _decide_moments(decided, kind, moments, day_first)
    _decide_truths(decided, [match for match in written if match.target.type == "boolean"])
    nulls = sorted({text for match in written for text in match.column.nulls})
    if nulls:
        decided.locale["null"] = ["", *nulls]
    return decided


def _decide_numbers(
    decided: Decided, numbers: list[Match], every: Sequence[Column], hints: Hints
) -> None:
    decimals = Counter(match.column.writing.decimal for match in numbers)
    decimals.update(column.writing.decimal for column in every if not column.is_typed)
    del decimals[None]
    groups = Counter(
        match.column.writing.thousands for match in numbers if not match.column.writing.is_unsure
    )
    del groups[None]
    decimal = decimals.most_common(1)[0][0] if decimals else None
    if decimal is None and groups:
        decimal = "." if groups.most_common(1)[0][0] == "," else ","
    unsure = [match for match in numbers if match.column.writing.is_unsure]
    if decimal is None and unsure:
        mark = unsure[0].column.writing.thousands
        # Amounts that all have three digits behind a mark have no decimals.
        is_money = any(match.target.type == "money" for match in unsure)
        prefers_comma = is_money or hints.is_indonesian or hints.delimiter == ";"
        decimal = "." if mark == "," else "," if prefers_comma else "."
    decimal = decimal or "."
    own = {match.target.name: _marks(match.column.writing, decimal) for match in numbers}
    groups = Counter(marks[1] for marks in own.values() if marks[1] and marks[0] in (decimal, None))
    thousands = groups.most_common(1)[0][0] if groups else ""
    if decimal != ".":
        decided.locale["decimal"] = decimal
    if thousands:
        decided.locale["thousands"] = thousands
    for match in unsure:
        _, mark = own[match.target.name]
        means = f"thousands (`{mark}` between them)" if mark else f"decimals (after `{decimal}`)"
        decided.unsure.append(
            f"`{match.column.title}` like {match.column.values[0]}: taken for {means}"
        )
    for match in numbers:
        marks = own[match.target.name]
        said = {}
        if marks[0] not in (None, decimal):
            said["decimal"] = marks[0]
            said["thousands"] = marks[1] or ""
        elif marks[1] not in (None, thousands):
            said["thousands"] = marks[1]
        if said:
            decided.columns.setdefault((match.part, match.column.name), {}).update(said)


def _marks(writing: Writing, decimal: str) -> tuple[str | None, str | None]:
    if not writing.is_unsure:
        return writing.decimal, writing.thousands
    return (decimal, None) if writing.thousands == decimal else (None, writing.thousands)


def _decide_signs(decided: Decided, numbers: list[Match]) -> None:
    signs = Counter(match.column.writing.negative for match in numbers if match.column.has_negative)
    sign = signs.most_common(1)[0][0] if signs else "minus"
    prefixes = Counter(
        match.column.writing.prefix for match in numbers if match.target.type == "money"
    )
    del prefixes[None]
    prefix = prefixes.most_common(1)[0][0] if prefixes else None
    if sign != "minus":
        decided.locale["negative"] = sign
    if prefix:
        decided.locale["currency_prefix"] = prefix
    for match in numbers:
        said: dict[str, Any] = {}
        if match.column.has_negative and match.column.writing.negative != sign:
            said["negative"] = match.column.writing.negative
        if match.column.writing.prefix not in (None, prefix):
            if match.target.type == "money":
                said["currency_prefix"] = match.column.writing.prefix
            else:
                decided.unsure.append(
                    f"`{match.column.title}` has `{match.column.writing.prefix}` in front of its"
                    f" numbers, and {match.target.name} is no money"
                )
        if said:
            decided.columns.setdefault((match.part, match.column.name), {}).update(said)


def _order(form: str) -> str:
    at = {letter: form.find(letter) for letter in ("%d", "%m")}
    if -1 in at.values():
        return ""
    return "day" if at["%d"] < at["%m"] else "month"


def _orders(column: Column) -> set[str]:
    return {_order(form) for form in column.forms if not form.startswith("%Y")} - {""}


def _is_day_first(every: Iterable[Column], hints: Hints) -> tuple[bool, str]:
    """Tell whether the day stands before the month, and why that is believed."""
    told: Counter[str] = Counter()
    for column in every:
        if len(orders := _orders(column)) == 1:
            told.update(orders)
    if told:
        order = told.most_common(1)[0][0]
        return order == "day", f"in other columns the {order} comes first"
    if hints.is_indonesian:
        return True, "the columns have Indonesian names"
    if hints.delimiter == ";" or any(column.writing.decimal == "," for column in every):
        return True, "of the delimiter or the decimal comma"
    return True, ""


def _decide_moments(
    decided: Decided, kind: str, moments: list[Match], day_first: tuple[bool, str]
) -> None:
    chosen: dict[str, str] = {}
    for match in moments:
        forms = match.column.forms
        if len(_orders(match.column)) > 1:
            is_first, why = day_first
            order = "day" if is_first else "month"
            other = "month" if is_first else "day"
            forms = tuple(form for form in forms if _order(form) == order) or forms
            because = f", because {why}" if why else ": no value says it, so look"
            decided.unsure.append(
                f"`{match.column.title}` like {match.column.values[0]}: the {order} is taken to"
                f" come first, not the {other}{because}"
            )
        chosen[match.target.name] = forms[0]
    if not chosen:
        return
    form = Counter(chosen.values()).most_common(1)[0][0]
    decided.locale[kind] = form
    for match in moments:
        if chosen[match.target.name] != form:
            decided.columns.setdefault((match.part, match.column.name), {})[kind] = chosen[
                match.target.name
            ]


def _decide_truths(decided: Decided, booleans: list[Match]) -> None:
    found = [told for match in booleans if (told := truths(match.column.values))]
    if not found:
        return
    yes = dict.fromkeys(text for told in found for text in told[0])
    no = dict.fromkeys(text for told in found for text in told[1])
    decided.locale |= {"true": [*yes] or ["true"], "false": [*no] or ["false"]}

"""The layout of an export: which columns it has, what their values look like, and what changed.

What is known of a part grows with each load, and only what is not known yet is a change: so each is
reported once, however often files of both layouts come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from ..wording import did_you_mean
from . import sql
from .parsing import Parser
from .records import Records
from .sources import Export

_SAMPLED_CELLS = 100_000
_SAMPLED_RECORDS = 1_000
_LONGEST = 60
"""A longer value is text, and is shown no further than that."""
_ENOUGH_VALUES = 20
"""Fewer numbers or dates than these do not make a column of text one of numbers or dates."""

_TEXT, _WHOLE, _NUMBERS = "text", "whole numbers", "numbers"
_DAY = (
    r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
    r"|[0-9]{1,2}[-/. ](?:[0-9]{1,2}|\pL{3,9}[.]?)[-/. ](?:[0-9]{4}|[0-9]{2}))"
)
_TIME = r"[T ]+[0-9]{1,2}[:.][0-9]{2}.*"
_AMOUNT = r"[(]?(?:[-+]?(?:Rp[.]?|IDR|USD|EUR|[$€£¥]) ?)?[-+]?[0-9][0-9.,' \x{a0}\x{202f}]*%?[)-]?"
_CLOSING = "[^0-9.,]*$"

ChangeKind = Literal["new column", "missing column", "changed type"]
Layout = dict[str, Any]
"""What is known of a part: of each column the kinds of values seen, and whether it was missing."""


@dataclass(frozen=True)
class LayoutChange:
    """How the layout of a part differs from all that was known of it, in words."""

    part: str
    column: str
    change: ChangeKind
    detail: str


@dataclass(frozen=True)
class ColumnSample:
    """The values of one kind in the first records of a file: how many, and the first of them."""

    column: str
    kind: str
    values: int
    example: str
    row_number: int


def sample_columns(
    connection: duckdb.DuckDBPyConnection, records: Records, parser: Parser
) -> list[ColumnSample]:
    """Look at the first records of a part that has been read; a column without values has none."""
    limit = min(_SAMPLED_RECORDS, max(1, _SAMPLED_CELLS // len(records.header)))
    names = ", ".join(sql.name(name) for name in records.header)
    value = parser.clean("given")
    found = connection.execute(
        f"""
        WITH record AS (
            SELECT _row_number, {names} FROM niaga.numbered_{records.part} LIMIT {limit}
        ),
        given AS (
            UNPIVOT record ON COLUMNS(* EXCLUDE (_row_number)) INTO NAME column_name VALUE given
        ),
        cell AS (SELECT _row_number, column_name, {value} AS value FROM given),
        kinds AS (SELECT *, {_kind_of("value")} AS kind FROM cell WHERE value IS NOT NULL)
        SELECT
            column_name, kind, count(*),
            left(min_by(value, _row_number), {_LONGEST}), min(_row_number)
        FROM kinds
        GROUP BY column_name, kind
        ORDER BY column_name, kind
        """
    ).fetchall()
    return [ColumnSample(*row) for row in found]


def compare_layout(
    known: Layout | None,
    records: Records,
    export: Export,
    samples: Iterable[ColumnSample],
    mapped: Iterable[str],
) -> tuple[Layout, list[LayoutChange]]:
    """Give what is known of a part now, and what was not known before (nothing for a first file).

    `mapped` are the names of the columns that the selects return.
    """
    kinds: dict[str, dict[str, ColumnSample]] = {name: {} for name in records.header}
    for sample in samples:
        kinds[sample.column][sample.kind] = sample
    before = known or {}
    layout = {
        name: {
            "kinds": sorted({*before.get(name, {}).get("kinds", ()), *kinds.get(name, ())}),
            "missing": before.get(name, {}).get("missing", False) or name not in kinds,
        }
        for name in dict.fromkeys([*before, *records.header])
    }
    if known is None:
        return layout, []
    new = [name for name in records.header if name not in known]
    gone = [name for name in known if name not in kinds and not known[name]["missing"]]
    changes = [
        *(_missing(records.part, name, export, new, gone) for name in gone),
        *(_new(records.part, name, {result.lower() for result in mapped}) for name in new),
    ]
    for name, found in kinds.items():
        if name in known and (detail := _retyped(set(known[name]["kinds"]), found)):
            changes.append(LayoutChange(records.part, name, "changed type", detail))
    return layout, changes


def _new(part: str, name: str, mapped: set[str]) -> LayoutChange:
    where = (
        "is in the lake under its own name"
        if name.lower() in mapped
        else "is kept in the archived export: name it in the SQL, and read the exports again, to"
        " have it in the lake"
    )
    return LayoutChange(part, name, "new column", f"is new, and {where}")


def _missing(part: str, name: str, export: Export, new: list[str], gone: list[str]) -> LayoutChange:
    nearest = did_you_mean(name, new).removeprefix("did you mean ").rstrip("?")
    if not nearest and len(new) == len(gone) == 1:
        nearest = f"`{new[0]}`"
    read = "is read as NULL" if name in export.optional_columns else "is not named in the SQL"
    renamed = f"; was it renamed to {nearest}?" if nearest else ""
    return LayoutChange(part, name, "missing column", f"is missing, and {read}{renamed}")


def _retyped(seen: set[str], found: Mapping[str, ColumnSample]) -> str | None:
    """Say which kinds of values a column has that it had not before; None where it has none."""
    fresh = {kind: sample for kind, sample in found.items() if not _fits(kind, seen)}
    if not seen or not fresh:
        return None
    if seen == {_TEXT}:
        if _TEXT in found or sum(sample.values for sample in found.values()) < _ENOUGH_VALUES:
            return None
    elif _TEXT in seen:
        return None
    examples = ", ".join(
        f"{kind} like {sample.example!r} (row {sample.row_number})"
        for kind, sample in sorted(fresh.items(), key=lambda item: item[1].row_number)
    )
    return f"had {' and '.join(sorted(seen))}, and now has {examples}"


def _fits(kind: str, seen: set[str]) -> bool:
    """Say whether values of a kind may stand among those that were seen."""
    numbers = {other for other in seen if other.startswith(_NUMBERS)}
    if kind in (_WHOLE, _NUMBERS):
        return kind in seen or bool(numbers)
    # What may be either, like 1.234, says nothing against decimals of one of the two.
    return kind in seen or (kind.startswith(_NUMBERS) and numbers == {_NUMBERS})


def _kind_of(value: str) -> str:
    """Give the SQL of the kind of a value, whatever the locale of its source is."""
    day = f"regexp_extract({value}, {sql.text(f'^{_DAY}')})"
    shape = f"regexp_replace({day}, '\\pL+', 'Mon')"
    shape = f"regexp_replace({shape}, '\\b[0-9]{{1,2}}\\b', '99', 'g')"
    shape = f"regexp_replace({shape}, '\\b[0-9]{{4}}\\b', '9999')"
    return f"""CASE
        WHEN length({value}) > {_LONGEST} THEN '{_TEXT}'
        WHEN regexp_full_match({value}, '[+-]?[0-9]+') THEN '{_WHOLE}'
        WHEN regexp_full_match({value}, {sql.text(_DAY)}) THEN 'dates as ' || {shape}
        WHEN regexp_full_match({value}, {sql.text(_DAY + _TIME)}) THEN 'times as ' || {shape}
        WHEN NOT regexp_full_match({value}, {sql.text(_AMOUNT)}) THEN '{_TEXT}'
        WHEN {_has_decimals(value, ",", ".")} THEN '{_NUMBERS} with a decimal comma'
        WHEN {_has_decimals(value, ".", ",")} THEN '{_NUMBERS} with a decimal point'
        ELSE '{_NUMBERS}' END"""


def _has_decimals(value: str, point: str, grouping: str) -> str:
    """Give the SQL that is true where a character can't group thousands: it stands for decimals."""
    alone = f"^[^{point}]*[{point}]([0-9]{{1,2}}|[0-9]{{4,}}){_CLOSING}"
    behind = f"[{grouping}].*[{point}]"
    return f"(regexp_matches({value}, '{alone}') OR regexp_matches({value}, '{behind}'))"

"""The layout of an export: which columns it has, what their values look like, and what changed.

What is known of a part grows with each load, and only what is not known yet is a change: so each is
reported once, however often files of both layouts come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import duckdb

from ..wording import did_you_mean
from . import sql
from .parsing import Parser
from .records import Records
from .sources import Export

_SAMPLED_COLUMNS = 1_000
_SAMPLED_CELLS = 50_000
_SAMPLED_RECORDS = 500
_LONGEST = 60
"""A longer value is text, and is shown no further than that."""
_ENOUGH_VALUES = 20
"""Fewer numbers or dates than these do not make a column of text one of numbers or dates."""

_TEXT, _WHOLE, _NUMBERS = "text", "whole numbers", "numbers"
# A value's shape has a 9 for each of its digits.
_WHOLE_SHAPE = re.compile("[+-]?9+")
_DAY_SHAPE = re.compile(
    r"(9{4}[-/.]9{1,2}[-/.]9{1,2}"
    r"|9{1,2}[-/. ](?:9{1,2}|[A-Za-z]{3,9}[.]?)[-/. ](?:9{4}|9{2}))"
    r"([T ]+9{1,2}[:.]9{2}.*)?"
)
_AMOUNT_SHAPE = re.compile(
    r"[(]?(?:[-+]?(?:Rp[.]?|IDR|USD|EUR|[$€£¥]) ?)?[-+]?9[9.,' \u00a0\u202f]*%?[)-]?"
)
_DECIMALS = {
    "comma": re.compile("[^,]*,(9{1,2}|9{4,})[^9.,]*|.*[.].*,.*"),
    "point": re.compile("[^.]*[.](9{1,2}|9{4,})[^9.,]*|.*,.*[.].*"),
}
"""What can't group thousands stands for decimals."""

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
    """Look at the first records and columns of a part that has been read.

    A column without values has no samples.
    """
    first = f"(SELECT * FROM niaga.numbered_{records.part} LIMIT {records_sampled(records.header)})"
    return sample_files(connection, records.header, parser, first, "0").get(0, [])


def sample_files(
    connection: duckdb.DuckDBPyConnection,
    header: tuple[str, ...],
    parser: Parser,
    records: str,
    file: str,
) -> dict[int, list[ColumnSample]]:
    """Look at the first records of each of several files of one header; give samples by file.

    `records` is SQL to stand behind FROM, `file` that of the number of a record's file.
    """
    columns = header[:_SAMPLED_COLUMNS]
    names = ", ".join(sql.name(name) for name in columns)
    # By the shape there are few values to look at, whatever the number of records.
    found = connection.execute(
        f"""
        WITH given AS (
            SELECT {file} AS file, _row_number, unnest([{sql.texts(columns)}]) AS column_name,
                unnest([{names}]) AS given
            FROM {records}
        ),
        cell AS (
            SELECT file, _row_number, column_name,
                left({parser.clean("given")}, {_LONGEST + 1}) AS value
            FROM given
        )
        SELECT file, column_name, translate(value, '012345678', '999999999') AS shape, count(*),
            min_by(value, _row_number), min(_row_number) AS row_number
        FROM cell
        WHERE value IS NOT NULL
        GROUP BY file, column_name, shape
        ORDER BY row_number
        """
    ).fetchall()
    samples: dict[tuple[int, str, str], ColumnSample] = {}
    for of, column, shape, values, example, row_number in found:
        kind = _kind_of(shape)
        first = samples.get((of, column, kind))
        samples[of, column, kind] = (
            replace(first, values=first.values + values)
            if first
            else ColumnSample(column, kind, values, example[:_LONGEST], row_number)
        )
    by_file: dict[int, list[ColumnSample]] = {}
    for (of, _, _), sample in samples.items():
        by_file.setdefault(of, []).append(sample)
    return by_file


def records_sampled(header: tuple[str, ...]) -> int:
    """Give how many of the first records of a file are looked at."""
    return min(_SAMPLED_RECORDS, max(1, _SAMPLED_CELLS // len(header[:_SAMPLED_COLUMNS])))


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


@lru_cache(maxsize=4096)
def _kind_of(shape: str) -> str:
    """Give the kind of the values of a shape, whatever the locale of their source is."""
    if len(shape) > _LONGEST:
        return _TEXT
    if _WHOLE_SHAPE.fullmatch(shape):
        return _WHOLE
    if day := _DAY_SHAPE.fullmatch(shape):
        form = re.sub("[A-Za-z]+", "Mon", re.sub(r"(?<!9)9(?!9)", "99", day[1]))
        return f"{'times' if day[2] else 'dates'} as {form}"
    if not _AMOUNT_SHAPE.fullmatch(shape):
        return _TEXT
    for point, decimals in _DECIMALS.items():
        if decimals.fullmatch(shape):
            return f"{_NUMBERS} with a decimal {point}"
    return _NUMBERS

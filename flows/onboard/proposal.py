"""Propose a source for some files: how they are read, which feed they fill, and what is unsure."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..ingest.contracts import contracts
from ..ingest.patterns import compile_pattern
from ..wording import did_you_mean
from .file_names import file_pattern, is_dated, stem_of
from .joining import find_joins
from .matching import Fit, is_clear, rank_feeds, unsure_matches
from .selects import Select, write_select
from .source_text import PartText, write_source
from .tables import Reading, Refused, Table, reading
from .values import Column, examine
from .writing import Decided, Hints, decide

_MOST_COLUMNS = 300
_ENOUGH = 0.4


@dataclass(frozen=True)
class Proposal:
    """A proposed source as YAML, and what a person has to look at.

    `text` is None where no feed is found; `files` are one file for each part, to try it with.
    """

    name: str
    tables: tuple[Table, ...]
    refused: tuple[Refused, ...]
    feed: str | None = None
    text: str | None = None
    files: tuple[Path, ...] = ()
    unsure: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()
    not_used: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    """The feeds that the columns may fill, the likeliest first, where none is clear."""

    @property
    def is_complete(self) -> bool:
        """Whether the source loads as it stands."""
        return self.text is not None and not self.missing and not self.refused


@dataclass(frozen=True)
class _Parts:
    """The parts of a delivery: their files, tables and columns, the driving part first."""

    files: Mapping[str, list[Path]]
    tables: Mapping[str, Table]
    columns: Mapping[str, list[Column]]

    def every(self, first: str) -> list[tuple[str, Column]]:
        """Give all columns with their parts, those of one part before the others."""
        parts = [first, *(part for part in self.columns if part != first)]
        return [(part, column) for part in parts for column in self.columns[part]]

    def only(self, part: str) -> _Parts:
        """Give one part by itself."""
        return _Parts(
            {part: self.files[part]}, {part: self.tables[part]}, {part: self.columns[part]}
        )


def propose(files: Sequence[Path], name: str | None, feed: str | None) -> Proposal:
    """Look at files and propose the source that reads them.

    Raises UsageError where there is no such file or feed.
    """
    for file in files:
        if not file.is_file():
            raise UsageError(f"there is no file {file}", "name the exports to look at")
    if name is not None and not re.fullmatch("[a-z][a-z0-9_]*", name):
        remedy = "use small letters, digits and _, a letter first"
        raise UsageError(f"`{name}` is no name of a source", remedy)
    if feed is not None and feed not in contracts():
        raise UsageError(
            f"`{feed}` is no feed",
            did_you_mean(feed, contracts()) or "docs/reference/feeds.md names the feeds",
        )
    with (
        tempfile.TemporaryDirectory(prefix="niaga-onboard-") as folder,
        reading(Path(folder)) as opened,
    ):
        found = [table for file in files for table in opened.read(file)]
        tables = tuple(table for table in found if isinstance(table, Table))
        refused = tuple(table for table in found if isinstance(table, Refused))
        if not tables:
            return Proposal(name or stem_of(file_pattern(files)), (), refused)
        return _propose(opened, files, tables, refused, name, feed)


def _propose(
    opened: Reading,
    files: Sequence[Path],
    tables: tuple[Table, ...],
    refused: tuple[Refused, ...],
    name: str | None,
    feed: str | None,
) -> Proposal:
    parts = _parts(opened, tables)
    chosen, joins, ranked = _choose(opened, parts, feed)
    driving = next(iter(chosen.tables))
    pattern = file_pattern(chosen.files[driving])
    called = name or stem_of(pattern)
    not_used = tuple(
        _called(table) for part, table in parts.tables.items() if part not in chosen.tables
    )
    near = tuple(fit.contract.feed for fit in ranked[:4] if fit.score > 0.25)
    if not ranked or (feed is None and not is_clear(ranked)):
        return Proposal(called, tables, refused, not_used=not_used, near=near)
    fit = ranked[0]
    select = write_select(fit, driving, joins)
    hints = Hints(
        tuple(column.title for _, column in chosen.every(driving)),
        str(tables[0].layout.format.get("delimiter", ",")),
        _date_of(files[0], pattern),
    )
    decided = decide(fit, [column for _, column in chosen.every(driving)], hints)
    kept = [driving, *(join.part for join in select.joins)]
    unsure = [
        *(doubt for part in kept for doubt in chosen.tables[part].layout.unsure),
        *unsure_matches(fit),
        *select.unsure,
        *decided.unsure,
    ]
    patterns = {part: file_pattern(chosen.files[part]) for part in kept}
    if len(kept) > 1 and not is_dated(list(patterns.values())):
        patterns = {part: _without_date(text) for part, text in patterns.items()}
    keys = {(join.part, join.column) for join in select.joins}
    left_over = [
        (part, column.name)
        for part, column in chosen.every(driving)
        if part in kept and (part, column.name) not in {*select.used, *keys}
    ]
    text = write_source(
        called,
        {
            part: PartText(
                patterns[part],
                chosen.tables[part].layout.member,
                _format(chosen, part),
                _columns(part, fit, select, decided),
            )
            for part in kept
        },
        decided.locale,
        fit.contract.feed,
        select.text(left_over[:_MOST_COLUMNS]),
        [*unsure, *(f"no column is found for {name}" for name in fit.missing)],
    )
    return Proposal(
        called,
        tables,
        refused,
        feed=fit.contract.feed,
        text=text,
        files=tuple(dict.fromkeys(chosen.files[part][0] for part in kept)),
        unsure=tuple(unsure),
        missing=fit.missing,
        unmapped=tuple(column for _, column in left_over),
        not_used=(
            *not_used,
            *(_called(chosen.tables[part]) for part in chosen.tables if part not in kept),
        ),
        near=near,
    )


def _parts(opened: Reading, tables: Sequence[Table]) -> _Parts:
    """Make a part of the tables that have the same layout and columns, and name it."""
    groups: dict[tuple[Any, ...], list[Table]] = {}
    for table in tables:
        layout = {
            key: value for key, value in table.layout.format.items() if key != "final_newline"
        }
        groups.setdefault((str(layout), table.layout.member, table.names), []).append(table)
    files: dict[str, list[Path]] = {}
    chosen: dict[str, Table] = {}
    columns: dict[str, list[Column]] = {}
    for group in groups.values():
        table = max(group, key=lambda table: table.rows)
        same = [table.file, *(other.file for other in group if other is not table)]
        part = _part_name(table, same, chosen)
        files[part], chosen[part] = same, table
        columns[part] = [
            examine(opened.connection, table, name, title)
            for name, title in list(zip(table.names, table.titles, strict=True))[:_MOST_COLUMNS]
        ]
    return _Parts(files, chosen, columns)


def _part_name(table: Table, files: Sequence[Path], taken: Mapping[str, Any]) -> str:
    text = table.piece.rpartition(".")[0] or table.piece
    name = stem_of(text) if text else stem_of(file_pattern(files))
    name = name[:40].strip("_") or "part"
    # A name that SQL reads as something else could not be selected from.
    name = f"{name}_rows" if re.fullmatch(_RESERVED, name) else name
    numbered = (f"{name}_{number}" for number in range(2, 1000))
    return name if name not in taken else next(text for text in numbered if text not in taken)


_RESERVED = (
    r"all|and|any|array|as|asc|both|case|cast|check|column|create|default|desc|distinct|do|else|end"
    "|except|false|fetch|for|foreign|from|group|having|in|initially|intersect|into|lateral|leading"
    "|limit|not|null|offset|on|only|or|order|placing|primary|qualify|references|returning|select"
    "|some|summarize|symmetric|table|then|to|trailing|true|union|unique|unpivot|using|variadic"
    "|when|where|window|with|left|right|inner|full|cross|natural|join|values|pivot|describe|show"
    "|positional|asof|semi|anti|is|like|similar|glob|overlaps|collation|concurrently|freeze|tablesample|information_schema|niaga|main|source"
)


def _choose(opened: Reading, parts: _Parts, feed: str | None) -> tuple[_Parts, Any, list[Fit]]:
    """Choose the parts that fill a feed best: all that can be joined, or one by itself."""
    options = []
    for part, table in parts.tables.items():
        alone = parts.only(part)
        ranked = rank_feeds(alone.every(part), f"{table.file.stem} {table.piece}", feed)
        options.append((ranked[0].score if ranked else 0.0, alone, (), ranked))
    best = max(
        options, key=lambda option: (option[0], option[1].tables[next(iter(option[1].tables))].rows)
    )
    joins = find_joins(opened.connection, parts.tables, parts.columns)
    if joins:
        driving = max(parts.tables, key=lambda part: parts.tables[part].rows)
        names = [driving, *(join.part for join in joins)]
        joined = _Parts(
            {name: parts.files[name] for name in names},
            {name: parts.tables[name] for name in names},
            {name: parts.columns[name] for name in names},
        )
        ranked = rank_feeds(joined.every(driving), parts.tables[driving].file.stem, feed)
        is_all = len(names) == len(parts.tables) and len({*opened.archived}) > 1
        is_better = ranked and _is_better(ranked[0], best[3][0] if best[3] else None)
        if is_better or (is_all and ranked and ranked[0].score > _ENOUGH):
            return joined, joins, ranked
    return best[1], best[2], best[3]


def _is_better(joined: Fit, alone: Fit | None) -> bool:
    """Tell whether a join fills a feed better: what it lacks counts before what it has more."""
    if alone is None:
        return True
    needed = len(joined.contract.required) or 1
    lacks = len(joined.missing) / needed, -joined.score
    return joined.score > _ENOUGH and lacks < (len(alone.missing) / needed, -alone.score)


def _called(table: Table) -> str:
    return f"{table.file.name} {table.piece}".strip()


def _date_of(file: Path, pattern: str) -> date | None:
    match = compile_pattern(pattern).match(file.name)
    return match.business_date if match else None


def _without_date(pattern: str) -> str:
    return re.sub(r"\{date:[^}]*\}", "*", pattern)


def _format(parts: _Parts, part: str) -> dict[str, Any]:
    return dict(parts.tables[part].layout.format)


def _columns(part: str, fit: Fit, select: Select, decided: Decided) -> dict[str, Any]:
    """Give what `columns` says of a part: the types that are calculated with, and other writing."""
    targets = {(match.part, match.column.name): match.target.type for match in fit.matches}
    said: dict[str, Any] = {}
    for place in [
        *select.typed,
        *(place for place in decided.columns if place not in select.typed),
    ]:
        if place[0] != part:
            continue
        kind = select.typed.get(place) or targets[place]
        other = decided.columns.get(place)
        said[place[1]] = {"type": kind} | other if other else kind
    return said

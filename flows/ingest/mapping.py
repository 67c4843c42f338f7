"""Check a source's selects against the feeds they fill and the parts they read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import duckdb

from ..configuration import load_yaml
from ..errors import ConfigurationError, Fault
from ..wording import did_you_mean
from . import sql
from .cells import missing_column
from .contracts import Check, Column, Contract, contracts
from .days import Days
from .faults import FileFault
from .records import Records
from .sources import Source

ROW_NUMBER = "_row_number"

_MISSING = (
    re.compile(r'Referenced column "(?P<column>.+?)" not found in FROM clause'),
    re.compile(r'(?:Table|list) "(?P<table>.+?)" does not have a column named "(?P<column>.+?)"'),
    re.compile(r'Column "(?P<column>.+?)" in (?:EXCLUDE|REPLACE|RENAME) list not found'),
    re.compile(r'Column "(?P<column>.+?)" does not exist on (?:left|right) side of join'),
)
_AMBIGUOUS = re.compile(r'Ambiguous reference to column name "(?P<column>.+?)"')
_INEXACT_TYPES = ("FLOAT", "DOUBLE")
_EXACT_KINDS = ("integer", "quantity", "money", "rate")


@dataclass(frozen=True)
class Result:
    """One column of a select: its name, its type, and the column of the feed that it fills."""

    name: str
    type: str
    column: Column | None

    @property
    def is_text(self) -> bool:
        """Whether the value has still to be parsed."""
        return self.type == "VARCHAR"


@dataclass(frozen=True)
class FeedMapping:
    """A select of a source and the feed that it fills."""

    contract: Contract
    select: str
    results: tuple[Result, ...]

    @property
    def filled(self) -> tuple[tuple[Result, Column], ...]:
        """The results that fill columns of the feed."""
        return tuple((result, result.column) for result in self.results if result.column)

    @property
    def extras(self) -> tuple[Result, ...]:
        """The results that the feed does not know: they are kept under their own names."""
        return tuple(
            result for result in self.results if not result.column and result.name != ROW_NUMBER
        )


def check_sources(sources: Iterable[Source]) -> None:
    """Raise ConfigurationError where a source fills an unknown feed, or its SQL is no select."""
    faults = [fault for source in sources for fault in _source_faults(source)]
    if faults:
        raise ConfigurationError(faults)


def map_feed(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    feed: str,
    parts: Mapping[str, Records],
    replaced: Days | None,
) -> FeedMapping:
    """Bind the select of a feed to the parts that were read; their rows lie on the `replaced` days.

    Raises FileFault when a file lacks a column that the SQL names, and ConfigurationError when the
    SQL itself is wrong.
    """
    select = source.feeds[feed].strip().rstrip(";")
    try:
        described = connection.execute(f"DESCRIBE {select}").fetchall()
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        _raise_missing_column(source, feed, parts, str(error))
        problem = str(error).partition("\n")[0]
        if found := _AMBIGUOUS.search(problem):
            # It was not while the file had other columns: one file must not stop all sources.
            column = found["column"]
            raise FileFault(
                f'several parts have the column "{column}" in the SQL of feed {feed}'
                f": say in the SQL which part it is of"
            ) from error
        raise _wrong(source, feed, [(problem, "change the SQL")]) from error
    contract = _within(contracts()[feed], replaced)
    columns = {column.name: column for column in contract.columns}
    results = tuple(
        Result(name.lower() if name.lower() in columns else name, kind, columns.get(name.lower()))
        for name, kind, *_ in described
    )
    _refuse_second_columns(feed, results, parts)
    wrong = list(_wrong_results(contract, results))
    if wrong:
        raise _wrong(source, feed, wrong)
    return FeedMapping(contract, select, results)


def _within(contract: Contract, replaced: Days | None) -> Contract:
    """Add the rule that the rows lie on the days that their export replaces.

    A row outside of them would stay when the next export of these days lacks it.
    """
    if replaced is None or replaced.column is None:
        return contract
    first, last = sql.day(replaced.first), sql.day(replaced.last)
    is_inside = Check(
        column=replaced.column,
        holds=f"coalesce({sql.name(replaced.column)} BETWEEN {first} AND {last}, false)",
        problem=f"is not within {replaced.first} to {replaced.last}, which the export replaces",
    )
    return contract.model_copy(update={"checks": (*contract.checks, is_inside)})


def _source_faults(source: Source) -> Iterable[Fault]:
    document = load_yaml(source.path)
    for feed, select in source.feeds.items():
        place = ("feeds", feed)
        if feed not in contracts():
            remedy = did_you_mean(feed, contracts()) or "docs/reference/feeds.md has the feeds"
            yield document.fault(place, "is no feed that niaga knows", remedy)
            continue
        try:
            statements = duckdb.extract_statements(select)
        except duckdb.ParserException as error:
            yield document.fault(place, str(error).partition("\n")[0], "change the SQL")
            continue
        kinds = [statement.type for statement in statements]
        if kinds != [duckdb.StatementType.SELECT]:
            yield document.fault(place, "is not one select", "write one select without a `;`")


def _wrong_results(contract: Contract, results: tuple[Result, ...]) -> Iterator[tuple[str, str]]:
    """Give the problems of what a select returns, each with its remedy."""
    names = [result.name.lower() for result in results]
    if ROW_NUMBER not in names:
        yield f"the select does not return {ROW_NUMBER}", f"add {ROW_NUMBER} of the first part"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"the select returns {name} twice", "leave one of them out"
    for name in names:
        if name.startswith("_") and name != ROW_NUMBER:
            problem = f"the select returns {name}: names with _ in front are niaga's own"
            yield problem, "name the column otherwise"
    for required in contract.required:
        if required not in names:
            problem = f"the select does not return {required}, which every row needs"
            yield problem, did_you_mean(required, names) or "add it to the select"
    for result in results:
        if result.column and result.column.type in _EXACT_KINDS and result.type in _INEXACT_TYPES:
            yield (
                f"{result.name} is {result.type}, which is not exact",
                "type the raw columns (exports: columns:), and multiply rather than divide",
            )


def _refuse_second_columns(
    feed: str, results: tuple[Result, ...], parts: Mapping[str, Records]
) -> None:
    """Raise FileFault where a column of a file has a name that the select gives to another one."""
    names = [result.name.lower() for result in results]
    for part, records in parts.items():
        for name in records.header:
            if names.count(name.lower()) > 1:
                raise FileFault(
                    f'has a column "{name}", and the SQL of feed {feed} calls another one so:'
                    f' write `* exclude ("{name}")` in it',
                    part,
                )


def _raise_missing_column(
    source: Source, feed: str, parts: Mapping[str, Records], message: str
) -> None:
    """Raise FileFault when DuckDB's message says that a column is missing."""
    for pattern in _MISSING:
        if found := pattern.search(message):
            alias = found.groupdict().get("table")
            part = _part_called(alias, source.feeds[feed], parts) if alias else None
            headers = {name: parts[name].header for name in ([part] if part else parts)}
            who = f"the SQL of feed {feed} names"
            raise FileFault(missing_column(found["column"], who, headers), part)


def _part_called(alias: str, select: str, parts: Mapping[str, Records]) -> str | None:
    """Find the part that the select calls by a name of its own (`lines as l`)."""
    for part in parts:
        renamed = rf'\b{part}\b"?\s+(?:as\s+)?"?{re.escape(alias)}\b'
        if part == alias or re.search(renamed, select, re.IGNORECASE):
            return part
    return None


def _wrong(source: Source, feed: str, problems: list[tuple[str, str]]) -> ConfigurationError:
    document = load_yaml(source.path)
    return ConfigurationError([document.fault(("feeds", feed), *problem) for problem in problems])

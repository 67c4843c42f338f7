"""Turn what a source's select returns into typed rows of a feed, each good or faulty.

The rows of a feed become the table `niaga.row_<feed>`: the feed's columns, the extra ones,
`_row_number`, `_is_faulty`, and for faulty rows `_given`, the values that were given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import duckdb

from . import sql
from .contracts import Column
from .faults import FileFault
from .mapping import ROW_NUMBER, FeedMapping, Result
from .parsing import Parser

Given = Callable[[str], str]
"""SQL of the value that was given for a column of the feed."""


@dataclass(frozen=True)
class Rule:
    """What makes a row faulty: a condition, the column to blame, and the reason, as SQL."""

    condition: str
    column: str
    reason: str


def make_rows(
    connection: duckdb.DuckDBPyConnection, mapping: FeedMapping, parser: Parser, currency: str
) -> None:
    """Make `niaga.row_<feed>`; raise FileFault when the select fails on this data."""
    feed = mapping.contract.feed
    try:
        connection.execute(
            f"CREATE TABLE niaga.row_{feed} AS {all_rows(mapping, parser, currency)}"
        )
    except (duckdb.DataError, duckdb.InvalidInputException) as error:
        problem = str(error).partition("\n")[0]
        raise FileFault(f"the SQL of feed {feed} fails on it: {problem}") from error
    lost = connection.execute(
        f"SELECT count(*) FROM niaga.row_{feed} WHERE {ROW_NUMBER} IS NULL"
    ).fetchall()[0][0]
    if lost:
        raise FileFault(f"the SQL of feed {feed} returns {lost} rows without {ROW_NUMBER}")


def faultless_rows(mapping: FeedMapping, parser: Parser, currency: str) -> str:
    """Give the SQL of a feed's rows that fails at the first faulty one, instead of `make_rows`."""
    # Not as a condition: then it could be looked at before the select's own.
    checked = (
        f"CASE WHEN _is_faulty OR {ROW_NUMBER} IS NULL THEN CAST(error('a faulty row') AS BIGINT)"
        f" ELSE {ROW_NUMBER} END AS {ROW_NUMBER}"
    )
    return f"SELECT * REPLACE ({checked}) FROM ({all_rows(mapping, parser, currency)})"


def faults_of(mapping: FeedMapping, parser: Parser, currency: str, driving_part: str) -> str:
    """Give the SQL that lists the faults of a feed's rows: one row for each fault."""

    def given(name: str) -> str:
        return f"_given.{sql.name(name)}"

    filled = {column.name for _, column in mapping.filled}
    faults = ", ".join(
        f"CASE WHEN {rule.condition} THEN {{'column_name': {sql.text(rule.column)}, 'value': "
        f"{given(rule.column) if rule.column in filled else 'NULL::VARCHAR'}, "
        f"'reason': {rule.reason}}} END"
        for rule in _rules(mapping, parser, currency, given)
    )
    return f"""
        SELECT DISTINCT
            found.row_number, fault.column_name, fault.value, fault.reason, record.raw
        FROM (
            SELECT {ROW_NUMBER} AS row_number, unnest([{faults}]) AS fault
            FROM niaga.row_{mapping.contract.feed}
            WHERE _is_faulty
        ) AS found
        JOIN niaga.record_{driving_part} AS record ON record.row_number = found.row_number
        WHERE fault IS NOT NULL
    """


def all_rows(mapping: FeedMapping, parser: Parser, currency: str) -> str:
    """Give the SQL of a feed's rows, good and faulty: in layers, so that each cell is read once."""
    filled = mapping.filled
    by_name = {column.name: (result, column) for result, column in filled}
    cleaned = [f"CAST({ROW_NUMBER} AS BIGINT) AS {ROW_NUMBER}"]
    cleaned += [f"{_cleaned(result, parser)} AS {_given(column.name)}" for result, column in filled]
    cleaned += [_extra(result) for result in mapping.extras]
    parsed = [
        f"{_parsed(*by_name[column.name], parser)} AS {sql.name(column.name)}"
        if column.name in by_name
        else f"CAST(NULL AS {column.duckdb_type}) AS {sql.name(column.name)}"
        for column in mapping.contract.columns
    ]
    faulty = " OR ".join(rule.condition for rule in _rules(mapping, parser, currency, _given))
    names = [column.name for column in mapping.contract.columns]
    names += [result.name for result in mapping.extras]
    texts = ", ".join(
        f"{sql.text(column.name)}: CAST({_given(column.name)} AS VARCHAR)" for _, column in filled
    )
    # The select may end in a comment: hence the line break behind it.
    return f"""
        WITH mapped AS (
            {mapping.select}
        ),
        cleaned AS (SELECT {", ".join(cleaned)} FROM mapped),
        parsed AS (SELECT *, {", ".join(parsed)} FROM cleaned),
        judged AS (SELECT *, coalesce({faulty or "false"}, false) AS _is_faulty FROM parsed)
        SELECT
            {ROW_NUMBER},
            {", ".join(sql.name(name) for name in names)},
            _is_faulty,
            CASE WHEN _is_faulty THEN {{{texts}}} END AS _given
        FROM judged
    """


def _rules(mapping: FeedMapping, parser: Parser, currency: str, given: Given) -> Iterator[Rule]:
    """Give all rules of a feed: none of them may be NULL for a faulty row."""
    contract = mapping.contract
    for result, column in mapping.filled:
        yield from _column_rules(result, column, parser, given(column.name))
    if contract.one_of:
        groups = [
            " AND ".join(f"{sql.name(name)} IS NOT NULL" for name in group)
            for group in contract.one_of
        ]
        names = ", or ".join(" with ".join(group) for group in contract.one_of)
        yield Rule(
            f"NOT (({') OR ('.join(groups)}))",
            contract.one_of[0][0],
            sql.text(f"is missing: a row needs {names}"),
        )
    for check in contract.checks:
        holds = check.holds.replace("{currency}", currency)
        problem = check.problem.replace("{currency}", currency)
        yield Rule(f"NOT coalesce({holds}, true)", check.column, sql.text(problem))


def _column_rules(result: Result, column: Column, parser: Parser, given: str) -> Iterator[Rule]:
    value = sql.name(column.name)
    if not (result.is_text and column.type == "text"):
        problem = (
            parser.problem(column.type, given)
            if result.is_text
            else parser.conversion_problem(column.type, result.type)
        )
        yield Rule(f"({given} IS NOT NULL AND {value} IS NULL)", column.name, problem)
    if column.required:
        yield Rule(f"({given} IS NULL)", column.name, sql.text("is missing"))
    if column.allowed:
        problem = sql.text(f"is none of: {', '.join(column.allowed)}")
        allowed = f"coalesce({value} NOT IN ({sql.texts(column.allowed)}), false)"
        yield Rule(allowed, column.name, problem)


def _given(name: str) -> str:
    return sql.name(f"_given {name}")


def _cleaned(result: Result, parser: Parser) -> str:
    name = sql.name(result.name)
    return parser.clean(name) if result.is_text else name


def _parsed(result: Result, column: Column, parser: Parser) -> str:
    given = _given(column.name)
    if result.is_text:
        return parser.value(column.type, given)
    return parser.converted(column.type, given, result.type)


def _extra(result: Result) -> str:
    name = sql.name(result.name)
    # Parquet has no integers of 128 bits: they would be written as inexact numbers.
    return f"CAST({name} AS DECIMAL(38,0)) AS {name}" if "HUGEINT" in result.type else name

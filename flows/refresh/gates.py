"""The gates between the stages: expectations of the build's tables, checked by Great Expectations.

A gate reads the build database and changes nothing in it. Every result is recorded in the state
database, failing rows included; then a failed critical expectation stops the run.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import sqlalchemy as sa

from ..engine import engine_settings
from ..errors import GateStopped
from ..ingest.contracts import Contract, contracts
from ..state import tables, utc_now

if TYPE_CHECKING:
    from pathlib import Path

    from ..progress import Progress
    from ..state import State
    from ..workspace import Workspace

GateStage = Literal["landed", "staged", "marts"]
Suites = Mapping[str, list[Any]]
"""Expectations by `schema.table`."""

_FEED_RELATIONS: Mapping[GateStage, tuple[str, ...]] = {
    "landed": ("lake.{feed}_loaded",),
    "staged": ("lake.{feed}", "staging.stg_{feed}"),
    "marts": (),
}
"""What a gate looks at of each feed: one without any rows there needs no checks."""


_WHOLE_TABLE = "whole table"


@dataclass(frozen=True)
class CheckResult:
    """What one expectation found; `sample` has the first failing rows, as JSON keeps them exact."""

    suite: str
    table_name: str
    expectation: str
    severity: str
    success: bool
    observed: str
    unexpected_rows: int
    sample: list[dict[str, Any]] = field(default_factory=list)
    query: str = ""


@dataclass(frozen=True)
class GateReport:
    """What a gate found, in the order in which it looked."""

    stage: str
    results: tuple[CheckResult, ...]

    @property
    def failed_critical(self) -> tuple[CheckResult, ...]:
        """The failures that stop the run."""
        return tuple(r for r in self.results if not r.success and r.severity == "critical")

    @property
    def failed_warning(self) -> tuple[CheckResult, ...]:
        """The failures that are published with the data."""
        return tuple(r for r in self.results if not r.success and r.severity != "critical")

    @property
    def passed(self) -> tuple[CheckResult, ...]:
        """The expectations that were met."""
        return tuple(r for r in self.results if r.success)


def check(
    workspace: Workspace, state: State, run_id: str, stage: GateStage, progress: Progress
) -> GateReport:
    """Check the build at one gate and record what was found.

    Raises GateStopped, with the report, when a critical expectation failed.
    """
    name = f"gate {stage}"
    # How many tables there are to check is known only after an import that takes seconds.
    progress.start(name)
    with duckdb.connect(str(workspace.build_database), read_only=True) as connection:
        relations = _relations(connection)
        feeds = _feeds_with_rows(connection, _FEED_RELATIONS[stage])
    report = GateReport(stage, ())
    if stage != "landed" or feeds:
        report = _examine(
            workspace.build_database, workspace.spill, stage, relations, feeds, progress
        )
    _record(state, run_id, report)
    progress.finish(name, _summary(report))
    if report.failed_critical:
        raise GateStopped(report)
    return report


def _relations(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Give all tables and views of the build."""
    found = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
    )
    return {name for (name,) in found.fetchall()}


def _feeds_with_rows(
    connection: duckdb.DuckDBPyConnection, relations: tuple[str, ...]
) -> list[Contract]:
    """Give the feeds of which any of the relations has rows."""
    return [
        contract
        for feed, contract in contracts().items()
        if any(_has_rows(connection, relation.format(feed=feed)) for relation in relations)
    ]


def _has_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    try:
        return bool(connection.execute(f"select exists (from {relation})").fetchall()[0][0])
    except duckdb.Error:
        # A relation that is missing or can't be read is looked at by the gate, where it fails.
        return True


def _examine(
    database: Path,
    spill: Path,
    stage: GateStage,
    relations: set[str],
    feeds: list[Contract],
    progress: Progress,
) -> GateReport:
    """Check the suites of a gate, table by table."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # Late, because this imports Great Expectations, which takes a while. The package lies in a
    # folder of its own beside this one's, which mypy does not know.
    from ..expectations import landed, marts, staged  # type: ignore[import-not-found]

    suites: Suites
    match stage:
        case "landed":
            suites = landed.suites(feeds)
        case "staged":
            suites = staged.suites(feeds)
        case "marts":
            suites = marts.suites()
    results: list[CheckResult] = []
    with _quiet(), _build(database, spill, relations & suites.keys()) as build:
        for table, expectations in suites.items():
            if table in relations:
                results += _check_table(build, stage, table, expectations)
            else:
                results.append(_unreadable(stage, table, "there is no such table"))
            progress.advance(f"gate {stage}", note=table)
    return GateReport(stage, tuple(results))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's log to itself: what it has to say is in the results."""
    logger = logging.getLogger("great_expectations")
    handlers, propagate = logger.handlers, logger.propagate
    logger.handlers, logger.propagate = [logging.NullHandler()], False
    try:
        yield
    finally:
        logger.handlers, logger.propagate = handlers, propagate


@contextmanager
def _build(database: Path, spill: Path, tables_to_check: set[str]) -> Iterator[Any]:
    """Open the build for Great Expectations, and let go of it altogether in the end.

    The tables are named at once: for each one that is added it writes all its settings anew.
    """
    import great_expectations as gx

    from .buffered_dialect import DIALECT

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    url = sa.URL.create(DIALECT, database=str(database)).render_as_string()
    build = context.data_sources.add_sql(
        "build",
        connection_string=url,
        create_temp_table=False,
        assets=[
            {
                "type": "query",
                "name": table,
                "query": f"select * from {table}",
                "batch_definitions": [{"name": _WHOLE_TABLE, "partitioner": None}],
            }
            for table in sorted(tables_to_check)
        ],
        kwargs={"connect_args": {"read_only": True, "config": engine_settings(spill)}},
    )
    try:
        yield build
    finally:
        # Each has connections of its own, and DuckDB lets nobody write while one of them is open.
        build.get_execution_engine().close()
        build.get_engine().dispose()


def _check_table(
    build: Any, stage: GateStage, table: str, expectations: list[Any]
) -> list[CheckResult]:
    import great_expectations as gx

    batch = build.get_asset(table).get_batch_definition(_WHOLE_TABLE).get_batch()
    outcomes = batch.validate(gx.ExpectationSuite(name=table, expectations=expectations)).results
    found = {outcome.expectation_config.description: outcome for outcome in outcomes}
    # Great Expectations has an order of its own; the modules' is the one to read.
    return [
        _result(stage, table, expectation, found[expectation.description])
        for expectation in expectations
    ]


def _result(stage: GateStage, table: str, expectation: Any, outcome: Any) -> CheckResult:
    if problem := _problem(outcome.exception_info):
        # What can't be checked proves nothing, however mild the expectation: so it stops the run.
        return CheckResult(
            stage, table, expectation.description, "critical", False,
            f"could not be checked: {problem}", 0, query=expectation.unexpected_rows_query,
        )  # fmt: skip
    rows = int(outcome.result["observed_value"])
    return CheckResult(
        stage,
        table,
        expectation.description,
        str(expectation.severity.value),
        bool(outcome.success),
        f"{rows} failing row{'' if rows == 1 else 's'}",
        rows,
        outcome.result["details"]["unexpected_rows"],
        "" if outcome.success else expectation.unexpected_rows_query,
    )


def _problem(exception_info: Mapping[str, Any]) -> str:
    """Give the first line of what went wrong in a check; empty when nothing did."""
    if exception_info.get("raised_exception") is False:
        return ""
    told = [exception_info] if "exception_message" in exception_info else exception_info.values()
    message = next((str(info["exception_message"]) for info in told), "unknown")
    return _first_line(message)


def _first_line(message: object) -> str:
    return str(message).strip().partition("\n")[0]


def _unreadable(stage: GateStage, table: str, problem: str) -> CheckResult:
    return CheckResult(
        stage, table, "the table is in the build and can be read", "critical", False, problem, 0
    )


def _record(state: State, run_id: str, report: GateReport) -> None:
    now = utc_now()
    rows = [
        {
            "run_id": run_id,
            "suite": result.suite,
            "table_name": result.table_name,
            "expectation": result.expectation,
            "severity": result.severity,
            "success": result.success,
            "observed": result.observed,
            "unexpected_rows": result.unexpected_rows,
            "detail": None if result.success else {"sample": result.sample, "query": result.query},
            "checked_at": now,
        }
        for result in report.results
    ]
    if rows:
        with state.engine.begin() as connection:
            connection.execute(tables.check_result.insert(), rows)


def _summary(report: GateReport) -> str:
    told = f"{len(report.results)} expectations"
    if failed := len(report.failed_critical):
        told += f", {failed} failed"
    if warnings := len(report.failed_warning):
        told += f", {warnings} warning{'' if warnings == 1 else 's'}"
    return told

"""A company of many cases: its folder, one night, and the figures of its marts."""

from __future__ import annotations

import csv
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import yaml
from niaga.commission.plans import check_plans
from niaga.errors import ConfigurationError
from niaga.ingest.contracts import contracts
from niaga.operate.run import run_verb
from niaga.progress import Silent
from niaga.workspace import Workspace, create_workspace, find_workspace

from .case import Case, Figure, Line
from .words import MONEY_DIGITS, NotSaid, Said, order, person

COMPANY = "company"
"""Who has what the company keeps, as cases name it."""


class Company:
    """The cases of one currency, as the participants of one workspace."""

    def __init__(self, folder: Path, currency: str, cases: dict[str, tuple[Case, Said]]) -> None:
        self._workspace = _company(folder, currency)
        self._cases = cases
        self._runs: list[list[str]] = []

    def run(self) -> None:
        """Land everything, and run a night; then the nights of the cases that have several.

        Raises AssertionError with its words if a night fails.
        """
        rows: dict[str, list[dict[str, str]]] = defaultdict(list)
        rows["product"] = [{"product_id": "product", "name": "product", "valid_from": "1990-01-01"}]
        for _, said in self._cases.values():
            for plan in said.every_plan:
                file = self._workspace.plans_folder / f"{plan['plan']}.yml"
                file.write_text(yaml.safe_dump(plan, sort_keys=False))
            for feed, added in said.feeds.items():
                rows[feed] += added
        self._night(rows, date(2030, 1, 1))
        nights = max(len(said.nights) for _, said in self._cases.values())
        for number in range(nights):
            rows = defaultdict(list)
            for _, said in self._cases.values():
                for _, feeds in said.nights[number : number + 1]:
                    for feed, added in feeds.items():
                        rows[feed] += added
            self._night(rows, date(2030, 1, 2 + number))

    def _night(self, rows: dict[str, list[dict[str, str]]], day: date) -> None:
        for feed, content in rows.items():
            _land(self._workspace, feed, content, day)
        outcome = run_verb("nightly", self._workspace, Silent())
        assert outcome.exit_code == 0, [(f.file_name, f.reason) for f in outcome.held_files]
        earlier = [run_id for runs in self._runs for run_id in runs]
        with duckdb.connect(str(self._marts), read_only=True) as connection:
            found = connection.execute("select distinct run_id from commission.ledger").fetchall()
        self._runs.append([run_id for (run_id,) in found if run_id not in earlier])

    def faults(self, case: Case) -> list[str]:
        """Compare a case with the marts: a line for each figure that is not as expected."""
        with duckdb.connect(str(self._marts), read_only=True) as connection:
            checked: list[tuple[Figure | Line, object, object]] = [
                *(
                    (figure, figure.value, self._exception(connection, case, figure))
                    for figure in case.figures
                    if figure.item == "exception"
                ),
                *(
                    (figure, Fraction(figure.value), self._figure(connection, case, figure))
                    for figure in case.figures
                    if figure.item != "exception"
                ),
                *(
                    (line, Fraction(line.amount), self._line(connection, case, line))
                    for line in case.lines
                ),
            ]
        return [
            f"{said}: niaga has {found}" for said, expected, found in checked if found != expected
        ]

    def _exception(self, connection: duckdb.DuckDBPyConnection, case: Case, figure: Figure) -> str:
        """Give the reasons of a participant's exceptions, or what its plan is refused for."""
        plan = self._cases[case.case_id][1].plans_to_check.get(figure.rep)
        if plan:
            return _refused(plan)
        found = connection.execute(
            "select distinct reason from commission.commission_exception"
            " where participant_id = $1 and period = $2"
            " union select reason from commission.commission_summary"
            " where participant_id = $1 and period = $2 and reason is not null order by all",
            [person(case, figure.rep), figure.period],
        ).fetchall()
        return ", ".join(reason for (reason,) in found) or "none"

    @property
    def _marts(self) -> Path:
        return self._workspace.published / "current" / "all" / "marts.duckdb"

    def _figure(
        self, connection: duckdb.DuckDBPyConnection, case: Case, figure: Figure
    ) -> Fraction | None:
        said = self._cases[case.case_id][1]
        if said.nights and (figure.item != "earned" or case.plan["calc"] == "claw"):
            return self._posted(connection, case, figure)
        is_read = figure.item in said.readings
        column = _COLUMNS.get("earned" if is_read else figure.item)
        is_changed = "exchange" in said.plan and figure.item == "earned"
        if is_changed:
            column = ("statement", "sum(paid_amount)")
        if column is None:
            raise NotSaid(f"the item {figure.item}")
        table, expression = column
        expression = expression.format(digits=case.plan["rounding"]["digits"])
        conditions = ["participant_id = ?"]
        values: list[object] = [person(case, figure.rep)]
        if figure.rep in ("*", COMPANY):
            conditions, values = ["plan_id = ?"], [said.plan["plan"]]
        if figure.item == "ytd":
            conditions.append("period <= ? and starts_with(period, ?)")
            values += [figure.period, figure.period[:4]]
        elif figure.period != "all":
            conditions.append("period = ?")
            values.append(figure.period)
        is_by_payee = case.plan["calc"] == "broker_cap"
        if is_by_payee:
            conditions.append("payee = ?")
            values.append("company" if figure.rep == COMPANY else "participant")
        elif figure.component != "total" and not is_changed:
            parts = said.parts.get(figure.component, (figure.component,))
            conditions.append("list_contains(?, component_id)")
            values.append(said.readings.get(figure.item, parts))
        return _exact(
            connection.execute(
                f"select {expression} from commission.{table} where {' and '.join(conditions)}",
                values,
            ).fetchall()[0][0]
        )

    def _posted(
        self, connection: duckdb.DuckDBPyConnection, case: Case, figure: Figure
    ) -> Fraction:
        """Give what the nights of a period have posted, or a later one for an earlier period."""
        labels = [period for period, _ in self._cases[case.case_id][1].nights]
        nights = [number for number, label in enumerate(labels, 1) if label == figure.period]
        condition = "true"
        if figure.item == "total_to_date":
            nights = list(range(1, max(nights) + 1))
        elif figure.item == "prior_period_adjustment":
            condition = f"earned_period <> '{figure.period}'"
        elif figure.item.startswith("delta_v"):
            nights = [int(figure.item.removeprefix("delta_v"))]
            condition = f"earned_period = '{figure.period}'"
        elif figure.item not in ("earned", "payment", "payment_with_adjustment"):
            raise NotSaid(f"the item {figure.item} of several nights")
        runs = [run_id for number in nights for run_id in self._runs[number]]
        found = connection.execute(
            "select coalesce(sum(amount), 0) from commission.ledger"
            f" where participant_id = ? and {condition} and list_contains(?, run_id)",
            [person(case, figure.rep), runs],
        ).fetchall()
        return Fraction(found[0][0])

    def _line(self, connection: duckdb.DuckDBPyConnection, case: Case, line: Line) -> Fraction:
        whose = "case payee when 'company' then ? else participant_id end"
        found = connection.execute(
            "select coalesce(sum(commission_amount), 0) from commission.commission_line"
            f" where {whose} = ? and starts_with(transaction_id, ?)",
            [
                person(case, COMPANY),
                person(case, line.rep),
                f"{order(case, line.transaction)}:",
            ],
        ).fetchall()
        return Fraction(found[0][0])


_COLUMNS = {
    "earned": ("commission_summary", "sum(commission_amount)"),
    "total": ("commission_summary", "sum(commission_amount)"),
    "base": (
        "commission_line",
        "sum(case when line_kind <> 'adjustment' then commission_amount else 0 end)",
    ),
    "calculated": ("commission_summary", "sum(calculated_amount)"),
    "cumulative": ("commission_summary", "sum(measure_to_date_amount)"),
    "ytd": ("commission_summary", "sum(commission_amount)"),
    "quota": ("commission_summary", "round(sum(quota_amount), {digits})"),
    "target_pay": ("commission_summary", "round(sum(target_amount), {digits})"),
    "attainment_after": ("commission_summary", "sum(measure_to_date_amount)"),
    "attainment_pct": ("commission_summary", "round(sum(attainment) * 100, 4)"),
    "payout_pct": (
        "commission_summary",
        "round(sum(commission_amount) * 100 / nullif(sum(target_amount), 0), 4)",
    ),
    "rate_pct": ("commission_summary", "round(max(effective_rate) * 100, 4)"),
    "funded": ("commission_summary", "max(funded_amount)"),
    "credit": ("commission_line", "sum(credited_amount)"),
}


def check_plan(plan: dict[str, Any], folder: Path) -> None:
    """Raise ConfigurationError where `niaga plan check` refuses a plan by itself.

    `folder` is for the companies that plans are checked in, one a currency.
    """
    root = folder / plan["currency"]
    workspace = find_workspace(root) if root.exists() else _company(root, plan["currency"])
    (workspace.plans_folder / "plan.yml").write_text(yaml.safe_dump(plan, sort_keys=False))
    check_plans(workspace)


def _refused(plan: dict[str, Any]) -> str:
    """Give what `niaga plan check` says of the tiers of a plan, or `none`."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            check_plan(plan, Path(folder))
        except ConfigurationError as fault:
            return ", ".join(re.findall(r"\btier_\w+", str(fault))) or "none"
    return "none"


def _company(folder: Path, currency: str) -> Workspace:
    """Make a company whose sales may have more decimals than the money that is paid."""
    settings = create_workspace(folder, "Golden cases", currency).root / "niaga.yml"
    scale = re.compile(r"^money_scale: .*$", re.MULTILINE)
    settings.write_text(scale.sub(f"money_scale: {MONEY_DIGITS}", settings.read_text()))
    return find_workspace(folder)


def _exact(value: object) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def _land(workspace: Workspace, feed: str, rows: Iterable[dict[str, str]], day: date) -> None:
    """Write a feed's rows as an export, and the source that takes it column by column."""
    columns = [column.name for column in contracts()[feed].columns]
    select = ", ".join(f'"{name}"' for name in columns)
    source = {
        "source": feed,
        "exports": {"rows": {"file": f"{feed}_{{date:%Y-%m-%d}}.csv"}},
        "feeds": {feed: f"select _row_number, {select} from rows"},
    }
    (workspace.sources_folder / f"{feed}.yml").write_text(yaml.safe_dump(source, sort_keys=False))
    with (workspace.landing / f"{feed}_{day}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)

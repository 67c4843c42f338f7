"""The Northwind example: its sources give the totals that were worked out apart from niaga."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from niaga.commission.plans import check_plans
from niaga.ingest.stage import ingest
from niaga.progress import Silent
from niaga.state import State
from niaga.workspace import find_workspace

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "northwind"
TRUTH = Path(__file__).parent / "northwind_truth"
FIGURES = ("orders", "lines", "quantity", "gross", "discount_amount", "net")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    root = tmp_path_factory.mktemp("examples") / "northwind"
    shutil.copytree(EXAMPLE, root)
    workspace = find_workspace(root)
    with State.open(workspace) as state:
        report = ingest(workspace, state, state.start_run("ingest"), Silent())
    assert {outcome.status for outcome in report.outcomes} == {"loaded"}
    assert report.rows_held == 0
    with duckdb.connect() as connection:
        for feed in workspace.lake.iterdir():
            connection.execute(f"create view {feed.name} as select * from '{feed}/*.parquet'")
        yield connection


@pytest.mark.parametrize(
    ("truth", "key", "named"),
    [
        ("totals", None, None),
        ("sales_by_region", "regionDescription", "territory_id"),
        ("sales_by_employee", "employeeID", "sales_rep_id"),
        ("sales_by_month", "month", "strftime(order_date, '%Y-%m')"),
        (
            "sales_by_employee_quarter",
            ("employeeID", "quarter"),
            "sales_rep_id, year(order_date) || 'Q' || quarter(order_date)",
        ),
    ],
)
def test_sales_lines_give_the_true_totals(
    lake: duckdb.DuckDBPyConnection,
    truth: str,
    key: str | tuple[str, ...] | None,
    named: str | None,
) -> None:
    keys = [] if key is None else [key] if isinstance(key, str) else list(key)
    rows = csv.DictReader((TRUTH / f"{truth}.csv").read_text().splitlines())
    wanted = {
        (*(row[name] for name in keys), *(Decimal(row[name]) for name in FIGURES)) for row in rows
    }
    found = lake.execute(
        f"""
        select {named + "," if named else ""}
            count(distinct order_id), count(*), sum(quantity), sum(unit_price * quantity),
            sum(discount_amount), sum(net_amount)
        from sales_line
        {"group by all" if named else ""}
        """
    ).fetchall()
    assert len(found) == len(wanted)
    assert {(*row[: len(keys)], *map(Decimal, row[len(keys) :])) for row in found} == wanted


@pytest.mark.parametrize("seed", range(4))
def test_late_and_corrected_files_in_any_order_give_the_same_totals(
    tmp_path: Path, seed: int
) -> None:
    root = tmp_path / "northwind"
    shutil.copytree(EXAMPLE, root)
    source = root / "sources" / "northwind_sales.yml"
    source.write_text(source.read_text() + "replaces: everything\n")
    workspace = find_workspace(root)
    good = {path.name: path.read_bytes() for path in workspace.landing.iterdir()}
    files = list(good.items()) * 2  # each file comes twice
    for name, content in good.items():
        # What the company said two days before: wrong prices, and a line too many.
        older = name.replace("05-06", "05-04")
        if name.startswith("order_details"):
            content = content.replace(b",14.00,", b",140.00,") + b"10248,1,18.00,7,0\n"
        files.append((older, content))
    rng = random.Random(seed)
    rng.shuffle(files)
    for path in workspace.landing.iterdir():
        path.unlink()
    with State.open(workspace) as state:
        while files:
            for _ in range(min(rng.randint(1, 12), len(files))):
                name, content = files.pop()
                (workspace.landing / name).write_bytes(content)
            ingest(workspace, state, state.start_run("ingest"), Silent())
        with state.reading() as connection:
            paths = (
                connection.exec_driver_sql(
                    "select path from segment join load using (load_id)"
                    " where feed = 'sales_line' and status = 'current'"
                )
                .scalars()
                .all()
            )
    assert len(paths) == 1
    totals = duckdb.execute(
        "select count(distinct order_id), count(*), sum(quantity), sum(net_amount)"
        " from read_parquet(?)",
        [[str(root / path) for path in paths]],
    ).fetchone()
    (truth,) = csv.DictReader((TRUTH / "totals.csv").read_text().splitlines())
    assert totals == tuple(
        Decimal(truth[figure]) for figure in ("orders", "lines", "quantity", "net")
    )


def test_teams_agree_with_the_territories_of_the_employees(lake: duckdb.DuckDBPyConnection) -> None:
    differing = lake.execute(
        """
        select distinct participant_id
        from participant
        inner join sales_line on participant_id = sales_rep_id
        where participant.territory_id is distinct from sales_line.territory_id
        """
    ).fetchall()
    assert differing == []


def test_everybody_has_a_plan_and_a_quota_for_every_quarter(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    assert {check.plan_id for check in check_plans(find_workspace(EXAMPLE))} == {
        plan for (plan,) in lake.execute("select distinct plan_id from plan_assignment").fetchall()
    }
    quotas = lake.execute(
        """
        select quota_type, count(distinct participant_id), count(distinct period), count(*)
        from quota group by quota_type order by quota_type
        """
    ).fetchall()
    assert quotas == [("revenue", 9, 8, 72), ("team_revenue", 2, 8, 16)]


def test_dates_and_names_are_read(lake: duckdb.DuckDBPyConnection) -> None:
    assert lake.execute(
        """
        select name, role, manager_id, cast(hire_date as varchar), target_incentive_amount
        from participant where participant_id = '5'
        """
    ).fetchall() == [("Steven Buchanan", "Sales Manager", "2", "1993-10-17", Decimal(18_000))]
    assert lake.execute(
        "select count(*), count(ship_date), min(cast(order_date as varchar)) from sales_line"
    ).fetchall() == [(2155, 2082, "1996-07-04")]


def test_the_licence_comes_with_the_data() -> None:
    assert "MIT License" in (EXAMPLE / "LICENSE-northwind.txt").read_text()
    for readme in (EXAMPLE / "README.md", TRUTH / "README.md"):
        assert "graphql-compose/graphql-compose-examples" in readme.read_text()

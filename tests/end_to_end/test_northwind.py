"""A real company through a whole night: its marts equal the truths that come with the data."""

from __future__ import annotations

import csv
import shutil
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from ..support.postgresql import PostgresqlServer
from .conftest import niaga
from .marts import query

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "northwind"
TRUTH = Path(__file__).parents[1] / "examples" / "northwind_truth"
REPRESENTATIVES = ("1", "3", "4", "6", "7", "8", "9")


def truth(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((TRUTH / f"{name}.csv").read_text().splitlines()))


@pytest.fixture(scope="module")
def northwind(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgresqlServer) -> Path:
    """The company after a night, with its state in PostgreSQL."""
    root = tmp_path_factory.mktemp("northwind") / "northwind"
    shutil.copytree(EXAMPLE, root)
    with (root / "niaga.yml").open("a") as settings:
        settings.write(f"state: {postgresql.new_database()}\n")
    ended = niaga("nightly", "--workspace", root)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return root


def test_the_company_its_employees_and_regions_sold_what_is_true(northwind: Path) -> None:
    assert query(northwind, "select sum(net_amount) from core.sales_line") == [
        (Decimal("1265793.0395"),)
    ]
    assert query(northwind, "select sum(net_amount) from channel.channel_performance") == [
        (Decimal("1265793.0395"),)
    ]
    by_employee = dict(
        query(northwind, "select sales_rep_id, sum(net_amount) from core.sales_line group by all")
    )
    assert by_employee == {
        row["employeeID"]: Decimal(row["net"]) for row in truth("sales_by_employee")
    }
    by_region = dict(
        query(northwind, "select territory_id, sum(net_amount) from core.sales_line group by all")
    )
    assert by_region == {
        row["regionDescription"]: Decimal(row["net"]) for row in truth("sales_by_region")
    }


def test_attainment_is_what_each_employee_sold_in_each_quarter(northwind: Path) -> None:
    credited = {
        (participant, period.replace("-", "")): amount
        for participant, period, amount in query(
            northwind,
            "select participant_id, period, credited_amount from quota.rep_attainment "
            "where quota_type = 'revenue'",
        )
    }
    sold = {
        (row["employeeID"], row["quarter"]): Decimal(row["net"])
        for row in truth("sales_by_employee_quarter")
    }
    assert credited
    assert all(amount == sold.get(key, 0) for key, amount in credited.items())


def test_commission_of_representatives_is_each_slice_at_its_own_rate(northwind: Path) -> None:
    """2% to 80% of the quarter's quota, 4% to 100%, 6% above; worked out from the true sales."""
    sold = {
        (row["employeeID"], f"{row['quarter'][:4]}-{row['quarter'][4:]}"): Decimal(row["net"])
        for row in truth("sales_by_employee_quarter")
    }
    quotas = query(
        northwind,
        "select participant_id, period, quota_amount from quota.rep_attainment "
        "where quota_type = 'revenue'",
    )
    paid = {
        (participant, f"{start.year}-Q{(start.month + 2) // 3}"): amount
        for participant, start, amount in query(
            northwind,
            "select participant_id, window_start, sum(commission_amount) "
            "from commission.commission_line where component_id = 'revenue' group by all",
        )
    }
    checked = 0
    for participant, period, quota in quotas:
        net = sold.get((participant, period))
        if participant not in REPRESENTATIVES or net is None:
            continue
        low = min(net, quota * Decimal("0.8")) * Decimal("0.02")
        middle = max(min(net, quota) - quota * Decimal("0.8"), 0) * Decimal("0.04")
        high = max(net - quota, 0) * Decimal("0.06")
        expected = (low + middle + high).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert paid[participant, period] == expected, (participant, period)
        checked += 1
    assert checked > 40
    assert paid["1", "1996-Q3"] == Decimal("415.31")  # 184 + 92 + 139.3068

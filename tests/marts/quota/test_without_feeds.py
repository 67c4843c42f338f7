"""Forecasts, prices and channels of a company that has sales and nothing else, or not even that."""

from __future__ import annotations

import pytest
from niaga.progress import Silent
from niaga.refresh.gates import check
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale
from tests.support.lake import put

MARTS = (
    "quota.sales_forecast",
    "quota.forecast_accuracy",
    "channel.price_waterfall",
    "channel.price_position",
    "channel.channel_fit",
)


@pytest.fixture(scope="module")
def counted(workspace: Workspace, state: State) -> dict[str, list[int]]:
    """Rows of each mart before and after there are sales."""
    counts: dict[str, list[int]] = {mart: [] for mart in MARTS}
    for orders in (0, 20):
        if orders:
            put(
                workspace,
                state,
                "sales_line",
                [sale(str(n), f"2026-{1 + n % 4:02d}-20", "10") for n in range(orders)],
            )
        build(workspace, state)
        for mart in MARTS:
            counts[mart] += rows(workspace, f"select count(*) from {mart}")[0]
    return counts


def test_without_sales_there_is_nothing_to_tell(counted: dict[str, list[int]]) -> None:
    assert [before for before, _ in counted.values()] == [0] * 5


def test_sales_alone_are_told_with_reasons_for_what_is_not_known(
    counted: dict[str, list[int]], workspace: Workspace, state: State
) -> None:
    # Sold from January to April, of which March is the last complete month: three months ahead are
    # forecast, and all sales are of no known channel type, territory and segment.
    assert {mart: after for mart, (_, after) in counted.items()} == {
        "quota.sales_forecast": 3,
        "quota.forecast_accuracy": 0,
        "channel.price_waterfall": 4,
        "channel.price_position": 0,
        "channel.channel_fit": 1,
    }
    check(workspace, state, "run", "marts", Silent())
    assert rows(workspace, "select distinct reason from quota.sales_forecast") == [
        ("forecast_quantity: not yet sold here a year before, and no expert projected it",)
    ]
    assert (
        rows(workspace, "select list_amount, invoice_discount_amount from channel.price_waterfall")
        == [(50, 0)] * 4
    )
    assert rows(workspace, "select own_sales_share, recommendation from channel.channel_fit") == [
        (1, None)
    ]

"""The steps from list price to pocket, on lines that can be calculated by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from niaga.progress import Silent
from niaga.refresh.gates import check
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale, taken_back
from tests.support.lake import put

JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))


def line(order: str, day: str, amount: str, product: str, channel: str, **more: str) -> Any:
    return sale(order, day, amount, product_id=product, channel_id=channel, **more)


SALES = [
    # 10% and then 5% are 14.5%.
    line(
        "stacked", "2026-01-05", "85.50", "stacked", "shop", quantity="10", list_price="10",
        promotion_id="ten", cost_amount="50",
    ),
    taken_back(
        "stacked-back", "2026-02-05", "-34.20", "stacked", product_id="stacked", channel_id="shop",
        quantity="-4", cost_amount="-20",
    ),
    # What is left of it is cancelled: 6 units.
    line(
        "stacked", "2026-01-05", "-85.50", "stacked", "shop", document_type="cancellation",
        quantity="-10", cancelled_date="2026-03-05", original_order_id="stacked",
        original_line_number="1",
    ),
    # The promotion promises 2.00 on each of 10, but 5.00 was taken off.
    line(
        "less", "2026-01-05", "45", "less", "shop", quantity="10", list_price="5",
        promotion_id="two", cost_amount="20",
    ),
    line(
        "dearer", "2026-01-05", "110", "dearer", "shop", quantity="10", list_price="10",
        promotion_id="ten", cost_amount="20",
    ),
    # List prices that the line does not state: 12 in the list of the channel, 13 from February on;
    # 11 in the product master, 14 from February on; else the unit price; else what was paid.
    line("listed", "2026-01-20", "100", "listed", "shop", quantity="10", cost_amount="1"),
    taken_back(
        "listed-back", "2026-02-20", "-50", "listed", product_id="listed", channel_id="shop",
        quantity="-5", cost_amount="-1",
    ),
    line("later", "2026-02-20", "100", "listed", "shop", quantity="10", cost_amount="1"),
    sale("master", "2026-01-20", "100", product_id="listed", quantity="10", cost_amount="1"),
    line("unit", "2026-01-20", "90", "unit", "shop", quantity="10", unit_price="9.5"),
    line("nothing", "2026-01-20", "90", "nothing", "shop", quantity="10", unit_price="9.5"),
    line("nothing-2", "2026-01-20", "7", "nothing", "shop", quantity="10"),
    # Three of 0.05 with a rate of 0.00001 each.
    *(line(f"tiny-{name}", "2026-01-05", "0.05", name, "tiny") for name in "abc"),
    # Three of 30.00 share a fee of 10.00, one with more returns than sales has no part.
    *(line(f"fee-{name}", "2026-01-05", "30", name, "fee") for name in "abc"),
    taken_back("fee-back", "2026-01-06", "-5", "old", product_id="d", channel_id="fee"),
    line("last", "2026-03-31", "1", "a", "tiny"),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def built(workspace: Workspace, state: State) -> Iterator[None]:
    put(workspace, state, "sales_line", SALES)
    put(
        workspace,
        state,
        "promotion",
        [
            {"promotion_id": "ten", "kind": "discount", "discount_rate": "0.1"},
            {"promotion_id": "two", "kind": "coupon", "discount_amount": "2"},
        ],
    )
    put(
        workspace,
        state,
        "product",
        [
            {"product_id": "listed", "list_price": "11", "valid_from": "2025-01-01"},
            {"product_id": "listed", "list_price": "14", "valid_from": "2026-02-01"},
        ],
    )
    at_shop = {"product_id": "listed", "channel_id": "shop"}
    put(
        workspace,
        state,
        "price_list",
        [
            at_shop | {"price": "9", "valid_from": "2025-01-01"},
            at_shop | {"price": "12", "valid_from": "2025-06-01", "valid_to": "2026-01-31"},
            at_shop | {"price": "13", "valid_from": "2026-02-01"},
        ],
    )
    terms = [
        ("shop", "volume rebate", "0.05", None, "2026-01-01", None),
        ("shop", "freight", "0.02", None, "2026-01-01", "2026-01-31"),
        ("shop", "Freight insurance", "0.01", None, "2026-01-01", None),
        ("shop", "margin", "0.03", None, "2026-02-01", None),
        ("tiny", "marketplace fee", "0.00001", None, "2026-01-01", "2026-01-31"),
        ("fee", "listing fee", None, "10", "2026-01-01", "2026-02-15"),
    ]
    names = ("channel_id", "term", "rate", "amount", "valid_from", "valid_to")
    put(workspace, state, "trade_term", [dict(zip(names, term, strict=True)) for term in terms])
    build(workspace, state, is_finished=False)
    yield


def steps(workspace: Workspace, channel: str, product: str, month: date) -> dict[str, Decimal]:
    """Give the steps without their `_amount`."""
    columns = (
        "list", "invoice_discount", "promotion", "net", "rebate", "freight", "other_terms",
        "pocket", "cost", "pocket_margin",
    )  # fmt: skip
    [found] = rows(
        workspace,
        f"select {', '.join(f'{name}_amount' for name in columns)} from channel.price_waterfall "
        f"where channel_id = '{channel}' and product_id = '{product}' and month = '{month}'",
    )
    return dict(zip(columns, found, strict=True))


def test_the_gate_finds_all_sums_right(workspace: Workspace, state: State) -> None:
    report = check(workspace, state, "run", "marts", Silent())
    assert "channel.price_waterfall" in {result.table_name for result in report.passed}


def test_list_less_every_step_is_the_pocket(workspace: Workspace) -> None:
    """Rebate 5% of 85.50 = 4.275, freight 2% + 1% = 2.565; 78.66 - 50 = 28.66."""
    assert steps(workspace, "shop", "stacked", JANUARY) == {
        "list": 100,
        "promotion": 10,
        "invoice_discount": Decimal("4.5"),
        "net": Decimal("85.5"),
        "rebate": Decimal("4.275"),
        "freight": Decimal("2.565"),
        "other_terms": 0,
        "pocket": Decimal("78.66"),
        "cost": 50,
        "pocket_margin": Decimal("28.66"),
    }


def test_what_comes_back_walks_the_steps_back(workspace: Workspace) -> None:
    """4 of 10 in February: rebate 5%, freight 1%, margin 3% of -34.20."""
    back = steps(workspace, "shop", "stacked", FEBRUARY)
    assert back == {
        "list": -40,
        "promotion": -4,
        "invoice_discount": Decimal("-1.8"),
        "net": Decimal("-34.2"),
        "rebate": Decimal("-1.71"),
        "freight": Decimal("-0.342"),
        "other_terms": Decimal("-1.026"),
        "pocket": Decimal("-31.122"),
        "cost": -20,
        "pocket_margin": Decimal("-11.122"),
    }
    cancelled = steps(workspace, "shop", "stacked", MARCH)
    assert (cancelled["list"], cancelled["promotion"], cancelled["net"]) == (
        -60,
        -6,
        Decimal("-51.3"),
    )


def test_a_promotion_gives_at_most_what_was_taken_off(workspace: Workspace) -> None:
    less = steps(workspace, "shop", "less", JANUARY)
    assert (less["list"], less["promotion"], less["invoice_discount"]) == (50, 5, 0)
    dearer = steps(workspace, "shop", "dearer", JANUARY)
    assert (dearer["list"], dearer["promotion"], dearer["invoice_discount"]) == (100, 0, -10)


def test_the_list_price_is_that_of_the_day_of_the_order(workspace: Workspace) -> None:
    assert steps(workspace, "shop", "listed", JANUARY)["list"] == 120
    # What comes back was sold at 12; what is sold in February has 13.
    assert steps(workspace, "shop", "listed", FEBRUARY)["list"] == 130 - 60
    assert steps(workspace, "shop", "unit", JANUARY)["list"] == 95
    assert steps(workspace, "shop", "nothing", JANUARY)["list"] == 95 + 7
    assert rows(
        workspace,
        "select product_id, list_amount, net_amount, rebate_amount from channel.price_waterfall "
        "where channel_id is null",
    ) == [("listed", 110, 100, 0)]


def test_a_cost_that_is_not_known_leaves_no_margin(workspace: Workspace) -> None:
    assert rows(
        workspace,
        "select cost_amount, pocket_margin_amount, reason from channel.price_waterfall "
        "where product_id = 'unit'",
    ) == [(None, None, "cost_amount, pocket_margin_amount: the cost of some lines is not known")]


def other_terms(workspace: Workspace, channel: str) -> list[tuple[Any, ...]]:
    return rows(
        workspace,
        "select month, product_id, other_terms_amount from channel.price_waterfall "
        f"where channel_id = '{channel}' and other_terms_amount <> 0 order by all",
    )


def test_the_last_millionths_go_to_the_largest_remainders(workspace: Workspace) -> None:
    """Three of 0.0000005 are 0.0000015, which rounds to two millionths."""
    assert other_terms(workspace, "tiny") == [
        (JANUARY, "a", Decimal("0.000001")),
        (JANUARY, "b", Decimal("0.000001")),
    ]


def test_amounts_of_a_month_are_shared_by_net_sales(workspace: Workspace) -> None:
    """10.00 in three is 3.333333 and a millionth for the first; in February nothing was sold."""
    assert other_terms(workspace, "fee") == [
        (JANUARY, "a", Decimal("3.333334")),
        (JANUARY, "b", Decimal("3.333333")),
        (JANUARY, "c", Decimal("3.333333")),
        (FEBRUARY, None, 10),
    ]

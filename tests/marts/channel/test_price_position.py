"""Own prices beside those of competitors, on sightings that can be calculated by hand."""

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

JANUARY = date(2026, 1, 1)

# Unit prices: north 9.00 on the market and 12.00 in shops; south 8.00 on the market; elsewhere, of
# no territory, 4.00 through no channel.
SALES = [
    sale(
        "a", "2026-01-05", "90", channel_id="m", territory_id="north", quantity="10",
        list_price="10",
    ),
    sale("b", "2026-01-06", "120", channel_id="s", territory_id="north", quantity="10"),
    sale("c", "2026-01-07", "240", channel_id="m", territory_id="south", quantity="30"),
    sale("d", "2026-01-08", "40", quantity="10"),
    # What came back was sold at another price, and does not change this one.
    taken_back("r", "2026-01-09", "-100", "old", channel_id="m", territory_id="north"),
    # Free of charge, and so without a price.
    sale("free", "2026-02-05", "0", product_id="free", quantity="0"),
    sale("last", "2026-02-28", "1", product_id="other"),
]  # fmt: skip

SEEN = [
    ("1", "north", "marketplace", "p", "9", "2026-01-10", "true"),
    ("2", "north", "marketplace", "p", "11", "2026-01-20", None),
    ("3", "north", "marketplace", "p", None, "2026-01-25", "false"),
    ("4", "north", "own shop", "p", "10", "2026-01-20", None),
    ("5", "north", "wholesale", "p", "10", "2026-01-20", None),
    ("6", "south", "own shop", "p", "10", "2026-01-20", None),
    ("7", "east", "own shop", "p", "10", "2026-01-20", None),
    ("8", "far", "own shop", "p", "10", "2026-01-20", None),
    ("9", "far", None, "p", "10", "2026-01-20", None),
    ("10", "north", "marketplace", "p", "10", "2026-02-20", None),
    ("11", "north", "marketplace", "p", "10", None, None),
    ("12", "north", "marketplace", "free", "10", "2026-02-20", None),
    ("13", "north", "marketplace", None, "10", "2026-02-20", None),
]


@pytest.fixture(scope="module", autouse=True)
def built(workspace: Workspace, state: State) -> Iterator[None]:
    put(
        workspace,
        state,
        "territory",
        [{"territory_id": one, "parent_territory_id": "region"} for one in ("north", "south")]
        + [{"territory_id": "east", "parent_territory_id": "region"}, {"territory_id": "region"}],
    )
    put(
        workspace,
        state,
        "channel",
        [{"channel_id": "m", "type": "marketplace"}, {"channel_id": "s", "type": "own shop"}],
    )
    put(workspace, state, "sales_line", SALES)
    names = (
        "sighting_id", "territory_id", "channel_type", "product_id", "price", "seen_date",
        "on_promotion",
    )  # fmt: skip
    put(
        workspace,
        state,
        "competitor_sighting",
        [
            {"competitor": "Rival", "place": "Corner"} | dict(zip(names, one, strict=True))
            for one in SEEN
        ]
        + [
            {
                "sighting_id": "14", "competitor": "Rival", "place": "Abroad", "product_id": "p",
                "price": "50", "currency": "EUR", "seen_date": "2026-01-20",
            }
        ],
    )  # fmt: skip
    build(workspace, state, is_finished=False)
    yield


def position(workspace: Workspace, columns: str, where: str) -> list[tuple[Any, ...]]:
    return rows(workspace, f"select {columns} from channel.price_position where {where}")


def test_the_gate_finds_all_sums_right(workspace: Workspace, state: State) -> None:
    report = check(workspace, state, "run", "marts", Silent())
    assert "channel.price_position" in {result.table_name for result in report.passed}


def test_an_index_is_the_own_price_over_the_mean_of_those_seen(workspace: Workspace) -> None:
    """9.00 / ((9 + 11) / 2); of three sightings one has no price, and of two that say so one was
    on promotion."""
    assert position(
        workspace,
        "own_price_amount, competitor_price_amount, price_index, sightings, observations, "
        "last_seen_date, on_promotion_share, currency",
        "territory_id = 'north' and channel_type = 'marketplace' and product_id = 'p' "
        "and month = '2026-01-01'",
    ) == [(9, 10, Decimal("0.9"), 3, 2, date(2026, 1, 25), Decimal("0.5"), "USD")]


def test_the_own_price_is_of_the_closest_sales(workspace: Workspace) -> None:
    """Shops of the region sell at 12.00, as all do; the company at 490 / 60 = 8.166667."""
    found = position(
        workspace,
        "territory_id, channel_type, own_price_level, own_price_amount",
        "month = '2026-01-01' and competitor_price_amount = 10 order by all",
    )
    assert found == [
        ("east", "own shop", "region and channel type", 12),
        ("far", "own shop", "channel type", 12),
        ("far", None, "company", Decimal("8.166667")),
        ("north", "marketplace", "territory and channel type", 9),
        ("north", "own shop", "territory and channel type", 12),
        ("north", "wholesale", "territory", Decimal("10.5")),
        # Nothing of it was sold in shops of the south, and what was sold there is closer.
        ("south", "own shop", "territory", 8),
    ]


def test_what_can_not_be_compared_says_why(workspace: Workspace) -> None:
    found = position(
        workspace,
        "product_id, month, own_price_amount, competitor_price_amount, price_index, reason",
        "reason is not null order by month nulls first, product_id",
    )
    unsold = "own_price_amount, price_index: the product was not sold in this month"
    assert found == [
        ("p", None, None, 10, None,
         "own_price_amount, price_index: the day of the sighting is not known"),
        ("p", JANUARY, Decimal("8.166667"), None, None,
         "competitor_price_amount, price_index: "
         "no price in the currency of the company was noted"),
        ("free", date(2026, 2, 1), None, 10, None, unsold),
        ("p", date(2026, 2, 1), None, 10, None, unsold),
    ]  # fmt: skip

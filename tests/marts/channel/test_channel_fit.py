"""Where customers want to buy and where the company sells, on answers counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from math import sqrt
from typing import Any

import pytest
from niaga.progress import Silent
from niaga.refresh.gates import check
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale, taken_back
from tests.support.lake import put

Z = 1.959963984540054


def wilson(share: float, trials: int) -> tuple[float, float]:
    """The interval as Wilson (1927) has it, around its centre."""
    centre = (share + Z * Z / (2 * trials)) / (1 + Z * Z / trials)
    half = (
        Z / (1 + Z * Z / trials)
        * sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials))
    )  # fmt: skip
    return centre - half, centre + half


def answer(number: int, territory: str, segment: str, **more: str) -> dict[str, str]:
    return {
        "response_id": f"{territory}-{segment}-{number}",
        "territory_id": territory,
        "segment": segment,
        "asked_date": "2026-01-15",
    } | more


# North, homes: three by rank. 6/11, 3/11, 2/11; 1/2, 1/2 where two are first; 2/3, 1/3.
RANKED = [
    answer(1, "north", "homes", channel_type="marketplace", rank="1"),
    answer(1, "north", "homes", channel_type="retailer", rank="2"),
    answer(1, "north", "homes", channel_type="own shop", rank="3"),
    answer(2, "north", "homes", channel_type="marketplace", rank="1"),
    answer(2, "north", "homes", channel_type="retailer", rank="1"),
    answer(3, "north", "homes", channel_type="retailer", rank="1"),
    answer(3, "north", "homes", channel_type="own shop", rank="2"),
    # No answer at all.
    answer(4, "north", "homes", channel_type="own shop", rank="0"),
]
# South, offices: 100 answers of shares in percent, which are brought to 1.
SHARED = [
    answer(number, "south", "offices", channel_type=channel_type, share=share)
    for number in range(100)
    for channel_type, share in (("marketplace", "20"), ("retailer", "30"), ("own shop", "50"))
]
# Asked in the region itself; place and segment are those of the customer.
OF_CUSTOMER = [
    {
        "response_id": "c", "customer_id": "home", "territory_id": "region",
        "channel_type": "retailer", "share": "1", "asked_date": "2026-02-01",
    }
]  # fmt: skip


def sold(order: str, day: str, amount: str, town: str, customer: str, channel: str) -> Any:
    return sale(order, day, amount, territory_id=town, customer_id=customer, channel_id=channel)


SALES = [
    sold("a", "2025-03-05", "75", "north", "home", "m"),
    sold("b", "2026-01-06", "25", "north", "home", "r"),
    # Too old, and in the month that runs.
    sold("old", "2025-01-31", "999", "north", "home", "r"),
    sold("new", "2026-02-03", "999", "north", "home", "r"),
    sold("c", "2026-01-07", "15", "south", "office", "m"),
    sold("d", "2026-01-07", "40", "south", "office", "s"),
    sold("e", "2026-01-07", "45", "south", "office", "r"),
    # More came back through wholesale than was sold.
    taken_back(
        "f", "2026-01-08", "-5", "lost", territory_id="south", customer_id="office", channel_id="w"
    ),
    sold("g", "2026-01-09", "10", "north", "office", "unknown"),
]


@pytest.fixture(scope="module", autouse=True)
def built(workspace: Workspace, state: State) -> Iterator[None]:
    put(
        workspace,
        state,
        "territory",
        [{"territory_id": one, "parent_territory_id": "region"} for one in ("north", "south")]
        + [{"territory_id": "region", "parent_territory_id": None}],
    )
    types = {"m": "marketplace", "r": "retailer", "s": "own shop", "w": "wholesale"}
    put(
        workspace,
        state,
        "channel",
        [{"channel_id": channel_id, "type": kind} for channel_id, kind in types.items()],
    )
    put(
        workspace,
        state,
        "customer",
        [
            {"customer_id": "home", "segment": "homes"},
            {"customer_id": "office", "segment": "offices"},
        ],
    )
    put(workspace, state, "sales_line", SALES)
    put(workspace, state, "shopping_preference", RANKED + SHARED + OF_CUSTOMER)
    put(
        workspace,
        state,
        "competitor_sighting",
        [
            {
                "sighting_id": str(number), "competitor": "Rival", "territory_id": town,
                "channel_type": channel_type, "seen_date": day,
            }
            for number, (town, channel_type, day) in enumerate(
                [
                    ("north", "marketplace", "2025-02-01"),
                    ("north", "retailer", "2026-01-31"),
                    ("north", "retailer", "2025-06-01"),
                    ("north", "wholesale", "2025-01-31"),
                    ("region", "own shop", "2025-06-01"),
                ]
            )
        ],
    )  # fmt: skip
    build(workspace, state, is_finished=False)
    yield


def fit(workspace: Workspace, columns: str, territory: str, segment: str) -> dict[Any, Any]:
    found = rows(
        workspace,
        f"select channel_type, {columns} from channel.channel_fit "
        f"where territory_id = '{territory}' and segment = '{segment}'",
    )
    return {channel_type: figures for channel_type, *figures in found}


def test_the_gate_finds_all_sums_right(workspace: Workspace, state: State) -> None:
    report = check(workspace, state, "run", "marts", Silent())
    assert "channel.channel_fit" in {result.table_name for result in report.passed}


def test_ranks_become_shares_by_their_reciprocals(workspace: Workspace) -> None:
    """Marketplace (6/11 + 1/2 + 0) / 3 = 23/66 = 0.34848484848, retailer (3/11 + 1/2 + 2/3) / 3 =
    95/198 = 0.47979797979, own shop (2/11 + 0 + 1/3) / 3 = 17/99 = 0.17171717171: cut to billionths
    they lack two, which the larger remainders get."""
    assert fit(
        workspace, "customer_preference_share, observations, last_asked_date", "north", "homes"
    ) == {
        "marketplace": [Decimal("0.348484848"), 3, date(2026, 1, 15)],
        "retailer": [Decimal("0.479797980"), 3, date(2026, 1, 15)],
        "own shop": [Decimal("0.171717172"), 3, date(2026, 1, 15)],
    }


def test_own_and_competitors_shares_are_of_the_last_twelve_months(workspace: Workspace) -> None:
    found = fit(workspace, "own_sales_share, competitor_presence_share, gap", "north", "homes")
    third = Decimal("0.333333333")
    assert found == {
        "marketplace": [Decimal("0.75"), third, Decimal("-0.401515152")],
        "retailer": [Decimal("0.25"), Decimal("0.666666667"), Decimal("0.229797980")],
        "own shop": [0, 0, Decimal("0.171717172")],
    }


@pytest.mark.parametrize(
    ("channel_type", "share", "own", "recommendation"),
    [
        ("marketplace", 0.2, "15%", "keep"),
        ("retailer", 0.3, "45%", "review"),
        ("own shop", 0.5, "40%", "build up"),
    ],
)
def test_the_interval_decides_what_is_recommended(
    workspace: Workspace, channel_type: str, share: float, own: str, recommendation: str
) -> None:
    found = fit(
        workspace,
        "customer_preference_share, customer_preference_share_low, "
        "customer_preference_share_high, recommendation, evidence",
        "south",
        "offices",
    )
    mean, low, high, verdict, evidence = found[channel_type]
    expected = wilson(share, 100)
    assert float(mean) == share
    assert (float(low), float(high)) == pytest.approx(expected, abs=1e-9)
    assert verdict == recommendation
    assert evidence == (
        f"Customers want to do {share:.0%} of their buying there "
        f"({expected[0]:.0%} to {expected[1]:.0%}, 100 asked); "
        f"{own} of own sales in the last 12 months are there."
    )


def test_a_handful_of_answers_decides_nothing(workspace: Workspace) -> None:
    found = fit(workspace, "recommendation", "north", "homes")
    assert set(map(tuple, found.values())) == {("unclear",)}


def test_a_region_covers_its_towns(workspace: Workspace) -> None:
    """Homes: three answers of the north and one of the region itself, all for retailers."""
    homes = fit(
        workspace,
        "customer_preference_share, own_sales_share, competitor_presence_share, observations, "
        "is_sum_of_territories",
        "region",
        "homes",
    )
    # (95/66 + 1) / 4 = 161/264
    assert homes["retailer"] == [Decimal("0.609848485"), Decimal("0.25"), Decimal("0.5"), 4, True]
    # Offices: 15 of the south through marketplaces, of 15 + 40 + 45 and 10 through no known type.
    offices = fit(workspace, "own_sales_share", "region", "offices")
    assert offices["marketplace"] == [Decimal("0.136363636")]
    assert offices[None] == [Decimal("0.090909091")]


def test_what_is_missing_says_why(workspace: Workspace) -> None:
    columns = "customer_preference_share, own_sales_share, gap, recommendation, reason"
    south = fit(workspace, columns, "south", "offices")
    unseen = "competitor_presence_share: no competitor was seen here in the last 12 months"
    unnamed = "customer_preference_share, gap: no survey names this channel type"
    # Net returns are no part of sales, and no survey asked about wholesale.
    assert south["wholesale"] == [None, 0, None, None, f"{unnamed}; {unseen}"]
    north = fit(workspace, columns, "north", "offices")
    assert north[None] == [
        None, 1, None, None, "customer_preference_share, gap: the channel type is not known",
    ]  # fmt: skip
    assert north["retailer"][4] == "customer_preference_share, gap: nobody was asked here"

"""Campaigns, media and what sales heard and won, against sums done by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .conftest import Feeds, Marts, built
from .weeks import promotion, sold


def spend(day: str, campaign: str | None, medium: str, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "day": day,
        "campaign_id": campaign,
        "medium": medium,
        "vehicle": "one",
        "spend_amount": amount,
    } | more


def contact(number: int, **more: Any) -> dict[str, Any]:
    return {
        "contact_id": f"k{number:03}",
        "contacted_at": "2026-05-04 10:00:00",
        "product_id": "tea",
        "customer_id": "c1",
    } | more


def contacts() -> list[dict[str, Any]]:
    """Segment retail (c1): demo 20 of 20 won, brochure 0 of 20; wholesale (c2) one of each."""
    tried = [contact(n, tool="Demo", outcome="CLOSED_WON") for n in range(12)]
    tried += [contact(n, tool=" demo", outcome="Menang") for n in range(12, 20)]
    tried += [contact(n, tool="brochure", outcome="gagal") for n in range(20, 40)]
    tried += [contact(n, tool="demo", outcome="not won") for n in range(40, 50)]  # still open
    tried += [
        contact(50, tool="demo", outcome="won", customer_id="c2"),
        contact(51, tool="brochure", outcome="lost", customer_id="c2"),
        contact(52, outcome="lost", customer_id="c2"),
    ]
    # Coffee, by call: 30 of 40 won; of these price wins 20 of 20, taste 2 of 8, the rest is mute.
    calls = [("price", "won", 20), ("taste", "won", 2), ("taste", "lost", 6)]
    calls += [(None, "won", 8), (None, "lost", 4)]
    for emphasis, outcome, times in calls:
        for _ in range(times):
            tried.append(
                contact(
                    100 + len(tried), tool="call", product_id="coffee",
                    outcome=outcome, emphasis=emphasis,
                )
            )  # fmt: skip
    heard = [
        # April, in Jakarta: 17:30 UTC of 31 March is already the next day.
        contact(200, theme="Price", sentiment="negative", contacted_at="2026-03-31 17:30:00"),
        contact(201, theme="price", sentiment="Tidak puas", contacted_at="2026-04-10 10:00:00"),
        contact(202, theme="price", sentiment="good", contacted_at="2026-04-11 10:00:00"),
        contact(203, theme="price", sentiment="so so", contacted_at="2026-04-12 10:00:00"),
        contact(204, theme="delivery", contacted_at="2026-04-12 10:00:00"),
        # June: one of two; nothing was heard in May, so April alone stands before it.
        contact(205, theme="price", sentiment="neutral", contacted_at="2026-06-12 10:00:00"),
        contact(206, theme="taste", sentiment="bad", contacted_at="2026-06-12 10:00:00"),
        contact(207, theme=" ", contacted_at="2026-06-12 10:00:00"),
    ]
    heard[1] |= {"customer_id": "c2"}
    heard[6] |= {"customer_id": None}
    return tried + heard


def feeds() -> Feeds:
    named = {"promotion_id": "P1", "discount_amount": "0"}
    lines = [
        *sold("tea", "shop", date(2026, 3, 2), [10], customer_id="c1", **named),
        *sold("tea", "shop", date(2026, 3, 9), [5], customer_id="c2", **named),
        *sold("tea", "shop", date(2026, 3, 16), [40], customer_id="c2"),
        # Twelve months before March 2026 and a day more.
        *sold("tea", "shop", date(2025, 4, 30), [1000], customer_id="c1"),
        *sold("tea", "shop", date(2025, 5, 1), [3], customer_id="c1"),
        *sold("tea", "shop", date(2026, 5, 4), [100], customer_id="c1", promotion_id="P2"),
        *sold("tea", "shop", date(2026, 6, 1), [1], customer_id="c3"),
    ]
    # The second line of an order counts with it.
    lines.append(lines[0] | {"line_number": "2", "net_amount": "20", "cost_amount": None})
    returned = {"document_type": "return", "order_id": "r", "original_line_number": "1"}
    lines.append(
        lines[1]
        | returned
        | {
            "original_order_id": lines[1]["order_id"],
            "order_date": "2026-04-20",
            "quantity": "-2",
            "net_amount": "-20",
            "cost_amount": "-10",
        }
    )
    return {
        "sales_line": lines,
        "customer": [
            {"customer_id": "c1", "segment": "retail"},
            {"customer_id": "c2", "segment": "wholesale"},
        ],
        "campaign": [
            {"campaign_id": "K1", "name": "Spring", "kind": "discount"},
            {"campaign_id": "K2", "name": "Fair", "kind": "exhibition"},
        ],
        "promotion": [
            promotion("P1", date(2026, 3, 1), date(2026, 3, 31), campaign_id="K1"),
            promotion("P2", date(2026, 5, 1), date(2026, 5, 31)),
        ],
        "media_spend": [
            spend("2026-02-28", "K1", "search", "100.01", impressions="1000", clicks="50"),
            spend("2026-03-01", "K1", "search", "30", impressions="500"),
            spend("2026-03-02", "K1", "search", "40", clicks="0", reach="7.5"),
            spend("2026-03-02", "K1", "search", "2", territory_id="T1", impressions="100"),
            spend("2026-03-03", None, "tv", "28", gross_rating_points="12.5"),
            spend("2026-04-03", "K9", "tv", "0"),
        ],
        "touchpoint": [
            {
                "touchpoint_id": f"t{number}",
                "visitor_id": "v",
                "touched_at": moment,
                "campaign_id": campaign,
                "kind": kind,
            }
            for number, (moment, campaign, kind) in enumerate(
                [
                    ("2026-02-28 17:30:00", "K1", "visit"),
                    ("2026-03-05 10:00:00", "K1", "visit"),
                    ("2026-03-05 10:00:00", "K1", "click"),
                    ("2026-03-05 10:00:00", None, "visit"),
                    ("2026-04-05 10:00:00", "K2", "view"),
                ]
            )
        ],
        "event_lead": [
            {"lead_id": "l1", "campaign_id": "K2", "captured_at": "2026-04-05 10:00:00",
             "cost_amount": "10"},
            {"lead_id": "l2", "campaign_id": "K2", "captured_at": "2026-04-06 10:00:00"},
            {"lead_id": "l3", "campaign_id": "K2", "captured_at": "2026-04-06 10:00:00",
             "cost_amount": "10"},
            {"lead_id": "l4", "campaign_id": "K1"},
        ],
        "customer_contact": contacts(),
    }  # fmt: skip


@pytest.fixture(scope="module")
def marts(folder: Path) -> Iterator[Marts]:
    with built(folder, feeds(), "Asia/Jakarta") as marts:
        yield marts


def test_campaigns_show_what_each_source_tells_of_them(marts: Marts) -> None:
    """March of K1: 30 + 40 + 2 spent, two visits (28 February 17:30 UTC is March in Jakarta), two
    orders of 100 + 20 and 50. In April 20 come back. Visits are told of in March only; of leads in
    April only, so that a lead without a day is one in no month. K1 has no lead in April.
    """
    rows = marts.rows(
        "select campaign_id, month, spend_amount, impressions, clicks, visits, leads, "
        "lead_cost_amount, attributed_orders, attributed_amount, margin_amount "
        "from promotion.campaign_performance order by campaign_id, month"
    )
    february, march, april = (date(2026, month, 1) for month in (2, 3, 4))
    cents = Decimal("100.01")
    assert [tuple(row.values()) for row in rows] == [
        ("K1", february, cents, 1000, 50, None, None, None, 0, 0, 0),
        ("K1", march, 72, 600, 0, 2, None, None, 2, 170, None),
        ("K1", april, 0, None, None, None, 0, None, 0, -20, -10),
        ("K1", None, None, None, None, None, 1, None, None, None, None),
        ("K2", april, 0, None, None, None, 3, 20, None, None, None),
        ("K9", april, 0, None, None, None, 0, None, None, None, None),
        (None, march, 28, None, None, 1, None, None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("campaign", "month", "figure", "value"),
    [
        ("K1", 3, "cost_per_order", Decimal("36")),
        # 170 / 72 = 2.3611...
        ("K1", 3, "return_on_spend", Decimal("2.361111111")),
        ("K1", 2, "return_on_spend", Decimal("0")),
        # No media, but 20 / 3 leads = 6.6666...
        ("K2", 4, "cost_per_lead", Decimal("6.666667")),
        ("K2", 4, "return_on_spend", None),
    ],
)
def test_costs_and_returns_of_campaigns(
    marts: Marts, campaign: str, month: int, figure: str, value: Decimal | None
) -> None:
    row = marts.row("campaign_performance", campaign_id=campaign, month=date(2026, month, 1))
    assert row[figure] == value


@pytest.mark.parametrize(
    ("campaign", "month", "reason"),
    [
        ("K1", 3, "margin_amount: a cost of goods is not known"),
        ("K1", 3, "leads: no source tells of leads in the month"),
        ("K1", 2, "cost_per_order: there was no order"),
        ("K2", 4, "margin_amount: no promotion belongs to the campaign"),
        (None, 3, "margin_amount: no campaign is named"),
        (None, 3, "clicks: no source states them"),
    ],
)
def test_campaigns_say_why_something_is_missing(
    marts: Marts, campaign: str | None, month: int, reason: str
) -> None:
    row = marts.row("campaign_performance", campaign_id=campaign, month=date(2026, month, 1))
    assert reason in row["reason"]


def test_media_add_up_and_costs_count_only_where_somebody_counted(marts: Marts) -> None:
    """Search in March: (30 + 2) for 600 impressions = 53.33 for 1000; the 40 have a click count of
    0. Of 100 spent in the month it has 72. The source that counts nobody leaves it open.
    """
    rows = marts.rows(
        "select medium, period, spend_amount, impressions, clicks, reach, gross_rating_points, "
        "cost_per_thousand_impressions, cost_per_click, spend_share "
        "from promotion.media_performance order by medium, period"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("search", "2026-02", Decimal("100.01"), 1000, 50, None, None, Decimal("100.01"),
         Decimal("2.0002"), 1),
        ("search", "2026-03", 72, 600, 0, Decimal("7.5"), None, Decimal("53.333333"), None,
         Decimal("0.72")),
        ("tv", "2026-03", 28, None, None, None, Decimal("12.5"), None, None, Decimal("0.28")),
        ("tv", "2026-04", 0, None, None, None, None, None, None, None),
    ]  # fmt: skip
    reason = marts.row("media_performance", medium="search", period="2026-03")["reason"]
    assert reason == (
        "gross_rating_points: no source states them; cost_per_click: nobody clicked; "
        "contribution_amount, roi, marginal_roi, saturation: not yet estimated"
    )


def test_tools_are_judged_by_their_intervals(marts: Marts) -> None:
    """Retail, tea: demo 20 of 20, brochure 0 of 20, both 20 of 40. Wilson's interval of n of n
    wins begins at n / (n + 3.8415): 20 / 23.8415 = .8389, above .5; the other way round it ends at
    .1611. Of three in wholesale nothing can be told.
    """
    rows = marts.rows(
        "select segment, tool, contacts, wins, win_rate_low, win_rate_high, lift, recommendation "
        "from promotion.sales_emphasis where product_id = 'tea' order by segment, tool"
    )
    assert [tuple(row.values()) for row in rows[:2]] == [
        ("retail", "brochure", 20, 0, 0, Decimal("0.161125158"), -1, "leave out"),
        ("retail", "demo", 20, 20, Decimal("0.838874842"), 1, 1, "stress"),
    ]
    assert [(row["tool"], row["contacts"], row["wins"], row["lift"]) for row in rows[2:]] == [
        ("brochure", 1, 0, -1),
        ("demo", 1, 1, 2),
        (None, 1, 0, -1),
    ]
    assert {row["recommendation"] for row in rows[2:]} == {"cannot tell"}
    reason = marts.row("sales_emphasis", segment="wholesale", tool=None)["reason"]
    assert "recommendation: no tool is stated" in reason


def test_the_emphasis_that_clearly_wins_is_named(marts: Marts) -> None:
    """By call 30 of 40 are won; price wins 20 of 20, at least .8389, taste 2 of 8."""
    row = marts.row("sales_emphasis", product_id="coffee", tool="call")
    assert (row["win_rate"], row["lift"]) == (Decimal("0.75"), 0)
    named = (row["emphasis"], row["emphasis_win_rate"], row["emphasis_contacts"])
    assert named == ("price", 1, 20)
    assert row["recommendation"] == "cannot tell"
    assert row["reason"] == "recommendation: there is no other tool to compare with"
    assert marts.row("sales_emphasis", segment="retail", tool="demo")["emphasis"] is None


def test_themes_are_counted_in_the_month_of_the_company(marts: Marts) -> None:
    """April: price 4 of 5, of which two negative and one good, (-1 - 1 + 1) / 3; the fourth word
    is not known. The two customers bought in May 2025 to April 2026: c1 30 + 100 + 20, c2 50 - 20
    + 400. June: 1 of 2, after .8 in April, the only one of three months with anything heard.
    """
    rows = marts.rows(
        "select theme, month, mentions, share, trend, sentiment, amount_at_stake, "
        "example_contact_ids, observations from promotion.sales_feedback order by month, theme"
    )
    april, june = date(2026, 4, 1), date(2026, 6, 1)
    third = Decimal("-0.333333333")
    assert [tuple(row.values()) for row in rows] == [
        ("delivery", april, 1, Decimal("0.2"), None, None, None, "k204", 0),
        ("price", april, 4, Decimal("0.8"), None, third, 580, "k203, k202, k201", 3),
        ("price", june, 1, Decimal("0.5"), Decimal("-0.3"), 0, 0, "k205", 1),
        ("taste", june, 1, Decimal("0.5"), Decimal("0.5"), -1, None, "k206", 1),
    ]


@pytest.mark.parametrize(
    ("theme", "month", "reason"),
    [
        ("delivery", 4, "sentiment, amount_at_stake: no sentiment is stated in words"),
        ("price", 4, "trend: no theme was heard in the three months before"),
        ("taste", 6, "amount_at_stake: no customer is named who mentioned it negatively"),
    ],
)
def test_themes_say_why_something_is_missing(
    marts: Marts, theme: str, month: int, reason: str
) -> None:
    row = marts.row("sales_feedback", theme=theme, month=date(2026, month, 1))
    assert reason in row["reason"]


def test_a_company_without_any_of_the_feeds_has_empty_marts(tmp_path: Path) -> None:
    with built(tmp_path / "empty", {}) as marts:
        for table in (
            "promotion_performance", "campaign_performance", "media_performance",
            "sales_emphasis", "sales_feedback",
        ):  # fmt: skip
            assert marts.rows(f"from promotion.{table}") == []

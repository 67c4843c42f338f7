"""What promotions changed and cost, against sums done by hand.

Four weeks are compared with the four before: 1000 pieces of 10.00 that cost 5.00, beside 400 of a
product without a promotion, unless a case says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from .conftest import Feeds, Marts, Row, built
from .weeks import FIRST_WEEK, PROMOTED, around, four_weeks, promotion, sold, steady, week

USUAL = [1000] * 8
RISEN = [375] * 4
SAME = [250] * 4
CONTROLLED = (
    "GOLD", "BACK", "CHANCE", "REPEAT", "LATE", "LEFT", "FULL", "TWIN", "YOUNG", "EARLY", "NEW",
    "RUNNING", "COSTLESS", "BLIND",
)  # fmt: skip


def off(name: str) -> dict[str, Any]:
    """Sold under the promotion at 8.00: 2.00 off on each of 375."""
    return {"promotion_id": name, "price": 8, "discount_amount": "750"}


def feeds() -> Feeds:
    lines = [line for name in CONTROLLED for line in steady(f"control of {name}", name)]
    promotions = []

    def case(name: str, record: dict, *sales: list) -> None:
        promotions.append({"scope": f"channel: {name}"} | record)
        lines.extend(line for some in sales for line in some)

    case(
        "GOLD",
        four_weeks("GOLD", fixed_cost_amount="200", campaign_id="K1"),
        around("gold", "GOLD", USUAL, RISEN, [212, 213, 212, 213], **off("GOLD")),
    )
    # It holds before, during and after, so it changes nothing between them.
    case("GOLD", promotion("ALWAYS", date(2025, 1, 1), date(2027, 12, 31), scope="product: gold"))
    back = around("back", "BACK", USUAL, RISEN, SAME, promotion_id="BACK", price=8, unit_price="10")
    returned = back[32]
    unnamed = back[35]
    assert (returned["order_date"], unnamed["order_date"]) == (str(PROMOTED), str(week(3)))
    del unnamed["promotion_id"]
    case(
        "BACK",
        four_weeks("BACK"),
        back,
        [
            returned
            | {
                "order_id": "back of it",
                "document_type": "return",
                "order_date": str(week(6)),
                "quantity": "-150",
                "net_amount": "-1200",
                "cost_amount": "-750",
                "promotion_id": None,
                "original_order_id": returned["order_id"],
                "original_line_number": "1",
            }
        ],
    )
    uneven = [1000, 1000, 1000, 1000, 1252, 1000, 1252, 1000]
    case(
        "CHANCE",
        four_weeks("CHANCE", fixed_cost_amount="200"),
        around("chance", "CHANCE", uneven, RISEN, SAME, **off("CHANCE")),
    )
    plain = {"promotion_id": "REPEAT", "discount_amount": "0"}
    case(
        "REPEAT",
        four_weeks("REPEAT", fixed_cost_amount="100"),
        around("repeat", "REPEAT", USUAL, RISEN, SAME, **plain),
    )
    case(
        "LATE",
        promotion("LATE", date(2026, 11, 23), date(2026, 12, 20), fixed_cost_amount="100"),
        sold("late", "LATE", FIRST_WEEK, [250] * 46),
        sold("late", "LATE", date(2026, 11, 23), RISEN, promotion_id="LATE", discount_amount="0"),
    )
    moved = [100] * 35 + [120] * 4 + [110] * 12
    case(
        "MOVED",
        four_weeks("MOVED"),
        around("moved", "MOVED", USUAL, RISEN, [275] * 4, **off("MOVED")),
        sold("control of MOVED", "MOVED", FIRST_WEEK, moved),
    )
    case(
        "WORTH",
        four_weeks("WORTH"),
        around("worth", "WORTH", USUAL, RISEN, SAME, **off("WORTH")),
        sold("cheap", "WORTH", week(-4), [400] * 4 + [200] * 8, price=1),
        sold("dear", "WORTH", week(-4), [4] * 4 + [6] * 8, price=100),
    )
    left = "product: left; channel: LEFT"
    case("LEFT", promotion("LEFT-1", week(-4), week(-2) - timedelta(days=1), scope=left))
    case(
        "LEFT",
        four_weeks("LEFT", scope=left),
        sold("left", "LEFT", week(-32), [250] * 28 + [900, 900, 250, 250]),
        sold("left", "LEFT", PROMOTED, RISEN + SAME),
    )
    full = "product: full; channel: FULL"
    case("FULL", promotion("FULL-1", week(-4), week(-1) - timedelta(days=1), scope=full))
    case("FULL", four_weeks("FULL", scope=full), around("full", "FULL", USUAL, RISEN, SAME))
    for name in ("TWIN", "TWIN-2"):
        case("TWIN", four_weeks(name, scope="product: twin; channel: TWIN"))
    case("TWIN", four_weeks("NOTHING"), around("twin", "TWIN", USUAL, RISEN, SAME))
    for name, first in (("YOUNG", date(2026, 3, 2)), ("EARLY", date(2026, 1, 19))):
        until = first + timedelta(days=27)
        case(
            name,
            promotion(name, first, until, scope=f"product: {name.lower()}; channel: {name}"),
            sold(name.lower(), name, FIRST_WEEK, [250] * 20),
        )
    case("NEW", four_weeks("NEW"), sold("new", "NEW", PROMOTED, RISEN, promotion_id="NEW"))
    case("ALONE", four_weeks("ALONE"), around("alone", "ALONE", USUAL, RISEN, SAME, **off("ALONE")))
    case(
        "RUNNING",
        promotion("RUNNING", date(2026, 12, 7), date(2027, 1, 31)),
        sold("running", "RUNNING", FIRST_WEEK, [250] * 48),
        sold("running", "RUNNING", date(2026, 12, 7), [300, 310, 320], promotion_id="RUNNING"),
    )
    costless = around("costless", "COSTLESS", USUAL, RISEN, SAME, **off("COSTLESS"))
    costless[33]["cost_amount"] = None
    case("COSTLESS", four_weeks("COSTLESS"), costless)
    case(
        "BLIND",
        four_weeks("BLIND"),
        around("blind", "BLIND", USUAL, RISEN, SAME, promotion_id="BLIND"),
    )
    case("OPEN", promotion("OPEN", PROMOTED, None))
    case("FUTURE", promotion("FUTURE", date(2027, 2, 1), date(2027, 2, 28)))
    case("REVERSED", promotion("REVERSED", week(4), PROMOTED))
    case("DATELESS", promotion("DATELESS", None, week(4)))
    lines += sold("ghost", "GHOST", week(2), [7], promotion_id="GHOST", discount_amount="3.5")
    # Half of the line was not sold under it, or at all, while it held; elsewhere it boomed.
    tea = [("green", [450, 0, 450, 0], "T9"), ("black", [0, 50, 0, 50], "T9")]
    tea += [("green", [9000] * 4, "T8"), ("black", [9000] * 4, "T8")]
    for product, during, place in tea:
        before = sold(product, f"TEA-{place}", week(-4), [125] * 4)
        lines += [
            line | {"territory_id": place}
            for line in before + sold(product, f"TEA-{place}", PROMOTED, during)
        ]
    lines += [
        line | {"territory_id": "T9"} for line in sold("coffee", "TEA-T9", week(-4), [100] * 8)
    ]
    case("TEA", four_weeks("TEA", scope="Product line: Teh hijau, TEA ;territory: t9"))
    return {
        "sales_line": lines,
        "promotion": promotions,
        "product": [
            {"product_id": product, "line": line}
            for product, line in (
                ("green", "Tea"), ("black", "Tea"), ("coffee", "Coffee"), ("gold", None),
                ("left", None), ("full", None), ("twin", None), ("young", None), ("early", None),
            )
        ],
        "campaign": [
            {"campaign_id": name, "kind": "sponsorship"} for name in ("K1", "K2", "K4")
        ],
        "media_spend": [
            {"day": "2026-09-08", "campaign_id": campaign, "medium": "tv", "vehicle": "one",
             "spend_amount": amount}
            for campaign, amount in (("K1", "9"), ("K2", "70.5"), ("K3", "12.25"), (None, "1"))
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def marts(folder: Path) -> Iterator[Marts]:
    with built(folder, feeds()) as marts:
        yield marts


def found(marts: Marts, name: str) -> Row:
    return marts.row("promotion_performance", promotion_id=name)


def amounts(row: Row, *names: str) -> tuple[Decimal, ...]:
    return tuple(row[name] for name in names)


EFFECT = ("baseline_quantity", "actual_quantity", "incremental_quantity")
RETURN = ("cost_amount", "pulled_forward_amount", "incremental_margin_amount", "roi")


def test_the_sign_flips_where_the_naive_sum_does_not_look(marts: Marts) -> None:
    """1500 at 8.00 instead of 1000 at 10.00, then 850; a naive 500 x 3.00 is a gain of 1500.

    500 x 3 - 1000 x 2 - 150 x 5 - 200 = -1450, of a cost of 1500 x 2 + 200 = 3200. In the seven
    earlier windows nothing moved, so chance does nothing and the interval is a point.
    """
    row = found(marts, "GOLD")
    assert amounts(row, *EFFECT) == (1000, 1500, 500)
    assert amounts(row, "incremental_quantity_low", "incremental_quantity_high") == (500, 500)
    assert amounts(row, *RETURN) == (3200, 750, -1450, Decimal("-0.453125"))
    assert amounts(row, "roi_low", "roi_high") == (Decimal("-0.453125"),) * 2
    assert amounts(row, "discount_amount", "fixed_cost_amount") == (3000, 200)
    assert (row["verdict"], row["observations"]) == ("stop", 7)
    assert row["reason"] == "cannibalised_amount: not yet estimated"
    assert (row["campaign_id"], row["currency"]) == ("K1", "USD")


def test_what_comes_back_counts_on_the_day_of_its_order(marts: Marts) -> None:
    """150 of the first 375 come back in the seventh week: 1500 - 150 = 1350 sold.

    One line has no promotion on it, and is sold all the same: the discount is that of three lines,
    3 x (10 x 375 - 3000) = 2250, less 750 x 1200 / 3000 = 300 that came back. The margin is
    1350 x 3 - 1000 x 5 = -950.
    """
    row = found(marts, "BACK")
    assert amounts(row, *EFFECT) == (1000, 1350, 350)
    assert amounts(row, *RETURN) == (1950, 0, -950, Decimal("-0.487179487"))


def test_earlier_windows_say_how_far_chance_goes(marts: Marts) -> None:
    """Four-week totals 1000 1000 1000 1000 1252 1000 1252 1000: relative effects 0 0 0 .252
    -.201278 .252 -.201278; their root mean square is sqrt(.208034 / 7) = .172393, Student's
    quantile for 7 (printed tables) 2.365, so chance moves what was expected by .40771.

    Less effect: 1500 - 1407.7 = 92.3; more: 1500 - 592.3 = 907.7. Margin 4500 - 5000 - 200 = -700
    as expected; at its lowest 4500 - 7038.5 - 407.7 x 5 - 200 = -4777, at its highest
    4500 - 2961.5 - 200 = 1338.5, of a cost of 3200. More was sold for sure, but hardly paid.
    """
    row = found(marts, "CHANCE")
    assert amounts(row, *EFFECT) == (1000, 1500, 500)
    assert float(row["incremental_quantity_low"]) == pytest.approx(92.3, abs=0.3)
    assert float(row["incremental_quantity_high"]) == pytest.approx(907.7, abs=0.3)
    assert row["roi"] == Decimal("-0.21875")
    assert float(row["roi_low"]) == pytest.approx(-4777 / 3200, abs=0.001)
    assert float(row["roi_high"]) == pytest.approx(1338.5 / 3200, abs=0.001)
    assert (row["verdict"], row["observations"]) == ("change", 7)


def test_what_pays_is_repeated(marts: Marts) -> None:
    """500 more at the full margin of 5.00 for a fixed cost of 100: 2400 for 100."""
    row = found(marts, "REPEAT")
    assert amounts(row, *RETURN) == (100, 0, 2400, 24)
    assert row["verdict"] == "repeat"


def test_nothing_is_praised_before_the_weeks_after_it_are_known(marts: Marts) -> None:
    row = found(marts, "LATE")
    assert amounts(row, *EFFECT) == (1000, 1500, 500)
    assert amounts(row, *RETURN) == (100, None, 2400, 24)
    assert row["roi_low"] == 24
    assert row["verdict"] == "unclear"
    assert "pulled_forward_amount: the weeks after it last until 2027-01-17" in row["reason"]


def test_the_products_without_a_promotion_move_what_was_expected(marts: Marts) -> None:
    """They rise from 400 to 480, then 440: 1200 instead of 1000 were expected, then 1100.

    The margin that was expected rises as well: 1500 x 3 - 1200 x 5 = -1500, of 3000.
    """
    row = found(marts, "MOVED")
    assert amounts(row, *EFFECT) == (1200, 1500, 300)
    assert amounts(row, *RETURN) == (3000, 0, -1500, Decimal("-0.5"))


def test_products_are_compared_by_worth_not_by_pieces(marts: Marts) -> None:
    """1600 x 1 + 16 x 100 = 3200 before, 800 x 1 + 24 x 100 = 3200 during: nothing moved."""
    assert amounts(found(marts, "WORTH"), *EFFECT) == (1000, 1500, 500)


def test_days_with_another_promotion_are_left_out(marts: Marts) -> None:
    """Two of the four weeks before count: 500, beside 200; during it 400, so 1000 expected.

    Of seven earlier windows the nearest is left out, for the other promotion was in it.
    """
    row = found(marts, "LEFT")
    assert amounts(row, *EFFECT) == (1000, 1500, 500)
    assert row["observations"] == 6
    assert row["roi"] is None
    assert "roi: it cost nothing" in row["reason"]


def test_a_scope_holds_in_its_territory_and_for_its_whole_product_line(marts: Marts) -> None:
    """Both teas, in T9 only: 500 + 500 before, 900 + 100 during."""
    assert amounts(found(marts, "TEA"), *EFFECT) == (1000, 1000, 0)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("FULL", "other promotions of the same products fill the days before it"),
        ("TWIN", "promotion TWIN-2 held for the same products at the same time"),
        ("EARLY", "sales are known only from 2026-01-05"),
        ("NEW", "its products were not sold in the days before it"),
        ("ALONE", "no product without a promotion is left to compare it with"),
        ("NOTHING", "its scope names no product, and nothing was sold under it"),
        ("RUNNING", "it runs until 2027-01-31"),
        ("ALWAYS", "it runs until 2027-12-31"),
        ("OPEN", "its last day is not known"),
        ("FUTURE", "it begins only on 2027-02-01"),
        ("REVERSED", "its last day is before its first"),
        ("DATELESS", "neither its first day nor a sale under it is known"),
        ("GHOST", "its last day is not known"),
    ],
)
def test_what_can_t_be_told_is_empty_and_says_why(marts: Marts, name: str, reason: str) -> None:
    row = found(marts, name)
    assert f"roi: {reason}" in row["reason"]
    estimates = (
        "baseline_quantity", "incremental_quantity", "incremental_quantity_low",
        "incremental_quantity_high", "pulled_forward_amount", "incremental_margin_amount", "roi",
        "roi_low", "roi_high", "method",
    )  # fmt: skip
    assert {row[estimate] for estimate in estimates} == {None}
    assert row["verdict"] == "unclear"


def test_a_promotion_that_only_sales_name_is_there(marts: Marts) -> None:
    row = found(marts, "GHOST")
    assert (row["kind"], row["start_date"], row["cost_amount"]) == (None, week(2), Decimal("3.5"))


def test_what_has_been_sold_so_far_is_known_while_it_runs(marts: Marts) -> None:
    assert found(marts, "RUNNING")["actual_quantity"] == 300 + 310 + 320


def test_below_five_earlier_windows_there_is_no_interval(marts: Marts) -> None:
    row = found(marts, "YOUNG")
    assert amounts(row, *EFFECT) == (1000, 1000, 0)
    assert amounts(row, "observations", "incremental_quantity_low", "roi_high") == (1, None, None)
    assert "only 1 earlier windows show what chance does, 5 are needed" in row["reason"]


def test_an_unknown_cost_is_not_taken_for_none(marts: Marts) -> None:
    goods = found(marts, "COSTLESS")
    assert amounts(goods, *EFFECT, "cost_amount") == (1000, 1500, 500, 3000)
    assert amounts(goods, "incremental_margin_amount", "roi") == (None, None)
    assert "the cost of the goods of 1 lines is not known" in goods["reason"]
    discount = found(marts, "BLIND")
    assert amounts(discount, "cost_amount", "roi") == (None, None)
    assert "the discount of 4 sale lines is not known" in discount["reason"]


def test_campaigns_without_a_promotion_stand_beside_them_with_their_spend(marts: Marts) -> None:
    rows = marts.rows(
        "select campaign_id, kind, cost_amount, roi, verdict from promotion.promotion_performance "
        "where subject_type = 'campaign' order by campaign_id"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("K2", "sponsorship", Decimal("70.5"), None, "unclear"),
        ("K3", None, Decimal("12.25"), None, "unclear"),
        ("K4", "sponsorship", None, None, "unclear"),
    ]
    assert "cost_amount: no spend is known" in found_campaign(marts, "K4")["reason"]


def found_campaign(marts: Marts, name: str) -> Row:
    return marts.row("promotion_performance", campaign_id=name, subject_type="campaign")

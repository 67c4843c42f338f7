"""What is recommended on which evidence, by hand: the last day of sales is 2026-10-31."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from tests.support.builds import sale

from .conftest import Company, Marts, Row

_numbers = count(1)


def sales(product: str, day: str, lines: int, cost: str | None) -> list[Row]:
    """Lines of 10.00, one each to the customers c0, c1, ..., c39, c0, ..."""
    return [
        sale(
            f"o{next(_numbers)}", day, "10",
            product_id=product, customer_id=f"c{n % 40}", cost_amount=cost,
        )
        for n in range(lines)
    ]  # fmt: skip


def wishes(product: str | None, wish: str, customers: range, **more: Any) -> list[Row]:
    return [
        {
            "request_id": f"q{next(_numbers)}",
            "product_id": product,
            "wish": wish,
            "customer_id": f"c{n}",
            "requested_date": "2026-06-01",
        }
        | more
        for n in customers
    ]


def complaints(product: str, number: int) -> list[Row]:
    return [
        {
            "complaint_id": f"k{next(_numbers)}",
            "product_id": product,
            "opened_at": "2026-06-01 03:00:00",
        }
        for _ in range(number)
    ]


# Product, product line, lines a year before (last on 2025-10-31), lines of the last 6 months, cost.
PRODUCTS: list[tuple[str, str | None, int, int, str | None]] = [
    ("base", "tea", 200, 200, "5"),
    ("dropped", "tea", 60, 20, "9"),
    ("loved", "tea", 60, 20, "9"),
    ("alone", "coffee", 60, 20, "9"),
    ("fallen only", "tea", 60, 20, "5"),
    ("by chance", "tea", 6, 4, "9"),
    ("complained of", "tea", 40, 40, "5"),
    ("few wish", "tea", 10, 10, "9"),
    ("two minds", "tea", 10, 10, "9"),
    ("costless", None, 0, 1, None),
    ("ended", "tea", 1, 0, "5"),
    ("unsold", "tea", 0, 0, None),
]
SALES = [
    line
    for product, _, before, recent, cost in PRODUCTS
    for line in sales(product, "2025-10-31", before, cost)
    + sales(product, "2026-10-31", recent, cost)
]
MASTER = [
    {"product_id": product, "line": line}
    | ({"discontinued_date": "2026-01-01"} if product == "ended" else {})
    for product, line, *_ in PRODUCTS
]
REQUESTS = [
    *wishes("loved", "keep", range(6)),
    *wishes("complained of", "change", range(5)),
    # However often they ask, four customers are four.
    *wishes("few wish", "drop", range(4)),
    *wishes("few wish", "drop", range(4)),
    *wishes("two minds", "change", range(5)),
    *wishes("two minds", "keep", range(4)),
    *wishes(None, "add", range(3), theme="Big pack", source="shop"),
    *wishes(None, "add", range(3, 5), theme=" big pack ", source="Survey"),
    *wishes(None, "add", range(5), theme="decaf", source="shop"),
    *wishes(None, "add", range(2), theme="tiny"),
    *wishes(None, "add", range(1), requested_date=None),
    # A day more than a year ago; and of nothing in particular.
    *wishes("dropped", "keep", range(9), requested_date="2025-10-31"),
    *wishes(None, "drop", range(9)),
]
COMPLAINTS = [
    *complaints("complained of", 8),
    *complaints("base", 4),
    *complaints("ghost", 1),
]
DECISIONS = [
    {"decision_id": "d1", "recommendation_id": "product:dropped", "decided_by": "head",
     "decision": "wait", "decided_date": "2026-03-01"},
    {"decision_id": "d2", "recommendation_id": "product:dropped", "decided_by": "head",
     "decision": "drop in May", "decided_date": "2026-04-01"},
    {"decision_id": "d3", "recommendation_id": "product:dropped", "decided_by": "head",
     "decision": "undated"},
]  # fmt: skip


@pytest.fixture(scope="module")
def marts(company: Company) -> Marts:
    return company(
        {
            "sales_line": SALES,
            "product": MASTER,
            "customer_request": REQUESTS,
            "complaint": COMPLAINTS,
            "decision": DECISIONS,
        }
    )


def recommendation(marts: Marts, recommendation_id: str) -> Row:
    return marts.row("product_recommendation", f"recommendation_id = '{recommendation_id}'")


@pytest.mark.parametrize(
    ("recommendation_id", "action", "for_action", "sources"),
    [
        ("product:base", "keep", 0, 3),
        # Falling and weak, and its customers buy others of its line.
        ("product:dropped", "drop", 2, 3),
        # The same, but customers want it; or nothing else would do for them.
        ("product:loved", "change", 2, 4),
        ("product:alone", "change", 2, 3),
        ("product:fallen only", "keep", 1, 3),
        # From 6 lines to 4 is chance: 2 < 1.96 sqrt(10).
        ("product:by chance", "keep", 1, 3),
        # 8 complaints on 40 lines (Wilson from 10.5%), of all 13 on 345; and 5 of 5 want a change.
        ("product:complained of", "change", 2, 4),
        ("product:few wish", "keep", 1, 4),
        # 5 of 9 are a majority that chance explains.
        ("product:two minds", "keep", 1, 4),
        ("product:costless", "keep", 0, 1),
        ("product:ended", None, 0, 1),
        ("product:unsold", "keep", 0, 0),
        ("product:ghost", "keep", 0, 0),
        ("add:big pack", "add", 2, 2),
        ("add:decaf", None, 1, 2),
        ("add:tiny", None, 0, 2),
        ("add:", None, 0, 2),
    ],
)
def test_two_sources_are_needed_to_act(
    marts: Marts, recommendation_id: str, action: str | None, for_action: int, sources: int
) -> None:
    found = recommendation(marts, recommendation_id)
    assert found["action"] == action, found["reason"]
    assert (found["sources_for_action"], found["evidence_sources"]) == (for_action, sources)
    expected = None if sources == 0 else round(Decimal(for_action) / sources, 9)
    assert found["score"] == expected


def test_nothing_else_is_recommended(marts: Marts) -> None:
    found = marts.rows("select count(*) as rows from customer.product_recommendation")
    assert found == [{"rows": len(PRODUCTS) + 1 + 4}]


def test_the_evidence_of_a_product(marts: Marts) -> None:
    """60 lines of 10, then 20: -2/3; a margin of 1 on 10; all 20 customers buy base too."""
    found = recommendation(marts, "product:dropped")
    assert found["evidence_sales_trend"] == Decimal("-0.666666667")
    assert found["evidence_margin_rate"] == Decimal("0.1")
    assert found["evidence_transferable_share"] == 1
    assert (found["evidence_requests"], found["evidence_complaints"]) == (0, 0)
    assert recommendation(marts, "product:alone")["evidence_transferable_share"] == 0


def test_the_reason_tells_the_figures(marts: Marts) -> None:
    """Margin of all, without the costless line: 1000 + 3 x 20 + 100 + 4 + 200 + 2 x 10 of 3440.

    Complaints of all: 13 on 200 + 4 x 20 + 4 + 40 + 2 x 10 + 1 = 345 lines, 3.77%.
    """
    assert recommendation(marts, "product:dropped")["reason"] == (
        "net sales of 6 months -66.7% against a year before (60 lines, then 20): falling; "
        "margin 10.0% of sales (all products 40.2%): weak; "
        "complaints 0 on 20 lines (all products 3.77%); "
        "100.0% of its customers buy others of its line"
    )
    assert recommendation(marts, "product:complained of")["reason"] == (
        "net sales of 6 months 0.0% against a year before (40 lines, then 40); "
        "margin 50.0% of sales (all products 40.2%); "
        "customers wish it kept 0, changed 5, dropped 0; "
        "complaints 8 on 40 lines (all products 3.77%): many; "
        "100.0% of its customers buy others of its line"
    )
    assert "no majority of 5 or more" in recommendation(marts, "product:few wish")["reason"]
    assert recommendation(marts, "product:ended")["reason"].startswith("discontinued on 2026-01-01")
    assert recommendation(marts, "product:unsold")["reason"] == "nothing is known of it"
    assert recommendation(marts, "add:decaf")["reason"] == (
        "customers who wish it: 5, places where it was heard: 1; not heard in two places"
    )
    assert recommendation(marts, "add:")["reason"].endswith(
        "wishes without a theme can not be told apart"
    )


def test_what_is_not_known_is_null_and_says_why(marts: Marts) -> None:
    found = recommendation(marts, "product:costless")
    assert (found["evidence_sales_trend"], found["evidence_margin_rate"]) == (None, None)
    for words in (
        "evidence_sales_trend: no net sales in the same months a year before",
        "evidence_margin_rate: no net sales with a known cost",
        "evidence_transferable_share: no customers or no product line is known",
        "evidence_survey_score: no survey says which product a score is for",
        "outcome_amount: not yet estimated",
    ):
        assert words in found["missing_because"]
    assert found["evidence_survey_score"] is found["outcome_amount"] is None
    wish = recommendation(marts, "add:decaf")
    assert (wish["product_id"], wish["theme"], wish["evidence_requests"]) == (None, "decaf", 5)
    assert wish["evidence_complaints"] is None


def test_the_last_decision_comes_back(marts: Marts) -> None:
    found = recommendation(marts, "product:dropped")
    assert (found["decision"], found["decided_date"]) == ("drop in May", date(2026, 4, 1))
    assert recommendation(marts, "product:base")["decision"] is None

"""Of an invented company the marts and a second calculation say the same, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from . import second_counts
from .conftest import Feeds, Marts, built
from .invented import company
from .second_promotions import Promotions

ZONE = "Asia/Jakarta"
NEAR = {"rel": 2e-4, "abs": 2e-3}
"""Of estimates: the printed quantiles have five digits."""
LAST_DIGIT = {"rel": 0, "abs": 1.01e-9}
"""Of shares: the mart may round a half the other way."""


@pytest.fixture(scope="module")
def feeds() -> Feeds:
    return company(20260105)


@pytest.fixture(scope="module")
def marts(folder: Path, feeds: Feeds) -> Iterator[Marts]:
    with built(folder, feeds, ZONE) as marts:
        yield marts


@pytest.fixture(scope="module")
def second(feeds: Feeds) -> Promotions:
    return Promotions(feeds)


def by_key(marts: Marts, table: str, *key: str) -> dict[tuple, dict[str, Any]]:
    rows = marts.rows(f"from promotion.{table}")
    found = {tuple(row[name] for name in key): row for row in rows}
    assert len(found) == len(rows)
    return found


def same_rows(
    here: dict[tuple, dict[str, Any]], there: dict[tuple, dict[str, Any]], **near: dict[str, float]
) -> None:
    """Both have the same rows, equal but for columns `near`, which may be off by so much."""
    assert here.keys() == there.keys()
    for key, expected in there.items():
        for name, value in expected.items():
            found = here[key][name]
            if name in near and value is not None and found is not None:
                assert float(found) == pytest.approx(float(value), **near[name]), (key, name)
            elif isinstance(value, Fraction):
                assert found is not None, (key, name, value)
                assert Fraction(found) == value, (key, name)
            else:
                assert found == value, (key, name)


def test_promotions(marts: Marts, second: Promotions) -> None:
    estimates = (
        "baseline_quantity", "incremental_quantity", "incremental_quantity_low",
        "incremental_quantity_high", "pulled_forward_amount", "incremental_margin_amount", "roi",
        "roi_low", "roi_high", "cost_amount",
    )  # fmt: skip
    there = {
        ("promotion", promotion.promotion_id): second.result(promotion) for promotion in second.all
    }
    here = by_key(marts, "promotion_performance", "subject_type", "promotion_id", "campaign_id")
    promotions = {key[:2]: row for key, row in here.items() if key[0] == "promotion"}
    same_rows(promotions, there, **dict.fromkeys(estimates, NEAR))
    # The company is varied enough for the comparison to mean something.
    for name in (*estimates, "verdict"):
        told = sum(row[name] not in (None, "unclear") for row in there.values())
        assert 4 <= told < len(there), (name, told)


def test_campaigns(marts: Marts, feeds: Feeds, second: Promotions) -> None:
    there = second_counts.campaigns(feeds, second.documents, second.all, ZONE)
    same_rows(by_key(marts, "campaign_performance", "campaign_id", "month"), there)


def test_media(marts: Marts, feeds: Feeds) -> None:
    there = second_counts.media(feeds["media_spend"])
    same_rows(by_key(marts, "media_performance", "medium", "vehicle", "period"), there)


def test_sales_emphasis(marts: Marts, feeds: Feeds) -> None:
    there = second_counts.emphasis(feeds)
    here = by_key(marts, "sales_emphasis", "segment", "product_id", "tool")
    same_rows(here, there, **dict.fromkeys(("win_rate_low", "win_rate_high"), LAST_DIGIT))


def test_sales_feedback(marts: Marts, feeds: Feeds, second: Promotions) -> None:
    there = second_counts.feedback(feeds, second.documents, ZONE)
    here = by_key(marts, "sales_feedback", "theme", "product_id", "month")
    same_rows(here, there, trend=LAST_DIGIT)

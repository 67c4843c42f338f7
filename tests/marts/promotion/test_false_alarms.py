"""Promotions that do nothing are seldom said to do something, and those that do are found."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from .conftest import Feeds, Marts, built
from .weeks import FIRST_WEEK, promotion, sold

PRODUCTS = 80
EFFECTIVE = 20
"""The first ones sell 60% more under their promotion; the others sell what they always do."""


def feeds() -> Feeds:
    chance = random.Random(7)
    lines, promotions = [], []
    for product in range(PRODUCTS):
        begins = chance.randrange(28, 44)
        weekly = []
        for week in range(51):
            season = 100 + 30 * math.sin(week / 8)
            lift = 1.6 if product < EFFECTIVE and begins <= week < begins + 4 else 1
            weekly.append(max(0, round(season * lift * chance.gauss(1, 0.15))))
        lines += sold(f"p{product}", None, FIRST_WEEK, weekly)
        first = FIRST_WEEK + timedelta(weeks=begins)
        last = first + timedelta(days=27)
        promotions.append(promotion(f"P{product:02}", first, last, scope=f"product: p{product}"))
    return {
        "sales_line": lines,
        "promotion": promotions,
        "product": [{"product_id": f"p{product}"} for product in range(PRODUCTS)],
    }


@pytest.fixture(scope="module")
def marts(folder: Path) -> Iterator[Marts]:
    with built(folder, feeds()) as marts:
        yield marts


def judged(marts: Marts, *, effective: bool) -> list[tuple[bool, bool]]:
    """For each promotion with an interval whether all of it is above zero, and below."""
    rows = marts.rows(
        "select promotion_id, incremental_quantity_low, incremental_quantity_high "
        "from promotion.promotion_performance where incremental_quantity_low is not null"
    )
    return [
        (row["incremental_quantity_low"] > 0, row["incremental_quantity_high"] < 0)
        for row in rows
        if (int(row["promotion_id"][1:]) < EFFECTIVE) is effective
    ]


def test_one_in_twenty_is_a_false_alarm(marts: Marts) -> None:
    """Of 60 at 5% three are expected; more than nine have a chance of one in a thousand."""
    alarms = [above or below for above, below in judged(marts, effective=False)]
    assert len(alarms) == PRODUCTS - EFFECTIVE
    assert sum(alarms) <= 9


def test_a_clear_effect_is_found(marts: Marts) -> None:
    found = [above for above, _ in judged(marts, effective=True)]
    assert len(found) == EFFECTIVE
    assert sum(found) >= 0.9 * EFFECTIVE

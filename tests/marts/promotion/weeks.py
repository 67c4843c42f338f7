"""A company that sells by the week: windows of whole weeks then have sums that a hand can check.

Each case lives in a channel of its own, named after it, and its promotion holds there only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

FIRST_WEEK = date(2026, 1, 5)
LAST_WEEK = date(2026, 12, 21)
PROMOTED = date(2026, 9, 7)
"""The week in which most promotions of the cases begin; they last four weeks."""


def week(number: int, base: date = PROMOTED) -> date:
    return base + timedelta(weeks=number)


def sold(
    product: str,
    channel: str | None,
    first: date,
    quantities: Sequence[int],
    price: int = 10,
    cost: int = 5,
    **more: Any,
) -> list[dict[str, Any]]:
    """One order a week, at this price and cost of a unit; `more` is on each line."""
    return [
        {
            "order_id": f"{product}/{channel}/{first + timedelta(weeks=number)}",
            "line_number": "1",
            "document_type": "sale",
            "order_date": str(first + timedelta(weeks=number)),
            "product_id": product,
            "channel_id": channel,
            "quantity": str(quantity),
            "net_amount": str(quantity * price),
            "cost_amount": str(quantity * cost),
            **more,
        }
        for number, quantity in enumerate(quantities)
        if quantity
    ]


def steady(product: str, channel: str, quantity: int = 100) -> list[dict[str, Any]]:
    """The same quantity each week of the year."""
    weeks = (LAST_WEEK - FIRST_WEEK).days // 7 + 1
    return sold(product, channel, FIRST_WEEK, [quantity] * weeks)


def around(
    product: str,
    channel: str,
    blocks: Sequence[int],
    during: Sequence[int],
    after: Sequence[int],
    **promoted: Any,
) -> list[dict[str, Any]]:
    """Sales before PROMOTED (totals of four weeks, the last one nearest), in it and after it.

    `promoted` is on the lines of the promotion, with `price` as the price of a unit there.
    """
    price = promoted.pop("price", 10)
    return [
        *sold(product, channel, week(-4 * len(blocks)), [b // 4 for b in blocks for _ in range(4)]),
        *sold(product, channel, PROMOTED, during, price, **promoted),
        *sold(product, channel, week(len(during)), after),
    ]


def promotion(name: str, first: date | None, last: date | None, **more: Any) -> dict[str, Any]:
    return {
        "promotion_id": name,
        "kind": "discount",
        "start_date": first and str(first),
        "end_date": last and str(last),
        **more,
    }


def four_weeks(name: str, **more: Any) -> dict[str, Any]:
    return promotion(name, PROMOTED, week(4) - timedelta(days=1), **more)

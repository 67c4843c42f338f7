"""Invents a company of some hundred records of each feed, the same for the same seed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

Record = dict[str, Any]

FIRST, LAST = date(2026, 1, 5), date(2026, 11, 30)
PRODUCTS = {f"p{number}": ("Tea", "Coffee", "Soap", None)[number % 4] for number in range(12)}
CHANNELS = ("c1", "c2", "c3", None)
TERRITORIES = ("t1", "t2", None)
SCOPES = (
    None, "product: p1", "product line: tea", "product_line: Coffee, Soap; channel: C1",
    "territory: t1 , t2", "channel: c1,c2; product: P5, p6, nowhere", "all of it",
)  # fmt: skip


def company(seed: int) -> dict[str, list[Record]]:
    chance = random.Random(seed)
    promotions = _promotions(chance)
    return {
        "product": [{"product_id": name, "line": line} for name, line in PRODUCTS.items()],
        "customer": [
            {"customer_id": f"k{number}", "segment": ("retail", "horeca", None)[number % 3]}
            for number in range(9)
        ],
        "campaign": [
            {"campaign_id": f"K{number}", "name": f"Campaign {number}", "kind": "advertising"}
            for number in range(5)
        ],
        "promotion": [record for record in promotions if record["promotion_id"] != "unlisted"],
        "sales_line": _sales(chance, promotions),
        "media_spend": _spend(chance),
        "touchpoint": [
            {
                "touchpoint_id": f"t{number}",
                "visitor_id": "v",
                "touched_at": f"{_day(chance)} {chance.randrange(24):02}:00:00",
                "campaign_id": chance.choice(["K0", "K1", "K5", None]),
                "kind": chance.choice(["visit", "visit", "click", None]),
            }
            for number in range(150)
        ],
        "event_lead": [
            {
                "lead_id": f"l{number}",
                "campaign_id": chance.choice(["K2", "K3", None]),
                "captured_at": chance.choice([None, *[f"{_day(chance)} 09:00:00"] * 5]),
                "cost_amount": chance.choice([None, "12.5", "40"]),
            }
            for number in range(60)
        ],
        "customer_contact": [_contact(chance, number) for number in range(500)],
    }


def _day(chance: random.Random, first: date = FIRST) -> date:
    return first + timedelta(days=chance.randrange((LAST - first).days + 1))


def _promotions(chance: random.Random) -> list[Record]:
    records: list[Record] = []
    for number in range(30):
        first = _day(chance, FIRST + timedelta(days=60))
        days = chance.choice([1, 5, 7, 10, 14])
        last = chance.choice([None, *[first + timedelta(days=days - 1)] * 9])
        records.append(
            {
                "promotion_id": "unlisted" if number == 0 else f"P{number:02}",
                "campaign_id": chance.choice([None, "K0", "K1", "K5"]),
                "kind": "discount",
                "start_date": str(first),
                "end_date": last and str(last),
                "scope": SCOPES[number % len(SCOPES)],
                "fixed_cost_amount": chance.choice([None, "50", "123.45"]),
            }
        )
    records.append(records[1] | {"promotion_id": "always", "start_date": "2026-01-01",
                                 "end_date": "2026-12-31", "scope": "product: p2"})  # fmt: skip
    return records


def _sales(chance: random.Random, promotions: list[Record]) -> list[Record]:
    records: list[Record] = []
    for number in range(2400):
        day = _day(chance)
        record: Record = {
            "order_id": f"o{number // 2:04}",
            "line_number": str(number % 2 + 1),
            "document_type": "sale",
            "order_date": str(day),
            "product_id": chance.choice(list(PRODUCTS)),
            "channel_id": chance.choice(CHANNELS),
            "territory_id": chance.choice(TERRITORIES),
            "customer_id": f"k{chance.randrange(11)}",
        }
        place = list(PRODUCTS).index(record["product_id"])
        quantity = chance.randrange(1, 13)
        price = 3 + 2 * place
        discount = 0
        running = [
            one
            for number, one in enumerate(promotions)
            if one["start_date"] <= str(day) <= (one["end_date"] or "9") and number % 6 == place % 6
        ]
        if running and chance.random() < 0.5:
            record["promotion_id"] = chance.choice(running)["promotion_id"]
            quantity, discount = quantity * 2, quantity
        record |= {
            "quantity": str(quantity),
            "net_amount": str(quantity * price - discount),
            "cost_amount": None if chance.random() < 0.004 else f"{quantity * price * 0.55:.2f}",
        }
        says = chance.choice(["discount_amount", "unit_price"])
        record[says] = str(discount if says == "discount_amount" else price)
        if chance.random() < 0.01:
            record[says] = None
        records.append(record)
        if chance.random() < 0.08:
            records.append(_returned(chance, record, day))
        elif chance.random() < 0.04:
            record["cancelled_date"] = str(min(LAST, day + timedelta(days=9)))
    return records


def _returned(chance: random.Random, record: Record, day: date) -> Record:
    part = chance.choice([1, 2, 4])
    back = {name: f"-{float(record[name]) / part:.6f}" for name in ("quantity", "net_amount")}
    back["cost_amount"] = record["cost_amount"] and f"-{float(record['cost_amount']) / part:.2f}"
    return {
        **back,
        "order_id": f"r{record['order_id']}",
        "line_number": record["line_number"],
        "document_type": "return",
        "order_date": str(min(LAST, day + timedelta(days=chance.randrange(60)))),
        "product_id": record["product_id"],
        "original_order_id": record["order_id"],
        "original_line_number": record["line_number"],
    }


def _spend(chance: random.Random) -> list[Record]:
    records = {}
    for _ in range(200):
        day, campaign = str(_day(chance, date(2026, 3, 1))), chance.choice(["K0", "K3", "K6", None])
        medium, vehicle = chance.choice([("tv", "one"), ("search", "two"), ("radio", "three")])
        records[day, campaign, medium] = {
            "day": day,
            "campaign_id": campaign,
            "medium": medium,
            "vehicle": vehicle,
            "spend_amount": f"{chance.randrange(100000) / 100}",
            "impressions": chance.choice([None, str(chance.randrange(5000))]),
            "clicks": str(chance.randrange(50)) if medium == "search" else None,
            "gross_rating_points": str(chance.randrange(9)) if medium == "tv" else None,
        }
    return list(records.values())


def _contact(chance: random.Random, number: int) -> Record:
    return {
        "contact_id": f"n{number}",
        "contacted_at": f"{_day(chance)} {chance.randrange(24):02}:30:00",
        "customer_id": chance.choice([None, *[f"k{chance.randrange(11)}"] * 6]),
        "product_id": chance.choice([None, "p0", "p1"]),
        "tool": chance.choice([None, "demo", "Demo", "sample"]),
        "emphasis": chance.choice([None, "price", "taste"]),
        "outcome": chance.choice([None, "won", "WON", "lost", "closed-lost", "later"]),
        "theme": chance.choice([None, "Price", "price ", "delivery", "taste"]),
        "sentiment": chance.choice([None, "good", "bad", "neutral", "unsure"]),
    }

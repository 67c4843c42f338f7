"""Campaigns, media, tools and themes, counted a second time: record by record, in fractions."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from .second_promotions import Document, Promotion

Record = dict[str, Any]
Key = tuple[Any, ...]

WON, LOST = {"won"}, {"lost", "closed lost"}
FEELINGS = {"good": 1, "neutral": 0, "bad": -1}


def month_of(day: date) -> date:
    return day.replace(day=1)


def local_day(moment: str, zone: str) -> date:
    given = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("UTC"))
    return given.astimezone(ZoneInfo(zone)).date()


def months_before(month: date, number: int) -> date:
    for _ in range(number):
        month = month_of(month - timedelta(days=1))
    return month


def rounded(value: Fraction, digits: int) -> Fraction:
    """Half away from zero."""
    scaled = abs(value) * 10**digits
    return Fraction(math.floor(scaled + Fraction(1, 2)), 10**digits) * (1 if value >= 0 else -1)


def total(values: list[Any]) -> Fraction | None:
    """The sum of what is stated; None where nothing is."""
    stated = [Fraction(value) for value in values if value is not None]
    return sum(stated, Fraction(0)) if stated else None


def campaigns(
    feeds: dict[str, list[Record]],
    documents: list[Document],
    promotions: list[Promotion],
    zone: str,
) -> dict[Key, Record]:
    campaign_of = {p.promotion_id: p.campaign_id for p in promotions if p.campaign_id}
    groups: dict[str, dict[Key, list[Any]]] = {
        name: defaultdict(list) for name in ("spend", "touch", "visit", "lead", "sold")
    }
    for record in feeds["media_spend"]:
        month = month_of(date.fromisoformat(record["day"]))
        groups["spend"][record["campaign_id"], month].append(record)
    for record in feeds["touchpoint"]:
        key = record["campaign_id"], month_of(local_day(record["touched_at"], zone))
        groups["touch"][key].append(record)
        if record["kind"] == "visit":
            groups["visit"][key].append(record)
    for record in feeds["event_lead"]:
        moment = record["captured_at"]
        month = month_of(local_day(moment, zone)) if moment else None
        groups["lead"][record["campaign_id"], month].append(record)
    for document in documents:
        if document.promotion_id in campaign_of:
            key = campaign_of[document.promotion_id], month_of(document.day)
            groups["sold"][key].append(document)
    sold_months = {month_of(document.day) for document in documents}
    told = {name: {m for _, m in groups[name] if m} for name in ("spend", "visit", "lead")}
    rows = {}
    for key in {key for group in groups.values() for key in group}:
        campaign, month = key

        def count(name: str, value: Any, month: date | None = month) -> Any:
            """None outside of the months that a feed tells of."""
            within = month and min(told[name]) <= month <= max(told[name])
            return value if value or within else None

        spend = groups["spend"].get(key, [])
        leads = groups["lead"].get(key, [])
        sold: list[Document] = groups["sold"].get(key, [])
        row: Record = {
            "spend_amount": count(
                "spend", total([r["spend_amount"] for r in spend]) or Fraction(0)
            ),
            "impressions": total([r["impressions"] for r in spend]),
            "clicks": total([r["clicks"] for r in spend]),
            "visits": count("visit", len(groups["visit"].get(key, []))),
            "leads": count("lead", len(leads)),
            "lead_cost_amount": total([r["cost_amount"] for r in leads]),
        }
        names = ("attributed_orders", "attributed_amount", "margin_amount")
        row |= dict.fromkeys(names)
        if campaign in campaign_of.values() and month and month in sold_months:
            row["attributed_orders"] = len({d.record["order_id"] for d in sold if d.is_sale})
            row["attributed_amount"] = sum((d.net for d in sold), Fraction(0))
            if all(d.margin is not None for d in sold):
                row["margin_amount"] = sum((d.margin or Fraction(0) for d in sold), Fraction(0))
        rows[key] = row | _ratios(row)
    return rows


def _ratios(row: Record) -> Record:
    spend, orders = row["spend_amount"], row["attributed_orders"]
    cost = (spend or 0) + (row["lead_cost_amount"] or 0)
    leads = row["leads"]
    amount = row["attributed_amount"]
    return {
        "cost_per_lead": rounded(Fraction(cost) / leads, 6) if cost and leads else None,
        "cost_per_order": rounded(spend / orders, 6) if spend and orders else None,
        "return_on_spend": rounded(amount / spend, 9) if spend and amount is not None else None,
    }


def media(records: list[Record]) -> dict[Key, Record]:
    groups: dict[Key, list[Record]] = defaultdict(list)
    months: dict[str, Fraction] = defaultdict(Fraction)
    for record in records:
        groups[record["medium"], record["vehicle"], record["day"][:7]].append(record)
        months[record["day"][:7]] += Fraction(record["spend_amount"])
    rows = {}
    for key, of_month in groups.items():
        row = {
            name: total([r.get(name) for r in of_month])
            for name in ("spend_amount", "impressions", "clicks", "reach", "gross_rating_points")
        }
        row["spend_share"] = rounded((row["spend_amount"] or 0) / months[key[2]], 9)
        for name, count, times in (
            ("cost_per_thousand_impressions", "impressions", 1000),
            ("cost_per_click", "clicks", 1),
        ):
            spent = total([r["spend_amount"] for r in of_month if r[count] is not None])
            row[name] = rounded(times * (spent or 0) / row[count], 6) if row[count] else None
        rows[key] = row
    return rows


def _words(text: str | None) -> str | None:
    return (text or "").strip().lower().replace("-", " ").replace("_", " ") or None


def wilson(wins: int, trials: int) -> tuple[float, float]:
    z = 1.959963984540054
    centre = (wins / trials + z * z / (2 * trials)) / (1 + z * z / trials)
    share = wins / trials
    half = math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    half *= z / (1 + z * z / trials)
    return centre - half, centre + half


def emphasis(feeds: dict[str, list[Record]]) -> dict[Key, Record]:
    segments = {record["customer_id"]: record["segment"] for record in feeds["customer"]}
    groups: dict[Key, list[tuple[str | None, bool]]] = defaultdict(list)
    for record in feeds["customer_contact"]:
        outcome = _words(record["outcome"])
        if outcome in WON | LOST:
            segment = segments.get(record["customer_id"])
            key = segment, record["product_id"], _words(record["tool"])
            groups[key].append((_words(record["emphasis"]), outcome in WON))
    rows = {}
    for (segment, product, tool), contacts in groups.items():
        together = [
            won for key, c in groups.items() if key[:2] == (segment, product) for _, won in c
        ]
        base = Fraction(sum(together), len(together))
        wins = sum(won for _, won in contacts)
        rate = Fraction(wins, len(contacts))
        low, high = wilson(wins, len(contacts))
        word = "stress" if low > base else "leave out" if high < base else "cannot tell"
        best = []
        for name in {name for name, _ in contacts if name}:
            own = [won for one, won in contacts if one == name]
            if len(own) >= 5 and wilson(sum(own), len(own))[0] > rate:
                best.append((-wilson(sum(own), len(own))[0], name))
        rows[segment, product, tool] = {
            "contacts": len(contacts),
            "wins": wins,
            "win_rate": rounded(rate, 9),
            "win_rate_low": low,
            "win_rate_high": high,
            "lift": rounded(rate / base - 1, 9) if base else None,
            "recommendation": word if tool else "cannot tell",
            "emphasis": min(best)[1] if best else None,
        }
    return rows


def feedback(
    feeds: dict[str, list[Record]], documents: list[Document], zone: str
) -> dict[Key, Record]:
    groups: dict[Key, list[Record]] = defaultdict(list)
    heard: dict[date, int] = defaultdict(int)
    for record in feeds["customer_contact"]:
        theme = _words(record["theme"])
        if theme:
            month = month_of(local_day(record["contacted_at"], zone))
            groups[theme, record["product_id"], month].append(record)
            heard[month] += 1
    rows = {}
    for (theme, product, month), mentions in groups.items():

        def share(of: date, theme: str = theme, product: str | None = product) -> Fraction:
            return rounded(Fraction(len(groups.get((theme, product, of), [])), heard[of]), 9)

        before = [m for m in (months_before(month, n) for n in (1, 2, 3)) if heard.get(m)]
        feelings = [FEELINGS[r["sentiment"]] for r in mentions if r["sentiment"] in FEELINGS]
        angry = [r["customer_id"] for r in mentions if r["sentiment"] == "bad"]
        since = months_before(month, 11)
        stake = sum(
            (
                d.net
                for d in documents
                if d.sale["customer_id"] in {one for one in angry if one}
                and since <= month_of(d.day) <= month
            ),
            Fraction(0),
        )
        told = feelings and (not angry or any(angry))
        latest = sorted(mentions, key=lambda r: r["contact_id"])
        latest.sort(key=lambda r: r["contacted_at"], reverse=True)
        mean = sum((share(m) for m in before), Fraction(0)) / len(before) if before else None
        rows[theme, product, month] = {
            "mentions": len(mentions),
            "share": share(month),
            "trend": None if mean is None else rounded(share(month) - mean, 9),
            "sentiment": rounded(Fraction(sum(feelings), len(feelings)), 9) if feelings else None,
            "amount_at_stake": stake if told else None,
            "example_contact_ids": ", ".join(r["contact_id"] for r in latest[:3]),
            "observations": len(feelings),
        }
    return rows

"""Waterfall, price position and fit of channels, calculated again for a company of chance."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale, taken_back
from tests.support.lake import put

PARENT = {"a": "ab", "b": "ab", "c": "all", "ab": "all", "all": None}
TYPES = {"m": "marketplace", "n": "marketplace", "r": "retailer", "w": "wholesale", "x": None}
SEGMENTS = {"k1": "homes", "k2": "offices", "k3": None}
ASKED = ["marketplace", "retailer", "own shop", "direct"]
PRODUCTS = ("p", "q", "s", "t")
FIRST, TODAY = date(2025, 1, 1), date(2026, 5, 20)
TERMS = [
    ("m", "rebate", Fraction("0.012345678"), None, date(2025, 1, 1), date(2025, 6, 14)),
    ("m", "rebate", Fraction("0.02"), None, date(2025, 6, 15), date(9999, 12, 31)),
    ("m", "freight", Fraction("0.0333"), None, date(2025, 3, 1), date(2026, 1, 31)),
    ("m", "listing fee", None, Fraction("77.77"), date(2025, 2, 1), date(9999, 12, 31)),
    ("r", "margin", Fraction("0.000000123"), None, date(2025, 1, 1), date(9999, 12, 31)),
    ("r", "slotting", None, Fraction("10"), date(2025, 1, 1), date(2025, 12, 31)),
    ("r", "freight", None, Fraction("0.01"), date(2025, 1, 1), date(9999, 12, 31)),
    ("idle", "bonus rebate", None, Fraction("5"), date(2025, 4, 1), date(2025, 5, 31)),
]
PROMOTIONS = {"P1": (Fraction("0.1"), None), "P2": (None, Fraction("1.5")), "P3": (None, None)}


@dataclass
class Line:
    order: str
    kind: str
    day: date
    ordered: date
    product: str
    channel: str | None
    territory: str | None
    customer: str
    quantity: Fraction
    net: Fraction
    list_price: Fraction | None
    unit_price: Fraction | None
    promotion: str | None
    cost: Fraction | None

    @property
    def month(self) -> date:
        return self.day.replace(day=1)

    @property
    def list_amount(self) -> Fraction:
        price = self.list_price if self.list_price is not None else self.unit_price
        return self.net if price is None else price * self.quantity


Weights = dict[tuple, dict[Any, Fraction]]
"""By territory (and segment), the weight of each channel type."""


def cents(value: float) -> Fraction:
    return Fraction(round(value * 100), 100)


class Company:
    def __init__(self) -> None:
        chance = random.Random(20260520)
        self.lines: list[Line] = []
        days = (TODAY - FIRST).days
        for number in range(420):
            day = FIRST + timedelta(chance.randint(0, days))
            quantity = Fraction(chance.randint(1, 200), 10)
            price = cents(chance.uniform(1, 40))
            one = Line(
                f"o{number}", "sale", day, day, chance.choice(PRODUCTS),
                chance.choice([*TYPES, "unknown", None]),
                chance.choice(["a", "b", "c", "ab", None]), chance.choice(list(SEGMENTS)), quantity,
                cents(float(price * quantity) * chance.choice([1, 0.9, 0.8, 1.1])),
                price if chance.random() < 0.6 else None,
                price + 1 if chance.random() < 0.6 else None,
                chance.choice([None, *PROMOTIONS]),
                cents(float(price * quantity) / 2) if chance.random() < 0.97 else None,
            )  # fmt: skip
            self.lines.append(one)
            if chance.random() < 0.15:
                self._take_back(one, min(TODAY, day + timedelta(chance.randint(1, 60))), chance)
        last = self.lines[0]
        self.lines.append(Line(**(vars(last) | {"order": "last", "day": TODAY, "ordered": TODAY})))
        self.sightings = [
            (
                chance.choice(["X", "Y"]),
                chance.choice(["marketplace", "retailer", "own shop", None]),
                chance.choice(["here", "there", None]), chance.choice([*PARENT, "z", None]),
                chance.choice([*PRODUCTS, "u", None]),
                cents(chance.uniform(1, 40)) if chance.random() < 0.9 else None,
                chance.choice([None, "USD", "USD", "EUR"]),
                FIRST + timedelta(chance.randint(0, days)) if chance.random() < 0.95 else None,
                chance.choice([True, False, None]),
            )
            for _ in range(400)
        ]  # fmt: skip
        self.answers = [
            (
                f"{number}-{kind}", kind, chance.choice(["a", "b", "ab", "c", None]),
                chance.choice(["homes", "offices", None]), rank if by_rank else None,
                None if by_rank else Fraction(chance.randint(0, 50), 7).limit_denominator(100),
            )
            for number in range(250)
            for by_rank in [chance.random() < 0.5]
            for rank, kind in enumerate(chance.sample(ASKED, chance.randint(1, 4)), start=1)
        ]  # fmt: skip

    def _take_back(self, one: Line, day: date, chance: random.Random) -> None:
        """A return of a part; with it, or instead of it, a cancellation of what is left."""
        kept = {"day": day, "ordered": one.ordered}
        share = Fraction(0)
        if chance.random() < 0.7:
            share = Fraction(1, chance.randint(2, 5))
            self.lines.append(
                Line(**(vars(one) | kept | {
                    "order": f"{one.order}-r", "kind": "return",
                    "quantity": -Fraction(round(one.quantity * share * 10), 10),
                    "net": -cents(float(one.net * share)),
                    "cost": None if one.cost is None else -cents(float(one.cost * share)),
                }))
            )  # fmt: skip
        if share == 0 or chance.random() < 0.3:
            before = self.lines[-1] if share else None
            left = {
                name: None if getattr(one, name) is None
                else -getattr(one, name) - (getattr(before, name) if before else 0)
                for name in ("quantity", "net", "cost")
            }  # fmt: skip
            self.lines.append(Line(**(vars(one) | kept | {"kind": "cancellation"} | left)))


def text(value: Fraction | None) -> str | None:
    return None if value is None else str(Decimal(value.numerator) / Decimal(value.denominator))


def record(one: Line) -> dict[str, Any]:
    stated = {
        "territory_id": one.territory, "customer_id": one.customer, "product_id": one.product,
        "channel_id": one.channel, "quantity": text(one.quantity),
    }  # fmt: skip
    if one.kind == "return":
        of = one.order.removesuffix("-r")
        return taken_back(
            one.order, str(one.day), str(text(one.net)), of, **stated, cost_amount=text(one.cost)
        )
    priced = {
        "list_price": text(one.list_price), "unit_price": text(one.unit_price),
        "promotion_id": one.promotion, "cost_amount": text(one.cost),
    }  # fmt: skip
    if one.kind == "cancellation":
        # Whatever amounts it states, it takes what is left.
        return {
            "order_id": one.order, "line_number": "1", "document_type": "cancellation",
            "order_date": str(one.ordered), "cancelled_date": str(one.day), "quantity": "-1",
            "net_amount": "-1", "product_id": one.product, "original_order_id": one.order,
            "original_line_number": "1",
        }  # fmt: skip
    return sale(one.order, str(one.day), str(text(one.net)), **stated | priced)


@pytest.fixture(scope="module")
def company(workspace: Workspace, state: State) -> Iterator[Company]:
    company = Company()
    feeds: dict[str, list[dict[str, Any]]] = {
        "territory": [{"territory_id": a, "parent_territory_id": b} for a, b in PARENT.items()],
        "channel": [{"channel_id": a, "type": b} for a, b in TYPES.items()],
        "customer": [{"customer_id": a, "segment": b} for a, b in SEGMENTS.items()],
        "sales_line": [record(line) for line in company.lines],
        "promotion": [
            {"promotion_id": name, "kind": "discount", "discount_rate": text(rate),
             "discount_amount": text(amount)}
            for name, (rate, amount) in PROMOTIONS.items()
        ],
        "trade_term": [
            {"channel_id": channel, "term": term, "rate": text(rate), "amount": text(amount),
             "valid_from": str(first), "valid_to": None if last.year == 9999 else str(last)}
            for channel, term, rate, amount, first, last in TERMS
        ],
        "competitor_sighting": [
            {"sighting_id": str(number), "competitor": competitor, "channel_type": kind,
             "place": place, "territory_id": territory, "product_id": product,
             "price": text(price), "currency": currency, "seen_date": day and str(day),
             "on_promotion": on_promotion}
            for number, (
                competitor, kind, place, territory, product, price, currency, day, on_promotion
            ) in enumerate(company.sightings)
        ],
        "shopping_preference": [
            {"response_id": response.split("-")[0], "channel_type": kind, "territory_id": territory,
             "segment": segment, "rank": rank and str(rank), "share": text(share)}
            for response, kind, territory, segment, rank, share in company.answers
        ],
    }  # fmt: skip
    for feed, records in feeds.items():
        put(workspace, state, feed, records)
    build(workspace, state)
    yield company


def rounded(value: Fraction, digits: int) -> Fraction:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return Fraction(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def shared(total: int, weights: dict[Any, Fraction]) -> dict[Any, int]:
    """Whole parts of `total` by weight; the rest to the largest remainders, then by name."""
    whole = sum(weights.values())
    exact = {name: total * weight / whole for name, weight in weights.items()}
    parts = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(
        exact, key=lambda name: (parts[name] - exact[name], name is None, str(name))
    )
    for name in by_remainder[: total - sum(parts.values())]:
        parts[name] += 1
    return parts


def above(territory: str | None) -> list[str | None]:
    found = [territory]
    while territory is not None and (territory := PARENT.get(territory)) is not None:
        found.append(territory)
    return found


def step_of(term: str) -> str:
    return next((word for word in ("rebate", "freight") if word in term), "other")


def term_steps(company: Company, net: dict[tuple, Fraction]) -> dict[tuple, dict[str, Fraction]]:
    """What terms cost by channel, product and month, each channel's month rounded once."""
    exact: dict[tuple, Fraction] = defaultdict(Fraction)
    for line in company.lines:
        for channel, term, rate, _, first, last in TERMS:
            if rate is not None and line.channel == channel and first <= line.day <= last:
                exact[channel, line.month, line.product, step_of(term)] += line.net * rate
    months = {
        date(year, month, 1)
        for year in (2025, 2026)
        for month in range(1, 13)
        if date(year, month, 1) <= TODAY
    }
    due: dict[tuple, Fraction] = defaultdict(Fraction)
    for channel, term, _, amount, first, last in TERMS:
        for month in months:
            if amount is not None and first <= month <= last:
                due[channel, month, step_of(term)] += amount
    for (channel, month, step), amount in due.items():
        weights = {
            product: net[channel, product, month]
            for product in PRODUCTS
            if net.get((channel, product, month), 0) > 0
        } or {None: Fraction(1)}
        for product, parts in shared(int(amount * 10**6), weights).items():
            exact[channel, month, product, step] += Fraction(parts, 10**6)
    found: dict[tuple, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for channel, month in {key[:2] for key in exact}:
        items = {key[2:]: value for key, value in exact.items() if key[:2] == (channel, month)}
        cut = {item: Fraction(value * 10**6 // 1, 10**6) for item, value in items.items()}
        missing = rounded(sum(items.values(), Fraction(0)), 6) - sum(cut.values())
        order = sorted(items, key=lambda item: (cut[item] - items[item], item[0] or "~", item[1]))
        for item in order[: int(missing * 10**6)]:
            cut[item] += Fraction(1, 10**6)
        for (product, step), amount in cut.items():
            found[channel, product, month][step] += amount
    return found


def promotion_part(line: Line) -> Fraction:
    rate, amount = PROMOTIONS.get(line.promotion or "", (None, None))
    taken_off = line.list_amount - line.net
    promised = rounded(line.list_amount * rate, 6) if rate else (amount or 0) * line.quantity
    if line.kind == "sale":
        return Fraction(max(min(promised, taken_off), 0))
    return Fraction(min(max(promised, taken_off), 0))


def test_every_step_of_the_waterfall(company: Company, workspace: Workspace) -> None:
    groups: dict[tuple, list[Line]] = defaultdict(list)
    for line in company.lines:
        groups[line.channel, line.product, line.month].append(line)
    net = {key: sum((one.net for one in lines), Fraction(0)) for key, lines in groups.items()}
    terms = term_steps(company, net)
    expected = {}
    for key in {*groups, *terms}:
        lines = groups.get(key, [])
        listed = sum((one.list_amount for one in lines), Fraction(0))
        promoted = sum(map(promotion_part, lines), Fraction(0))
        of_terms = terms.get(key, {})
        steps = [of_terms.get(step, Fraction(0)) for step in ("rebate", "freight", "other")]
        costs = [one.cost for one in lines]
        cost = None if None in costs else sum(filter(None, costs), Fraction(0))
        pocket = net.get(key, Fraction(0)) - sum(steps)
        expected[key] = (
            listed, listed - net.get(key, 0) - promoted, promoted, net.get(key, 0), *steps, pocket,
            None if cost is None else pocket - cost,
        )  # fmt: skip
    found = rows(
        workspace,
        "select channel_id, product_id, month, list_amount, invoice_discount_amount, "
        "promotion_amount, net_amount, rebate_amount, freight_amount, other_terms_amount, "
        "pocket_amount, pocket_margin_amount from channel.price_waterfall",
    )
    assert len(expected) > 250
    assert_equal(expected, {row[:3]: row[3:] for row in found})


def own_price(company: Company, product: str, month: date, place: tuple) -> tuple | None:
    """Look around from the place of a sighting until there is a sale."""
    territory, kind = place
    levels: list[tuple[Any, bool, str]] = []
    for distance, covering in enumerate(above(territory) if territory else []):
        name = "region" if distance else "territory"
        levels += [(covering, True, f"{name} and channel type"), (covering, False, name)]
    levels += [(None, True, "channel type"), (None, False, "company")]
    for covering, is_typed, level in levels:
        if is_typed and kind is None:
            continue
        sales = [
            line
            for line in company.lines
            if line.kind == "sale"
            and (line.product, line.month) == (product, month)
            and (covering is None or covering in above(line.territory))
            and (not is_typed or TYPES.get(line.channel or "") == kind)
        ]
        if sales:
            quantity = sum(line.quantity for line in sales)
            return rounded(sum(line.net for line in sales) / quantity, 6), level
    return None


def test_every_price_position(company: Company, workspace: Workspace) -> None:
    groups: dict[tuple, list[tuple]] = defaultdict(list)
    for one in company.sightings:
        competitor, kind, place, territory, product, _, _, day, _ = one
        if product is not None:
            month = day and day.replace(day=1)
            groups[product, competitor, kind, territory, place, month].append(one)
    expected = {}
    for key, seen in groups.items():
        product, _, kind, territory, _, month = key
        prices = [one[5] for one in seen if one[5] is not None and one[6] in (None, "USD")]
        theirs = rounded(sum(prices) / len(prices), 6) if prices else None
        found = own_price(company, product, month, (territory, kind)) if month else None
        ours, level = found or (None, None)
        told = [one[8] for one in seen if one[8] is not None]
        expected[key] = (
            ours, level, theirs, rounded(ours / theirs, 9) if ours and theirs else None, len(seen),
            len(prices), rounded(Fraction(sum(told), len(told)), 9) if told else None,
        )  # fmt: skip
    found_rows = rows(
        workspace,
        "select product_id, competitor, channel_type, territory_id, place, month, "
        "own_price_amount, own_price_level, competitor_price_amount, price_index, sightings, "
        "observations, on_promotion_share from channel.price_position",
    )
    assert len(expected) > 200
    assert {row[7] for row in found_rows} >= {"territory", "region", "company", "channel type"}
    assert_equal(expected, {row[:6]: row[6:] for row in found_rows})


def billionths(weights: dict[Any, Fraction]) -> dict[Any, Fraction]:
    kept = {name: max(weight, Fraction(0)) for name, weight in weights.items()}
    if not sum(kept.values()):
        return {}
    return {name: Fraction(part, 10**9) for name, part in shared(10**9, kept).items()}


def test_every_fit(company: Company, workspace: Workspace) -> None:
    first, last = date(2025, 5, 1), date(2026, 4, 30)
    answers: dict[str, list[tuple]] = defaultdict(list)
    for response, *answer in company.answers:
        answers[response.split("-")[0]].append(tuple(answer))
    named: set[str | None] = set()
    places: list[tuple] = []  # territory, segment, parts by channel type
    for lines in answers.values():
        # Lines of one answer may disagree about place and segment: the last in the alphabet counts.
        territory = max((line[1] for line in lines if line[1]), default=None)
        segment = max((line[2] for line in lines if line[2]), default=None)
        shares = {line[0]: line[4] or Fraction(0) for line in lines}
        if not any(shares.values()):
            shares = {line[0]: Fraction(10**9 // line[3] if line[3] else 0) for line in lines}
        if any(shares.values()):
            places.append((territory, segment, billionths(shares)))
            named.add(territory)
    sold = [line for line in company.lines if first <= line.day <= last]
    named |= {line.territory for line in sold}
    preferred: Weights = defaultdict(lambda: defaultdict(Fraction))
    own: Weights = defaultdict(lambda: defaultdict(Fraction))
    present: Weights = defaultdict(lambda: defaultdict(Fraction))
    count: dict[tuple, int] = defaultdict(int)
    for territory, segment, parts in places:
        for covering in set(above(territory)) & named:
            count[covering, segment] += 1
            for kind, part in parts.items():
                preferred[covering, segment][kind] += part
    for line in sold:
        for covering in set(above(line.territory)) & named:
            own[covering, SEGMENTS[line.customer]][TYPES.get(line.channel or "")] += line.net
    for _, kind, _, territory, _, _, _, day, _ in company.sightings:
        if day and first <= day <= last:
            for covering in set(above(territory)) & named:
                present[covering,][kind] += 1
    asked_types = {kind for kinds in preferred.values() for kind in kinds}
    expected = {}
    for territory, segment in {*preferred, *own}:
        likes = billionths(preferred.get((territory, segment), {}))
        sells = billionths(own.get((territory, segment), {}))
        sees = billionths(present.get((territory,), {}))
        if not likes and not sells:
            continue
        for kind in {*likes, *sells, *sees}:
            like = likes.get(kind, Fraction(0)) if likes and kind in asked_types else None
            sell = sells.get(kind, Fraction(0)) if sells else None
            expected[kind, territory, segment] = (
                like, sell, sees.get(kind, Fraction(0)) if sees else None,
                None if like is None or sell is None else like - sell, count[territory, segment],
            )  # fmt: skip
    found = rows(
        workspace,
        "select channel_type, territory_id, segment, customer_preference_share, own_sales_share, "
        "competitor_presence_share, gap, observations from channel.channel_fit",
    )
    assert len(expected) > 60
    assert_equal(expected, {row[:3]: row[3:] for row in found})


def assert_equal(expected: dict[tuple, tuple], actual: dict[tuple, tuple]) -> None:
    assert set(expected) == set(actual)
    faults = [
        (key, tuple(map(str, expected[key])), tuple(map(str, actual[key])))
        for key in expected
        if tuple(expected[key])
        != tuple(Fraction(one) if isinstance(one, Decimal) else one for one in actual[key])
    ]
    assert not faults, f"{len(faults)} of {len(expected)} differ: {faults[:3]}"

"""Sales answer to promotions, prices and media as the truth says, and lost customers stay away.

Everything is calculated from the exported files, with plain Python.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import log
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from .conftest import Line, all_records, records

Truth = dict[str, Any]
LAST_WEEK = date(2026, 10, 26)
ORDINARY_MONTHS = (6, 7, 9, 10, 11)  # without holidays in one of the years


@pytest.fixture(scope="module")
def sold(sales: tuple[list[Line], list[str]]) -> list[Line]:
    """The posted lines that were never cancelled."""
    lines, _ = sales
    later = {line.original for line in lines if line.kind == "BATAL"}
    return [line for line in lines if line.counts and (line.order, line.line) not in later]


@pytest.fixture(scope="module")
def products(demo: Path) -> dict[str, str]:
    """The line of each product."""
    file = demo / "landing" / "barang_2026-01-01.csv"
    return {record["Kode Barang"]: record["Lini"] for record in records(file)}


@pytest.fixture(scope="module")
def channel_types(demo: Path) -> dict[str, str]:
    file = demo / "landing" / "saluran_2024-11-01.csv"
    return {record["Kode Saluran"]: record["Jenis Saluran"] for record in records(file)}


def slope(points: Iterable[tuple[float, float]]) -> float:
    points = list(points)
    x_mean, y_mean = fmean(x for x, _ in points), fmean(y for _, y in points)
    return sum((x - x_mean) * (y - y_mean) for x, y in points) / sum(
        (x - x_mean) ** 2 for x, _ in points
    )


def test_promotions_sold_what_the_truth_says_and_some_lose_money(
    sold: list[Line], truth: Truth
) -> None:
    promoted: dict[str, list[Line]] = defaultdict(list)
    for line in sold:
        promoted[line.promotion].append(line)
    del promoted[""]
    assert promoted.keys() == truth["promotions"].keys()
    for name, lines in promoted.items():
        told = truth["promotions"][name]
        assert sum(line.quantity for line in lines) == Decimal(told["actual_quantity"])
        assert sum(line.net for line in lines) == Decimal(told["actual_net_amount_idr"])
        assert len(lines) == told["promoted_lines"]
        actual, baseline = Decimal(told["actual_quantity"]), Decimal(told["baseline_quantity"])
        assert Decimal(told["incremental_quantity"]) == actual - baseline
        # Quantities are whole: the truth's own uplift is met but for rounding by chance.
        assert abs(actual / baseline - 1 - Decimal(told["uplift_percent"]) / 100) < Decimal("0.02")
    profits = [Decimal(told["profit_amount_idr"]) for told in truth["promotions"].values()]
    assert 8 < sum(profit > 0 for profit in profits) < 28


def test_promoted_lines_are_larger_than_others_by_their_uplift(
    sold: list[Line], truth: Truth, channel_types: dict[str, str]
) -> None:
    usual: dict[tuple[str, str], list[float]] = defaultdict(list)
    for line in sold:
        if not line.promotion:
            usual[line.product, channel_types[line.channel]].append(float(line.quantity))
    expected = {key: fmean(quantities) for key, quantities in usual.items()}
    lifts: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for line in sold:
        if line.promotion:
            mean = expected.get((line.product, channel_types[line.channel]))
            if mean:
                lifts[line.promotion].append((float(line.quantity), mean))
    found = {
        name: sum(quantity for quantity, _ in pairs) / sum(mean for _, mean in pairs) - 1
        for name, pairs in lifts.items()
    }
    told = {name: truth["promotions"][name]["uplift_percent"] / 100 for name in found}
    # Prices differ from list to list too, so one promotion is met roughly, all of them well.
    assert abs(fmean(found[name] - told[name] for name in found)) < 0.02
    assert all(abs(found[name] - told[name]) < 0.25 for name in found)
    assert 0.85 < slope((told[name], found[name]) for name in found) < 1.15


def test_quantities_answer_to_list_prices_with_the_line_s_elasticity(
    sold: list[Line], truth: Truth, products: dict[str, str], channel_types: dict[str, str]
) -> None:
    by_price: dict[tuple[str, Decimal], list[tuple[str, Decimal]]] = defaultdict(list)
    sizes: dict[str, list[Decimal]] = defaultdict(list)
    for line in sold:
        if not line.promotion:
            channel_type = channel_types[line.channel]
            by_price[line.product, line.price].append((channel_type, line.quantity))
            sizes[channel_type].append(line.quantity)
    # What a channel type buys is measured by what it buys on average, so that the mix of channels
    # makes no difference.
    usual = {name: sum(values) / len(values) for name, values in sizes.items()}
    points: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for (product, price), quantities in by_price.items():
        size = fmean(float(quantity / usual[name]) for name, quantity in quantities)
        points[product].append((product, log(price), log(size)))
    for line_name, told in truth["product_lines"].items():
        within = []
        for product, known in points.items():
            if products[product] == line_name and len(known) > 1:
                x_mean, y_mean = fmean(x for _, x, _ in known), fmean(y for _, _, y in known)
                within += [(x - x_mean, y - y_mean) for _, x, y in known]
        elasticity = float(told["price_elasticity_of_quantity"])
        assert abs(slope(within) - elasticity) < 0.3, line_name


def test_lost_customers_buy_less_and_then_nothing(
    sales: tuple[list[Line], list[str]], truth: Truth
) -> None:
    lines, _ = sales
    lost = {
        customer: date.fromisoformat(told["buys_nothing_from"])
        for customer, told in truth["lost_customers"].items()
    }
    assert 60 <= len(lost) <= 100
    orders = {(line.customer, line.order, line.day) for line in lines if line.kind == "JUAL"}
    days_before = [(lost[customer] - day).days for customer, _, day in orders if customer in lost]
    assert min(days_before) > 0
    assert Counter(customer for customer, _, _ in orders if customer in lost) == Counter(
        {
            customer: told["orders_before"]
            for customer, told in truth["lost_customers"].items()
            if told["orders_before"]
        }
    )
    last = sum(days <= 60 for days in days_before)
    before = sum(60 < days <= 240 for days in days_before) / 3
    assert 0.35 < last / before < 0.65


@pytest.fixture(scope="module")
def spending(demo: Path) -> list[tuple[date, str, Fraction]]:
    return [
        (date.fromisoformat(row["date"]), row["publisher"], Fraction(row["cost"]))
        for row in all_records(demo / "landing", "media_spend_*.csv")
    ]


@pytest.fixture(scope="module")
def effects(
    spending: list[tuple[date, str, Fraction]], truth: Truth
) -> dict[str, dict[date, Fraction]]:
    """What each vehicle adds to the sales of the days of a week: most * A / (A + half)."""
    weekly: dict[tuple[str, date], Fraction] = defaultdict(Fraction)
    for day, vehicle, cost in spending:
        weekly[vehicle, day - timedelta(day.weekday())] += cost
    found: dict[str, dict[date, Fraction]] = {}
    for vehicles in truth["media"].values():
        for vehicle, told in vehicles.items():
            most = Fraction(told["most_effect_percent_of_a_day"]) / 100
            half = Fraction(told["spend_of_half_effect_idr_a_week"])
            weights = [Fraction(told["carried_over_percent_a_week"], 100) ** k for k in range(5)]
            found[vehicle] = {}
            week = date(2024, 10, 28)
            while week <= LAST_WEEK:
                carried = sum(
                    weight * weekly[vehicle, week - timedelta(7 * lag)]
                    for lag, weight in enumerate(weights)
                ) / sum(weights)
                found[vehicle][week] = most * carried / (carried + half)
                week += timedelta(7)
    return found


def test_what_media_brought_follows_from_what_was_spent(
    sold: list[Line], spending: list[tuple[date, str, Fraction]],
    effects: dict[str, dict[date, Fraction]], truth: Truth,
) -> None:  # fmt: skip
    daily: dict[date, Fraction] = defaultdict(Fraction)
    for line in sold:
        daily[line.day] += Fraction(line.net)
    spent: dict[str, Fraction] = defaultdict(Fraction)
    for _, vehicle, cost in spending:
        spent[vehicle] += cost
    returns = []
    for vehicles in truth["media"].values():
        for vehicle, told in vehicles.items():
            brought = Fraction(0)
            for day, net in daily.items():
                week = day - timedelta(day.weekday())
                whole = 1 + sum(effect[week] for effect in effects.values())
                brought += net * effects[vehicle][week] / whole
            expected = Fraction(told["contribution_net_amount_idr"])
            assert abs(brought - expected) <= expected / 500, vehicle
            assert spent[vehicle] == Fraction(told["spend_amount_idr"])
            returns.append(float(told["margin_amount_per_rupiah_spent"]))
    assert sum(value > 1 for value in returns) >= 6
    assert sum(value < 0.5 for value in returns) >= 3  # a waste


def test_orders_rise_with_media(sold: list[Line], effects: dict[str, dict[date, Fraction]]) -> None:
    """A week against the same week a year later: season and growth are the same for all."""
    days = {line.order: line.day for line in sold}.values()
    orders = Counter(day - timedelta(day.weekday()) for day in days)
    points = []
    for week in sorted(orders)[1:]:  # the first is not whole
        after = week + timedelta(364)
        if after < LAST_WEEK and week.month in ORDINARY_MONTHS:
            whole = [
                1 + float(sum(effect[when] for effect in effects.values()))
                for when in (week, after)
            ]
            points.append((log(whole[1] / whole[0]), log(orders[after] / orders[week])))
    assert len(points) > 15
    assert 0.7 < slope(points) < 1.3

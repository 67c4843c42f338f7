"""Forecasts and their accuracy, calculated again in plain Python for a company of chance."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import sqrt
from typing import Any

import pytest
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale
from tests.support.lake import put

PARENT = {"a": "ab", "b": "ab", "c": "cd", "d": "cd", "ab": "all", "cd": "all", "all": None}
LINE = {"p1": "x", "p2": "x", "p3": "y", "p4": None}
TODAY = date(2026, 8, 14)
Cell = tuple[str, str | None]


def month_of(number: int) -> date:
    return date(2023 + number // 12, 1 + number % 12, 1)


def number_of(day: date) -> int:
    return 12 * (day.year - 2023) + day.month - 1


LAST = number_of(TODAY) - 1


class Company:
    def __init__(self) -> None:
        chance = random.Random(20260814)
        self.sales: list[tuple[str, str | None, date, Decimal, Decimal]] = []
        for product in LINE:
            for territory in ("a", "b", "c", "d", "cd", None, "unknown"):
                begins = chance.randrange(0, 40)
                for number in range(begins, LAST + 2):
                    if chance.random() < 0.55:
                        day = month_of(number).replace(day=chance.randint(1, 14))
                        quantity = Decimal(chance.randint(-30, 4000)) / 10
                        net = (quantity * chance.randint(90, 110) / 10).quantize(Decimal("0.01"))
                        self.sales.append((product, territory, day, quantity, net))
        self.sales.append(("p1", "a", TODAY, Decimal(1), Decimal(1)))
        self.words: dict[tuple[str, str, str, date, date], Decimal] = {}
        for _ in range(500):
            made = month_of(chance.randrange(LAST - 20, LAST + 2)).replace(
                day=chance.randint(1, 14)
            )
            ahead = chance.choice([-1, 0, 1, 1, 2, 3, 5, 12, 13])
            key = (
                chance.choice(["ani", "budi", "citra"]),
                chance.choice([*LINE, "p5"]),
                chance.choice(["a", "c", "ab", "cd", "all", "new"]),
                month_of(number_of(made) + ahead),
                made,
            )
            self.words[key] = Decimal(chance.randint(0, 300000)) / 1000


@pytest.fixture(scope="module")
def company(workspace: Workspace, state: State) -> Iterator[Company]:
    company = Company()
    put(
        workspace,
        state,
        "territory",
        [{"territory_id": one, "parent_territory_id": up} for one, up in PARENT.items()],
    )
    put(
        workspace,
        state,
        "product",
        [{"product_id": product, "line": line} for product, line in LINE.items()],
    )
    put(
        workspace,
        state,
        "sales_line",
        [
            sale(
                f"o{number}", str(day), str(net), product_id=product, quantity=str(quantity),
                **({"territory_id": territory} if territory else {}),
            )
            for number, (product, territory, day, quantity, net) in enumerate(company.sales)
        ],
    )  # fmt: skip
    put(
        workspace,
        state,
        "expert_projection",
        [
            {
                "expert": expert, "product_id": product, "territory_id": territory,
                "month": str(month), "made_date": str(made), "quantity": str(quantity),
            }
            for (expert, product, territory, month, made), quantity in company.words.items()
        ],
    )  # fmt: skip
    build(workspace, state)
    yield company


def above(territory: str | None) -> list[str | None]:
    """The territory and all those that it lies in."""
    found = [territory]
    while territory is not None and (territory := PARENT.get(territory)) is not None:
        found.append(territory)
    return found


def rounded(value: Fraction | None, digits: int) -> Decimal | None:
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def mean(values: list[Decimal]) -> Fraction:
    return Fraction(rounded(Fraction(sum(map(Fraction, values)), len(values)), 6) or 0)


class Second:
    """The second calculation: dictionaries of months, one cell after the other."""

    def __init__(self, company: Company) -> None:
        named = {territory for _, territory, *_ in company.sales}
        named |= {territory for _, _, territory, *_ in company.words}
        self.sold: dict[Cell, dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        self.sums: set[Cell] = set()
        for product, territory, day, quantity, _ in company.sales:
            for covering in above(territory):
                if covering in named:
                    self.sold[product, covering][number_of(day)] += Fraction(quantity)
                    if covering != territory:
                        self.sums.add((product, covering))
        # The last word of each month, by month of origin.
        self.words: dict[tuple[int, str, str, str, int], tuple[date, Decimal]] = {}
        for (expert, product, territory, month, made), quantity in sorted(
            company.words.items(), key=lambda item: item[0][4]
        ):
            if number_of(month) >= number_of(made):
                key = (number_of(made), expert, product, territory, number_of(month))
                self.words[key] = (made, quantity)

    def naive(self, cell: Cell, origin: int, month: int) -> Fraction | None:
        """The last year's same month that was over before the month of origin."""
        year_before = month
        while year_before >= origin:
            year_before -= 12
        months = self.sold.get(cell)
        if not months or min(months) > year_before:
            return None
        return months.get(year_before, Fraction(0))

    def errors(self, cell: Cell, last: int) -> list[Fraction]:
        months = self.sold.get(cell)
        if not months:
            return []
        return [
            months.get(month - 12, Fraction(0)) - months.get(month, Fraction(0))
            for month in range(min(months) + 12, last + 1)
        ]


def projections(second: Second, first: int, last: int, after: int) -> dict[tuple, list[Decimal]]:
    """Latest word of each expert among those of origins `first` to `last`, by cell and month."""
    latest: dict[tuple[str, str, str, int], tuple[int, Decimal]] = {}
    for (origin, expert, product, territory, month), (_, quantity) in sorted(second.words.items()):
        if first <= origin <= last and month > after:
            latest[expert, product, territory, month] = (origin, quantity)
    found: dict[tuple, list[Decimal]] = defaultdict(list)
    for (_, product, territory, month), (_, quantity) in latest.items():
        found[product, territory, month].append(quantity)
    return found


def price(company: Company, product: str, last: int) -> Fraction | None:
    lines = [
        (quantity, net)
        for one, _, day, quantity, net in company.sales
        if one == product and last - 11 <= number_of(day) <= last
    ]
    quantity = sum((Fraction(quantity) for quantity, _ in lines), Fraction(0))
    if quantity <= 0:
        return None
    return Fraction(rounded(sum(Fraction(net) for _, net in lines) / quantity, 6) or 0)


def expected_forecasts(company: Company) -> dict[tuple, tuple]:
    second = Second(company)
    origins = {TODAY: (LAST, projections(second, LAST, 10**6, LAST))}
    for origin in {key[0] for key in second.words if key[0] <= LAST}:
        made = max(day for key, (day, _) in second.words.items() if key[0] == origin)
        origins[made] = (origin - 1, projections(second, origin, origin, origin - 1))
    wanted: dict[tuple, list[Decimal]] = {}
    for made, (last, words) in origins.items():
        for (product, territory, month), quantities in words.items():
            wanted[made, last, product, territory, month] = quantities
        if made == TODAY:
            for (product, territory), months in second.sold.items():
                if any(last - 11 <= month <= last for month in months):
                    for month in range(last + 1, last + 4):
                        wanted.setdefault((made, last, product, territory, month), [])
    found = {}
    for (made, last, product, territory, month), quantities in wanted.items():
        cell = (product, territory)
        statistical = second.naive(cell, number_of(made), month)
        expert = mean(quantities) if quantities else None
        forecast = expert if statistical is None else statistical
        errors = second.errors(cell, last)
        low = high = None
        if statistical is not None and len(errors) >= 8:
            years = (month - number_of(made)) // 12 + 1
            squares = float(sum(error * error for error in errors))
            spread = 1.959963984540054 * sqrt(squares / len(errors) * years)
            low, high = float(statistical) - spread, float(statistical) + spread
            if min(second.sold[cell].values()) >= 0:
                low = max(low, 0.0)
        net_price = price(company, product, last)
        amount = None if forecast is None or net_price is None else forecast * net_price
        covering = [up for up in above(territory)[1:] if (made, last, product, up, month) in wanted]
        found[made, product, territory, month_of(month)] = (
            statistical,
            expert,
            len(quantities),
            forecast,
            low,
            high,
            rounded(amount, 6),
            len(errors),
            cell in second.sums,
            bool(covering),
        )
    return found


def close(expected: Any, actual: Any) -> bool:
    """Equal to the last digit; an end of an interval to the millionth."""
    if isinstance(expected, float):
        return actual is not None and abs(expected - float(actual)) <= 1.5e-6
    return expected == (Fraction(actual) if isinstance(actual, Decimal) else actual)


def assert_equal(expected: dict[tuple, tuple], actual: dict[tuple, tuple]) -> None:
    assert set(expected) == set(actual)
    faults = [
        (key, expected[key], actual[key])
        for key in expected
        if not all(map(close, expected[key], actual[key]))
    ]
    assert not faults, f"{len(faults)} of {len(expected)} differ: {faults[:3]}"


def test_every_forecast(company: Company, workspace: Workspace) -> None:
    found = rows(
        workspace,
        "select made_date, product_id, territory_id, month, statistical_quantity, expert_quantity, "
        "experts, forecast_quantity, quantity_low, quantity_high, forecast_amount, observations, "
        "is_sum_of_territories, is_in_sum_above from quota.sales_forecast",
    )
    expected = expected_forecasts(company)
    assert len(expected) > 300
    assert_equal(expected, {row[:4]: row[4:] for row in found})


def ratio(part: Fraction, whole: Fraction) -> Decimal | None:
    return rounded(part / whole, 9) if whole else None


def expected_accuracy(company: Company) -> dict[tuple, tuple]:
    second = Second(company)
    judged: dict[tuple, list[tuple]] = defaultdict(list)
    by_origin: dict[tuple, list[Decimal]] = defaultdict(list)
    for (origin, expert, product, territory, month), (_, quantity) in second.words.items():
        if month <= LAST:
            by_origin[origin, product, territory, month].append(quantity)
            judged["expert", expert, LINE.get(product), territory, month - origin].append(
                ((product, territory), origin, month, Fraction(quantity))
            )
    for (origin, product, territory, month), quantities in by_origin.items():
        key = ("mean of experts", "experts", LINE.get(product), territory, month - origin)
        judged[key].append(((product, territory), origin, month, mean(quantities)))
    found = {}
    for (kind, name, line, territory, horizon), ones in judged.items():
        total: dict[str, Fraction] = defaultdict(Fraction)
        compared = 0
        for cell, origin, month, quantity in ones:
            actual = second.sold.get(cell, {}).get(month, Fraction(0))
            total["error"] += abs(quantity - actual)
            total["actual"] += abs(actual)
            total["signed_error"] += quantity - actual
            total["signed_actual"] += actual
            naive = second.naive(cell, origin, month)
            if naive is not None:
                compared += 1
                total["better"] += abs(naive - actual) - abs(quantity - actual)
                total["actual_beside_naive"] += abs(actual)
            if errors := second.errors(cell, LAST):
                scale = Fraction(sum(map(abs, errors)), len(errors))
                total["scale"] += Fraction(rounded(scale, 6) or 0)
                total["scaled"] += abs(quantity - actual)
        found[line, territory, horizon, kind, name] = (
            ratio(total["error"], total["actual"]),
            ratio(total["signed_error"], total["signed_actual"]),
            ratio(total["scaled"], total["scale"]),
            ratio(total["better"], total["actual_beside_naive"]),
            len(ones),
            compared,
        )
    horizons = {1, 2, 3} | {key[4] for key in judged if key[4] < 12}
    for line in set(LINE.values()):
        for territory in {territory for _, territory in second.sold}:
            cells = [
                cell
                for cell in second.sold
                if LINE[cell[0]] == line and cell[1] == territory and second.errors(cell, LAST)
            ]
            if not cells:
                continue
            errors = [error for cell in cells for error in second.errors(cell, LAST)]
            actuals = [
                second.sold[cell].get(month, Fraction(0))
                for cell in cells
                for month in range(min(second.sold[cell]) + 12, LAST + 1)
            ]
            size = sum(map(abs, errors), Fraction(0))
            for horizon in horizons:
                found[line, territory, horizon, "naive", "naive"] = (
                    ratio(size, sum(map(abs, actuals), Fraction(0))),
                    ratio(sum(errors, Fraction(0)), sum(actuals, Fraction(0))),
                    ratio(size, size),
                    ratio(Fraction(0), sum(map(abs, actuals), Fraction(0))),
                    len(errors),
                    len(errors),
                )
    return found


def test_every_accuracy(company: Company, workspace: Workspace) -> None:
    found = rows(
        workspace,
        "select product_line, territory_id, horizon, forecaster_kind, forecaster, wape, bias, "
        "mase, value_added, observations, naive_observations from quota.forecast_accuracy",
    )
    expected = expected_accuracy(company)
    assert len(expected) > 150
    assert_equal(expected, {row[:5]: row[5:] for row in found})

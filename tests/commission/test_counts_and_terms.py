"""Random plans that count orders, customers or units, or have terms, against exact fractions."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

import duckdb
from niaga.progress import Silent
from niaga.refresh import stage
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.lake import put

from .test_random_curves import cents, half_away

PLANS = 80
DAYS = 59
PRODUCTS = ("p1", "p2", "p3")


@dataclass
class Event:
    """A sale of a line of an order, or the return of (a part of) one; amounts in cents."""

    order: str
    line: int
    day: date
    product: str
    customer: str
    amount: int
    quantity: int
    original: Event | None = None
    number: int = 0

    @property
    def transaction(self) -> str:
        return f"{self.order}:{self.line}:{'return' if self.original else 'sale'}"

    @property
    def key(self) -> tuple[object, ...]:
        return (self.day, self.original is not None, self.order, self.line)

    def row(self, person: str) -> dict[str, str]:
        row = {
            "order_id": self.order, "line_number": str(self.line), "order_date": str(self.day),
            "product_id": self.product, "sales_rep_id": person, "net_amount": cents(self.amount),
            "quantity": str(self.quantity), "document_type": "sale",
        }  # fmt: skip
        if self.customer:
            row["customer_id"] = self.customer
        if self.original:
            row |= {
                "document_type": "return", "original_order_id": self.original.order,
                "original_line_number": str(self.original.line),
            }  # fmt: skip
        return row


def history(chance: random.Random, name: str) -> list[Event]:
    """Give sales of orders of one or two lines, and returns of some, in the total order."""
    events: list[Event] = []
    for number in range(8):
        day = date(2026, 1, 1) + timedelta(days=chance.randint(0, DAYS - 20))
        customer = chance.choice(["k1", "k2", "k3", ""])
        for line in range(1, chance.randint(1, 2) + 1):
            amount = chance.choice([10_010, chance.randint(1, 50_000)])
            sale = Event(f"{name}-{number}", line, day, chance.choice(PRODUCTS), customer, amount,
                         chance.randint(1, 5))  # fmt: skip
            events.append(sale)
            day += timedelta(days=chance.choice([0, 0, 25]))
            if chance.random() < 0.5:
                events += returns_of(chance, sale)
    return sorted(events, key=lambda event: event.key)


def returns_of(chance: random.Random, sale: Event) -> list[Event]:
    parts = chance.choice([[1], [2], [2, 2]])
    day = sale.day + timedelta(days=chance.choice([0, 3, 30]))
    rest, quantity = sale.amount, sale.quantity
    events = []
    for number, part in enumerate(parts):
        is_last = parts in ([1], [2, 2]) and number == len(parts) - 1
        amount = rest if is_last else sale.amount // part
        if not amount or (not is_last and quantity < 2):
            break
        taken = quantity if is_last else 1
        rest, quantity = rest - amount, quantity - taken
        events.append(
            Event(f"{sale.order}-{sale.line}-r{number}", 1, day + timedelta(days=number),
                  sale.product, sale.customer, -amount, -taken, sale)
        )  # fmt: skip
    return events


def marginal(first: Fraction, edge: int, second: Fraction) -> Callable[[int], Fraction]:
    return lambda x: first * min(x, edge) + second * max(0, x - edge)


@dataclass
class Window:
    """A month: what has been measured, and the exact pay to date."""

    x: int = 0
    exact: Fraction = Fraction(0)

    def move(self, curve: Callable[[int], Fraction], delta: int) -> int:
        """Walk on a curve; give what it pays, rounded as a running total."""
        before, start = half_away(self.exact), self.x
        self.x += delta
        self.exact += curve(self.x) - curve(start)
        return half_away(self.exact) - before


@dataclass
class Pay:
    """What each event pays in cents, where lines of a later month give back their own cents."""

    curve_of: Callable[[Event], Callable[[int], Fraction]]
    windows: dict[int, Window] = field(default_factory=lambda: defaultdict(Window))
    own: dict[str, int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def of(self, event: Event, delta: int, bringer: Event | None, part: Fraction) -> int:
        """Give the pay of a move by `delta` that takes `part` of the bringer's pay back."""
        moved = self.windows[event.day.month].move(self.curve_of(bringer or event), delta)
        if bringer is None:
            self.own[event.transaction] = moved
            return moved
        key = bringer.transaction
        before, self.taken[key] = self.taken[key], half_away(self.own[key] * part)
        is_walked_back = bringer.day.month == event.day.month
        return moved if is_walked_back else before - self.taken[key]


def counted(events: list[Event], pay: Pay, key_of: Callable[[Event], str | None]) -> dict[str, int]:
    """Count what a key names once, while any line of it is open."""
    open_lines: dict[str, int] = defaultdict(int)
    bringers: dict[str, Event] = {}
    paid: dict[str, int] = {}
    back: dict[str, int] = defaultdict(int)
    for event in events:
        sale = event.original or event
        key = key_of(sale)
        if key is None:
            continue
        if event.original is None:
            open_lines[key] += 1
            if open_lines[key] == 1:
                bringers[key] = event
                paid[event.transaction] = pay.of(event, 1, None, Fraction(0))
            continue
        back[sale.transaction] -= event.amount
        if back[sale.transaction] == sale.amount:
            open_lines[key] -= 1
            if open_lines[key] == 0:
                paid[event.transaction] = pay.of(event, -1, bringers[key], Fraction(1))
    return paid


def summed(events: list[Event], pay: Pay, size_of: Callable[[Event], int]) -> dict[str, int]:
    paid: dict[str, int] = {}
    back: dict[str, int] = defaultdict(int)
    for event in events:
        part = Fraction(0)
        if event.original:
            # Pay goes back with the amount, whatever is measured.
            back[event.original.transaction] -= event.amount
            part = Fraction(back[event.original.transaction], event.original.amount)
        paid[event.transaction] = pay.of(event, size_of(event), event.original, part)
    return paid


class RandomPlan:
    """A component that counts or has terms, as YAML and as what it pays of a history."""

    def __init__(self, chance: random.Random, name: str) -> None:
        self.name = name
        self.events = history(chance, name)
        kind = chance.choice(["quantity", "orders", "customers", "terms", "terms"])
        self.paid = getattr(self, f"_{kind}")(chance)

    def _per(self, chance: random.Random, of: str, unit: str) -> Pay:
        first, second = chance.randint(1, 9_999), chance.randint(1, 9_999)
        edge = chance.randint(1, 4)
        self.text = (
            f"{{of: {of}, marginal: [{{from: 0, rate: {cents(first)} USD per {unit}}},"
            f" {{from: {edge} {unit}s, rate: {cents(second)} USD per {unit}}}]}}"
        )
        curve = marginal(Fraction(first), edge, Fraction(second))
        return Pay(lambda _: curve)

    def _quantity(self, chance: random.Random) -> dict[str, int]:
        return summed(self.events, self._per(chance, "quantity", "unit"), lambda e: e.quantity)

    def _orders(self, chance: random.Random) -> dict[str, int]:
        pay = self._per(chance, "orders", "order")
        return counted(self.events, pay, lambda event: event.order)

    def _customers(self, chance: random.Random) -> dict[str, int]:
        pay = self._per(chance, "customers", "customer")
        return counted(
            self.events, pay, lambda e: f"{e.customer} {e.day.month}" if e.customer else None
        )

    def _terms(self, chance: random.Random) -> dict[str, int]:
        terms, rows = [], ""
        for _ in range(chance.randint(1, 3)):
            product = chance.choice([*PRODUCTS, None])
            first = date(2026, 1, 1) + timedelta(days=chance.randint(0, 20))
            last = first + timedelta(days=chance.randint(0, 50))
            rate, edge, more = (chance.randint(0, 1500), chance.randint(1, 90_000),
                                chance.randint(0, 1500))  # fmt: skip
            where = f"where: \"product_id = '{product}'\", " if product else ""
            curve = f"rate: {rate / 100:.2f}%"
            function = marginal(Fraction(rate, 10_000), 0, Fraction(rate, 10_000))
            if chance.random() < 0.4:
                curve = (
                    f"marginal: [{{from: 0, rate: {rate / 100:.2f}%}},"
                    f" {{from: {cents(edge)} USD, rate: {more / 100:.2f}%}}]"
                )
                function = marginal(Fraction(rate, 10_000), edge, Fraction(more, 10_000))
            rows += f"      - {{{where}from: {first}, to: {last}, {curve}}}\n"
            terms.append((product, first, last, function))
        own = chance.choice([None, chance.randint(1, 1500)])
        self.text = (f"\n    rate: {own / 100:.2f}%" if own else "") + f"\n    terms:\n{rows}"
        rest = marginal(Fraction(own or 0, 10_000), 0, Fraction(own or 0, 10_000))

        def curve_of(sale: Event) -> Callable[[int], Fraction]:
            for product, first, last, function in terms:
                if product in (None, sale.product) and first <= sale.day <= last:
                    return function
            return rest

        return summed(self.events, Pay(curve_of), lambda event: event.amount)


def test_every_line_of_counts_and_terms_is_the_difference_of_exact_fractions(
    workspace: Workspace, state: State
) -> None:
    chance = random.Random(20261127)
    plans = [RandomPlan(chance, f"p{number}") for number in range(PLANS)]
    for plan in plans:
        (workspace.plans_folder / f"{plan.name}.yml").write_text(
            f"plan: {plan.name}\ncurrency: USD\nfrom: 2026-01-01\ncomponents:\n  c: {plan.text}\n"
        )
    put(
        workspace, state, "participant", [{"participant_id": p.name, "name": p.name} for p in plans]
    )
    put(workspace, state, "product", [{"product_id": p, "name": p} for p in PRODUCTS])
    put(workspace, state, "plan_assignment", [
        {"participant_id": p.name, "plan_id": p.name, "valid_from": "2026-01-01"} for p in plans
    ])  # fmt: skip
    sales = [event.row(plan.name) for plan in plans for event in plan.events]
    put(workspace, state, "sales_line", sales)

    stage.register(workspace, state, "run", is_posting=False)
    stage.build_staging(workspace, Silent())
    stage.build_marts(workspace, Silent())

    found: dict[str, dict[str, int]] = defaultdict(dict)
    with duckdb.connect(str(workspace.build_database), read_only=True) as connection:
        lines = connection.execute(
            "select participant_id, transaction_id, cast(sum(commission_amount) * 100 as bigint) "
            "from commission.commission_line group by all having sum(commission_amount) <> 0"
        ).fetchall()
    for participant, transaction, amount in lines:
        found[participant][transaction] = amount
    for plan in plans:
        expected = {transaction: amount for transaction, amount in plan.paid.items() if amount}
        assert found[plan.name] == expected, plan.text

"""Returns by each rule, one random history a participant in one build, against exact fractions."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from niaga.state import State
from niaga.workspace import Workspace

from tests.commission.test_random_curves import cents, half_away
from tests.support.builds import build, rows, sale, taken_back
from tests.support.lake import put

PARTICIPANTS = 160
RULES = {
    "as_sold": ("as_sold", "reduce"),
    "as_sold_keep": ("as_sold", "keep"),
    "walk_back": ("walk_back", "reduce"),
    "current": ("current", "reduce"),
    "current_keep": ("current", "keep"),
    "rerate": ("rerate", "reduce"),
}


@dataclass
class Event:
    """A sale, or a part of one that comes back: its amount is in cents, below zero."""

    order: str
    month: int
    day: int
    amount: int
    sale: Event | None = None
    back: int = 0
    """Of a sale: what of it has come back until now."""
    own: int = 0

    @property
    def date(self) -> str:
        return f"2026-{self.month:02}-{self.day:02}"


@dataclass
class History:
    """A plan with two slices a month, a rule of returns, and what happened."""

    name: str
    rule: str
    edge: int
    rates: tuple[Fraction, Fraction]
    events: list[Event] = field(default_factory=list)

    def yaml(self) -> str:
        rate, attainment = RULES[self.rule]
        first, second = (f"{float(rate * 100):.2f}%" for rate in self.rates)
        return (
            f"plan: {self.name}\ncurrency: USD\nfrom: 2026-01-01\n"
            "approved: {by: [a], on: 2025-12-01}\n"
            f"components:\n  c:\n    returns: {{rate: {rate}, attainment: {attainment}}}\n"
            f"    marginal:\n      - {{from: 0, rate: {first}}}\n"
            f"      - {{from: {cents(self.edge)} USD, rate: {second}}}\n"
        )

    def pay_at(self, x: Fraction) -> int:
        above = max(Fraction(0), x - self.edge)
        return half_away((x - above) * self.rates[0] + above * self.rates[1])

    def monthly_pay(self) -> dict[int, int]:
        """Give what each month must pay, in cents: of a return by the rule's own words."""
        measure: dict[int, int] = defaultdict(int)
        paid: dict[int, int] = defaultdict(int)
        if self.rule == "rerate":
            for event in self.events:
                measure[(event.sale or event).month] += event.amount
            return {month: self.pay_at(Fraction(x)) for month, x in measure.items()}
        for event in self.events:
            before = measure[event.month]
            after = before + event.amount
            walked = self.pay_at(Fraction(after)) - self.pay_at(Fraction(before))
            if event.sale is None:
                event.own = walked
                paid[event.month] += walked
            else:
                paid[event.month] += self._of_return(event, before, walked)
            if event.sale is None or not self.rule.endswith("_keep"):
                measure[event.month] = after
        return dict(paid)

    def _of_return(self, event: Event, before: int, walked: int) -> int:
        sold = event.sale
        assert sold is not None
        back, sold.back = sold.back, sold.back - event.amount
        if self.rule.startswith("current"):
            return half_away(event.amount * self.rates[0 if before < self.edge else 1])
        is_walking = sold.month == event.month and self.rule == "as_sold"
        if self.rule == "walk_back" or is_walking:
            return walked
        # Its own cents in proportion, so that all parts together take back just what it was paid.
        parts = (Fraction(sold.own * part, sold.amount) for part in (back, sold.back))
        return half_away(next(parts)) - half_away(next(parts))


def random_history(chance: random.Random, number: int) -> History:
    name = f"p{number}"
    rates = (Fraction(chance.randint(1, 900), 10_000), Fraction(chance.randint(900, 3000), 10_000))
    edge = chance.randint(1_000, 500_000)
    history = History(name, list(RULES)[number % len(RULES)], edge, rates)
    returnable: list[Event] = []
    for place in range(14):
        month, day = 1 + place // 5, 1 + place % 5
        order = f"{name}-{place:02}"
        if returnable and chance.random() < 0.4:
            sold = chance.choice(returnable)
            left = sold.amount + sum(e.amount for e in history.events if e.sale is sold)
            part = left if chance.random() < 0.4 else chance.randint(1, left)
            history.events.append(Event(order, month, day, -part, sold))
            if part == left:
                returnable.remove(sold)
        else:
            sold = Event(order, month, day, chance.randint(1, edge))
            history.events.append(sold)
            returnable.append(sold)
    return history


def test_random_returns_take_back_by_their_rule(workspace: Workspace, state: State) -> None:
    chance = random.Random(20261126)
    histories = [random_history(chance, number) for number in range(PARTICIPANTS)]
    people, assignments, sales = [], [], []
    for history in histories:
        (workspace.plans_folder / f"{history.name}.yml").write_text(history.yaml())
        person = {"participant_id": history.name}
        people.append(person | {"name": history.name})
        assignments.append(person | {"plan_id": history.name, "valid_from": "2026-01-01"})
        for event in history.events:
            said = event.order, event.date, cents(event.amount)
            sales.append(
                sale(*said, rep=history.name)
                if event.sale is None
                else taken_back(*said, event.sale.order, rep=history.name)
            )
    put(workspace, state, "participant", people)
    put(workspace, state, "product", [{"product_id": "p", "name": "p"}])
    put(workspace, state, "plan_assignment", assignments)
    put(workspace, state, "sales_line", sales)
    build(workspace, state)

    found: dict[str, dict[int, int]] = defaultdict(dict)
    for participant, month, amount in rows(
        workspace,
        "select participant_id, month(period_start), cast(commission_amount * 100 as bigint) "
        "from commission.commission_summary",
    ):
        found[participant][month] = amount
    for history in histories:
        expected = dict.fromkeys((1, 2, 3), 0) | history.monthly_pay()
        assert found[history.name] == expected, (history.yaml(), history.events)

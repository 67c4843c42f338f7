"""Two hundred random plans, one participant each, in one build: every line equals exact fractions."""

from __future__ import annotations

import random
from collections import defaultdict
from fractions import Fraction

import duckdb
from niaga.progress import Silent
from niaga.refresh import stage
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.lake import put

PARTICIPANTS = 200
DAY = "2026-03-{:02}"


def half_away(value: Fraction) -> int:
    size = abs(value)
    return (1 if value >= 0 else -1) * int((2 * size.numerator + size.denominator) // (2 * size.denominator))


class RandomPlan:
    """A random curve as YAML and as a function of the measure, both in cents."""

    def __init__(self, chance: random.Random, name: str) -> None:
        self.name = name
        self.quota = chance.choice([1, 7, 333, 99_999, 1_000_000, chance.randint(1, 10**9)])
        self.target = chance.randint(1, 10**8)
        self.kind = chance.choice(["rate", "marginal", "whole", "points"])
        self.in_quota = chance.random() < 0.6
        self.text = getattr(self, f"_{self.kind}")(chance)

    def yaml(self) -> str:
        return (
            f"plan: {self.name}\ncurrency: USD\nfrom: 2026-01-01\npay: month\n"
            f"target: {cents(self.target)} USD per year\napproved: {{by: [a], on: 2025-12-01}}\n"
            f"components:\n  c:\n    window: quarter\n{self.text}"
        )

    def _edges(self, chance: random.Random, count: int) -> list[tuple[str, Fraction]]:
        """Ascending edges as text and in cents, the first one 0."""
        if self.in_quota:
            shares = sorted(chance.sample(range(1, 2500), count - 1))
            return [("0", Fraction(0))] + [
                (f"{share / 10:.1f}% of quota", Fraction(share, 1000) * self.quota) for share in shares
            ]
        amounts = sorted(chance.sample(range(1, 2 * self.quota + 20), count - 1))
        return [("0", Fraction(0))] + [(f"{cents(a)} USD", Fraction(a)) for a in amounts]

    def _rate(self, chance: random.Random) -> str:
        self.rate = chance.randint(1, 10**6)
        self.function = lambda x: x * Fraction(self.rate, 10**7)
        return f"    rate: {self.rate / 10**5:.5f}%\n"

    def _tiers(self, chance: random.Random) -> str:
        self.tiers = [
            (text, edge, chance.choice(["from", "above"]), Fraction(chance.randint(0, 3000), 10_000))
            for text, edge in self._edges(chance, chance.randint(2, 5))
        ]
        rows = "".join(
            f"      - {{{'from' if n == 0 else word}: {text}, rate: {float(rate * 100):.2f}%}}\n"
            for n, (text, _, word, rate) in enumerate(self.tiers)
        )
        return f"    {self.kind}:\n{rows}"

    def _marginal(self, chance: random.Random) -> str:
        text = self._tiers(chance)

        def function(x: Fraction) -> Fraction:
            if x < 0:
                return x * self.tiers[0][3]
            uppers = [edge for _, edge, _, _ in self.tiers[1:]] + [x]
            return sum(
                (
                    max(Fraction(0), min(x, upper) - edge) * rate
                    for (_, edge, _, rate), upper in zip(self.tiers, uppers, strict=True)
                ),
                Fraction(0),
            )

        self.function = function
        return text

    def _whole(self, chance: random.Random) -> str:
        text = self._tiers(chance)

        def function(x: Fraction) -> Fraction:
            reached = self.tiers[0][3]
            for _, edge, word, rate in self.tiers[1:]:
                if x > edge or (x == edge and word == "from"):
                    reached = rate
            return x * reached

        self.function = function
        return text

    def _points(self, chance: random.Random) -> str:
        edges = self._edges(chance, chance.randint(3, 5))[chance.randint(0, 1) :]
        of_target = self.in_quota and chance.random() < 0.5
        points = []
        for text, edge in edges:
            pay = chance.randint(0, 2000)
            exact = Fraction(pay, 1000) * self.target / 4 if of_target else Fraction(pay * 100)
            points.append((text, edge, f"{pay / 10:.1f}% of target" if of_target else f"{pay} USD", exact))

        def function(x: Fraction) -> Fraction:
            if x < points[0][1]:
                return Fraction(0)
            for (_, start, _, low), (_, end, _, high) in zip(points, points[1:], strict=False):
                if x < end:
                    return low + (high - low) * (x - start) / (end - start)
            return points[-1][3]

        self.function = function
        rows = "".join(f"      - {{at: {text}, pays: {pay}}}\n" for text, _, pay, _ in points)
        return f"    points:\n{rows}"


def cents(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}"


def test_every_line_of_random_curves_is_the_difference_of_exact_fractions(
    workspace: Workspace, state: State
) -> None:
    chance = random.Random(20261124)
    plans = [RandomPlan(chance, f"p{number}") for number in range(PARTICIPANTS)]
    sales, expected = [], defaultdict(list)
    for plan in plans:
        (workspace.plans_folder / f"{plan.name}.yml").write_text(plan.yaml())
        x = 0
        previous: list[str] = []
        amounts: list[int] = []
        for number in range(10):
            order = f"{plan.name}-{number}"
            is_return = bool(amounts) and chance.random() < 0.3
            amount = -amounts.pop() if is_return else chance.choice([plan.quota, chance.randint(1, 2 * plan.quota)])
            sale = {"order_id": order, "line_number": "1", "order_date": DAY.format(number + 1),
                    "product_id": "p", "sales_rep_id": plan.name, "quantity": "1",
                    "net_amount": cents(amount), "document_type": "return" if is_return else "sale"}  # fmt: skip
            if is_return:
                sale |= {"original_order_id": previous.pop(), "original_line_number": "1", "quantity": "-1"}
            else:
                previous.append(order)
                amounts.append(amount)
            before, x = x, x + amount
            expected[plan.name].append(
                half_away(plan.function(Fraction(x))) - half_away(plan.function(Fraction(before)))
            )
            sales.append(sale)
    people = [plan.name for plan in plans]
    put(workspace, state, "participant", [{"participant_id": p, "name": p} for p in people])
    put(workspace, state, "product", [{"product_id": "p", "name": "p"}])
    put(workspace, state, "plan_assignment",
        [{"participant_id": p, "plan_id": p, "valid_from": "2026-01-01"} for p in people])  # fmt: skip
    put(workspace, state, "quota",
        [{"participant_id": plan.name, "quota_type": "c", "period": "2026-Q1", "amount": cents(plan.quota)}
         for plan in plans])  # fmt: skip
    put(workspace, state, "sales_line", sales)

    stage.register(workspace, state, "run", is_posting=False)
    stage.build_staging(workspace, Silent())
    stage.build_marts(workspace, state, Silent())

    with duckdb.connect(str(workspace.build_database), read_only=True) as connection:
        found = connection.execute(
            "select participant_id, transaction_date, cast(sum(commission_amount) * 100 as bigint) "
            "from commission.commission_line group by all order by all"
        ).fetchall()
    lines = defaultdict(list)
    for participant, _, amount in found:
        lines[participant].append(amount)
    wrong = {
        plan.name: (plan.kind, plan.yaml(), expected[plan.name], lines[plan.name])
        for plan in plans
        if lines[plan.name] != expected[plan.name]
    }
    assert not wrong, next(iter(wrong.values()))

"""Two hundred random plans, one participant each, in one build, against exact fractions."""

from __future__ import annotations

import random
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

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
    return (1 if value >= 0 else -1) * int(
        (2 * size.numerator + size.denominator) // (2 * size.denominator)
    )


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
                (f"{share / 10:.1f}% of quota", Fraction(share, 1000) * self.quota)
                for share in shares
            ]
        amounts = sorted(chance.sample(range(1, 2 * self.quota + 20), count - 1))
        return [("0", Fraction(0))] + [(f"{cents(a)} USD", Fraction(a)) for a in amounts]

    def _rate(self, chance: random.Random) -> str:
        self.rate = chance.randint(1, 10**6)
        self.function = lambda x: x * Fraction(self.rate, 10**7)
        return f"    rate: {self.rate / 10**5:.5f}%\n"

    def _tiers(self, chance: random.Random) -> str:
        self.tiers = [
            (
                text,
                edge,
                chance.choice(["from", "above"]),
                Fraction(chance.randint(0, 3000), 10_000),
            )
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
            points.append(
                (text, edge, f"{pay / 10:.1f}% of target" if of_target else f"{pay} USD", exact)
            )

        def function(x: Fraction) -> Fraction:
            if x < points[0][1]:
                return Fraction(0)
            for (_, start, _, low), (_, end, _, high) in pairwise(points):
                if x < end:
                    return low + (high - low) * (x - start) / (end - start)
            return points[-1][3]

        self.function = function
        rows = "".join(f"      - {{at: {text}, pays: {pay}}}\n" for text, _, pay, _ in points)
        return f"    points:\n{rows}"


def cents(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}"


def history(chance: random.Random, plan: RandomPlan) -> tuple[list[dict[str, str]], list[int]]:
    """Give ten sales and returns, one a day, and what each must pay in cents."""
    sales: list[dict[str, str]] = []
    pays: list[int] = []
    returnable: list[tuple[str, int]] = []
    x = 0
    for number in range(10):
        sale = {
            "order_id": f"{plan.name}-{number}",
            "line_number": "1",
            "order_date": DAY.format(number + 1),
            "product_id": "p",
            "sales_rep_id": plan.name,
        }
        if returnable and chance.random() < 0.3:
            original, amount = returnable.pop()
            amount = -amount
            sale |= {"document_type": "return", "quantity": "-1"}
            sale |= {"original_order_id": original, "original_line_number": "1"}
        else:
            amount = chance.choice([plan.quota, chance.randint(1, 2 * plan.quota)])
            sale |= {"document_type": "sale", "quantity": "1"}
            returnable.append((sale["order_id"], amount))
        sales.append(sale | {"net_amount": cents(amount)})
        before, x = x, x + amount
        after_pay, before_pay = (half_away(plan.function(Fraction(at))) for at in (x, before))
        pays.append(after_pay - before_pay)
    return sales, pays


def test_every_line_of_random_curves_is_the_difference_of_exact_fractions(
    workspace: Workspace, state: State
) -> None:
    chance = random.Random(20261124)
    plans = [RandomPlan(chance, f"p{number}") for number in range(PARTICIPANTS)]
    expected, sales, people, assignments, quotas = {}, [], [], [], []
    for plan in plans:
        (workspace.plans_folder / f"{plan.name}.yml").write_text(plan.yaml())
        sold, expected[plan.name] = history(chance, plan)
        person = {"participant_id": plan.name}
        sales += sold
        people.append(person | {"name": plan.name})
        assignments.append(person | {"plan_id": plan.name, "valid_from": "2026-01-01"})
        quotas.append(
            person | {"quota_type": "c", "period": "2026-Q1", "amount": cents(plan.quota)}
        )
    put(workspace, state, "participant", people)
    put(workspace, state, "product", [{"product_id": "p", "name": "p"}])
    put(workspace, state, "plan_assignment", assignments)
    put(workspace, state, "quota", quotas)
    put(workspace, state, "sales_line", sales)

    stage.register(workspace, state, "run", is_posting=False)
    stage.build_staging(workspace, Silent())
    stage.build_marts(workspace, Silent())

    found: dict[str, list[int]] = defaultdict(list)
    with duckdb.connect(str(workspace.build_database), read_only=True) as connection:
        lines = connection.execute(
            "select participant_id, transaction_date, cast(sum(commission_amount) * 100 as bigint) "
            "from commission.commission_line group by all order by all"
        ).fetchall()
    for participant, _, amount in lines:
        found[participant].append(amount)
    for plan in plans:
        assert found[plan.name] == expected[plan.name], plan.yaml()

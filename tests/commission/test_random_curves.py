"""Three hundred random plans, one participant each, in one build, against exact fractions."""

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

PARTICIPANTS = 300
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
        self.kind = chance.choice(["rate", "marginal", "whole", "running", "steps", "points"])
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
        text = f"    rate: {self.rate / 10**5:.5f}%\n"
        if chance.random() < 0.5:
            return text
        (_, _), (edge_text, edge) = self._edges(chance, 2)
        self.function = lambda x: max(Fraction(0), x - edge) * Fraction(self.rate, 10**7)
        return text + f"    only_above: {edge_text}\n"

    def _tiers(self, chance: random.Random) -> str:
        of_target = self.in_quota and chance.random() < 0.4
        # A rate in x is times the target of the window for each 100% of the quota.
        unit = Fraction(self.target, 4 * self.quota) if of_target else Fraction(1)
        self.tiers = []
        rows = ""
        for text, edge in self._edges(chance, chance.randint(2, 5)):
            word = chance.choice(["from", "above"]) if self.tiers else "from"
            rate = chance.randint(0, 3000)
            said = f"{rate / 1000:.3f}x" if of_target else f"{rate / 100:.2f}%"
            rows += f"      - {{{word}: {text}, rate: {said}}}\n"
            self.tiers.append((text, edge, word, rate * unit / (1000 if of_target else 10_000)))
        return f"    {self.kind}:\n{rows}"

    def reached(self, x: Fraction) -> int:
        """Give the number of the tier that x has reached."""
        tiers = enumerate(self.tiers)
        return max(
            number
            for number, (_, edge, word, _) in tiers
            if number == 0 or x > edge or (x == edge and word == "from")
        )

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
        self.function = lambda x: x * self.tiers[self.reached(x)][3]
        way = chance.choice(["plain", "marginal_above", "only_above"])
        limit_text, limit, _, _ = chance.choice(self.tiers[1:])
        if way == "marginal_above":
            self.function = lambda x: self._hybrid(x, limit)
        elif way == "only_above":
            self.function = lambda x: max(Fraction(0), x - limit) * self.tiers[self.reached(x)][3]
        return text if way == "plain" else text + f"    {way}: {limit_text}\n"

    def _hybrid(self, x: Fraction, limit: Fraction) -> Fraction:
        """Everything at the rate reached below the limit, each slice at its own from there on."""
        if x < limit:
            return x * self.tiers[self.reached(x)][3]
        below = [tier for tier in self.tiers if tier[1] < limit]
        slices = [tier for tier in self.tiers if tier[1] >= limit]
        uppers = [tier[1] for tier in slices[1:]] + [x]
        total = limit * below[-1][3]
        for (_, edge, _, rate), upper in zip(slices, uppers, strict=True):
            total += max(Fraction(0), min(x, upper) - edge) * rate
        return total

    def _running(self, chance: random.Random) -> str:
        text = self._tiers(chance)
        self.rate_at = chance.choice(["before", "after"])
        return text + f"    rate_at: {self.rate_at}\n"

    def _steps(self, chance: random.Random) -> str:
        of_target = self.in_quota and chance.random() < 0.5
        unit = Fraction(self.target, 4 * 1000) if of_target else Fraction(100)
        steps, rows = [], ""
        for text, edge in self._edges(chance, chance.randint(2, 5))[1:]:
            pay, rise = chance.randint(0, 2000), chance.choice([0, 0, chance.randint(1, 50)])
            word = chance.choice(["from", "above"])
            rise = rise if self.in_quota else 0
            pays, per_point = (
                f"{number / 10:.1f}% of target" if of_target else f"{number} USD"
                for number in (pay, rise)
            )
            rows += f"      - {{{word}: {text}, pays: {pays}"
            rows += f", per_point: {per_point}}}\n" if rise else "}\n"
            steps.append((edge, word, pay * unit, rise * unit))

        def function(x: Fraction) -> Fraction:
            reached = [s for s in steps if x > s[0] or (x == s[0] and s[1] == "from")]
            if not reached:
                return Fraction(0)
            edge, _, pay, rise = reached[-1]
            return pay + rise * 100 * (x - edge) / self.quota

        self.function = function
        return f"    steps:\n{rows}"

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


class Pay:
    """What each sale and return of one participant must pay, in cents."""

    def __init__(self, plan: RandomPlan) -> None:
        self._plan = plan
        self._x = 0
        self._exact = Fraction(0)
        self._own: dict[str, int] = {}

    def of(self, order: str, amount: int, original: str | None) -> int:
        """Give the pay of the next one."""
        before, self._x = self._x, self._x + amount
        if self._plan.kind != "running":
            return half_away(self._plan.function(Fraction(self._x))) - half_away(
                self._plan.function(Fraction(before))
            )
        if original:
            return -self._own[original]
        at = before if self._plan.rate_at == "before" else self._x
        paid = half_away(self._exact)
        self._exact += amount * self._plan.tiers[self._plan.reached(Fraction(at))][3]
        self._own[order] = half_away(self._exact) - paid
        return self._own[order]


def history(chance: random.Random, plan: RandomPlan) -> tuple[list[dict[str, str]], list[int]]:
    """Give ten sales and returns, one a day, and what each must pay in cents."""
    sales: list[dict[str, str]] = []
    pays: list[int] = []
    returnable: list[tuple[str, int]] = []
    pay = Pay(plan)
    for number in range(10):
        sale = {
            "order_id": f"{plan.name}-{number}",
            "line_number": "1",
            "order_date": DAY.format(number + 1),
            "product_id": "p",
            "sales_rep_id": plan.name,
        }
        original = None
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
        pays.append(pay.of(sale["order_id"], amount, original))
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

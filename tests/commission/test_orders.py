"""Random plans that pay by the order, or by another measure, against exact fractions."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale, taken_back
from tests.support.lake import put

PARTICIPANTS = 240
CURVES = ("marginal", "whole", "running", "steps")
MEASURES = ("net_amount", "margin", "quantity", "margin_rate", "markup_rate")


def half_away(value: Fraction) -> int:
    size = abs(value)
    return (1 if value >= 0 else -1) * int((2 * size + 1) // 2)


def half_even(value: Fraction) -> int:
    return round(value)


def money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


@dataclass(frozen=True)
class Sold:
    """Money in cents, and units."""

    net_amount: int
    margin: int
    quantity: int

    def __add__(self, other: Sold) -> Sold:
        return Sold(
            self.net_amount + other.net_amount,
            self.margin + other.margin,
            self.quantity + other.quantity,
        )

    def measured(self, measure: str) -> Fraction | None:
        if measure not in ("margin_rate", "markup_rate"):
            return Fraction(getattr(self, measure))
        cost = self.net_amount - self.margin
        whole = self.net_amount if measure == "margin_rate" else cost
        if whole == 0 and self.margin > 0:
            return Fraction(10**9)
        return Fraction(self.margin, whole) if whole > 0 else None


NOTHING = Sold(0, 0, 0)


class RandomPlan:
    """A plan as YAML, and what it pays in exact cents."""

    def __init__(self, chance: random.Random, name: str) -> None:
        self.name = name
        self.of = chance.choice(["net_amount", "margin"])
        self.by = chance.choice([m for m in MEASURES if m != self.of])
        self.curve = chance.choice(CURVES)
        self.is_by_order = chance.random() < 0.6
        if self.is_by_order and self.curve == "running":
            self.curve = "whole"
        if self.curve == "marginal" and self.by.endswith("_rate"):
            self.by = "quantity"
        if self.is_by_order and chance.random() < 0.3:
            self.by = self.of
        self.is_before = self.curve == "running" and chance.random() < 0.5
        self.round = chance.choice([half_away, half_away, half_even])
        re_rates = not self.is_by_order and self.curve in ("whole", "steps")
        self.rounds_lines = chance.random() < 0.3 and not re_rates
        self.tiers = self._tiers(chance)
        self.fixed = chance.choice([0, 0, chance.randint(-500, 500)]) if self.is_by_order else 0
        self.least = chance.choice([None, chance.randint(0, 900)]) if self.is_by_order else None
        self.most = chance.choice([None, chance.randint(900, 3000)]) if self.is_by_order else None

    def _tiers(self, chance: random.Random) -> list[tuple[Fraction, str, Fraction]]:
        limit = {"quantity": 60, "margin_rate": 1000, "markup_rate": 2000}.get(self.by, 40_000)
        edges = [0, *sorted(chance.sample(range(1, limit), chance.randint(1, 3)))]
        unit = 1000 if self.by.endswith("_rate") else 1
        pays = 1 if self.curve == "steps" else 10_000
        return [
            (
                Fraction(edge, unit),
                chance.choice(["from", "above"]) if edge else "from",
                Fraction(chance.randint(0, 3000), pays),
            )
            for edge in edges
        ]

    def yaml(self) -> str:
        said = [f"window: {'order' if self.is_by_order else 'month'}", f"of: {self.of}"]
        if self.by != self.of:
            said.append(f"by: {self.by}")
        said.append(f"{self.curve}: [{', '.join(self._rows())}]")
        said += ["rate_at: before"] if self.is_before else []
        said += [f"fixed_per_order: {money(self.fixed)} USD"] if self.fixed else []
        said += [f"min_per_order: {money(self.least)} USD"] if self.least is not None else []
        said += [f"max_per_order: {money(self.most)} USD"] if self.most is not None else []
        return (
            f"plan: {self.name}\ncurrency: USD\nfrom: 2026-01-01\n{self._rounding()}"
            f"approved: {{by: [a], on: 2025-12-01}}\ncomponents:\n  c: {{{', '.join(said)}}}\n"
        )

    def _rounding(self) -> str:
        mode = "half_even" if self.round is half_even else "half_up"
        return f"rounding: {{mode: {mode}, scope: {'line' if self.rounds_lines else 'total'}}}\n"

    def added(self, before: Fraction, exact: Fraction) -> int:
        """Give the cents that an exact amount adds to what is paid before."""
        if self.rounds_lines:
            return self.round(exact)
        return self.round(before + exact) - self.round(before)

    def _rows(self) -> list[str]:
        said = []
        for edge, word, pay in self.tiers:
            at = {"quantity": f"{edge} units"}.get(self.by, f"{money(int(edge))} USD")
            if self.by.endswith("_rate"):
                at = f"{float(edge * 100):.1f}%"
            if self.curve == "steps":
                start = ("above: 0" if at[-1] != "%" else "from: 0%") if not edge else ""
                said.append(f"{{{start or f'{word}: {at}'}, pays: {money(int(pay))} USD}}")
            else:
                rate = f"{float(pay * 100):.2f}%"
                said.append(f"{{{word}: {at if edge else 0}, rate: {rate}}}")
        return said

    def reached(self, sold: Sold) -> Fraction:
        """Give the rate or the pay of the last row that is reached; nothing below the first."""
        place = sold.measured(self.by)
        found = Fraction(0)
        if place is None:
            return found
        for edge, word, pay in self.tiers:
            is_first_step = self.curve == "steps" and not edge and not self.by.endswith("_rate")
            word = "above" if is_first_step else word
            if place > edge or (place == edge and word == "from"):
                found = pay
        is_below = place < 0 and self.by == self.of and self.curve != "steps"
        return self.tiers[0][2] if is_below else found

    def sliced(self, place: Fraction) -> Fraction:
        """Give what slices of the picking measure add up to."""
        if place < 0:
            return place * self.tiers[0][2] if self.by == self.of else Fraction(0)
        uppers = [edge for edge, _, _ in self.tiers[1:]] + [place]
        return sum(
            (
                max(Fraction(0), min(place, upper) - edge) * rate
                for (edge, _, rate), upper in zip(self.tiers, uppers, strict=True)
            ),
            Fraction(0),
        )

    def of_order(self, sold: Sold) -> Fraction:
        if sold.net_amount < 0:
            is_mirrored = self.by != self.of or self.curve == "whole"
            return -self._rated(negative(sold)) if is_mirrored else self._rated(sold)
        least = self.least if self.least is not None else -(10**9)
        pay = max(self._rated(sold) + self.fixed, Fraction(least))
        return pay if self.most is None else min(pay, Fraction(self.most))

    def _rated(self, sold: Sold) -> Fraction:
        of = Fraction(getattr(sold, self.of))
        if self.curve == "steps":
            return self.reached(sold)
        if self.curve == "whole":
            return self.reached(sold) * of
        if self.by == self.of:
            return self.sliced(of)
        place = Fraction(getattr(sold, self.by))
        return self.sliced(place) * of / place if place else self.tiers[0][2] * of

    def of_month(self, lines: list[Sold]) -> list[int]:
        """Give the cents of each line of one window."""
        total, exact, pays = NOTHING, Fraction(0), []
        for line in lines:
            before, total = total, total + line
            of = getattr(line, self.of)
            if self.curve in ("whole", "steps"):
                pay = self.round(self._reached_pay(total))
                pays.append(pay - self.round(self._reached_pay(before)))
                continue
            if self.curve == "running":
                delta = self.reached(before if self.is_before else total) * of
            else:
                units = Fraction(getattr(line, self.by))
                start = Fraction(getattr(before, self.by))
                end = Fraction(getattr(total, self.by))
                slices = self.sliced(end) - self.sliced(start)
                delta = slices * of / units if units else self.reached(total) * of
            pays.append(self.added(exact, delta))
            exact += delta
        return pays

    def _reached_pay(self, total: Sold) -> Fraction:
        pay = self.reached(total)
        return pay if self.curve == "steps" else pay * getattr(total, self.of)


def random_line(chance: random.Random) -> Sold:
    net = chance.randint(100, 20_000)
    margin = chance.choice([net // 2, net // 3, chance.randint(-net // 4, net), 355 * net // 1000])
    return Sold(net, margin, chance.randint(1, 25))


def negative(sold: Sold) -> Sold:
    return Sold(-sold.net_amount, -sold.margin, -sold.quantity)


def line_of(name: str, order: str, number: int, day: int, sold: Sold) -> dict[str, str]:
    return sale(
        order,
        f"2026-03-{day:02}",
        money(sold.net_amount),
        name,
        line_number=str(number),
        quantity=str(sold.quantity),
        cost_amount=money(sold.net_amount - sold.margin),
    )


Paid = dict[str, int]


def by_order(plan: RandomPlan, orders: list[tuple[str, list[Sold]]]) -> Paid:
    exact, paid = Fraction(0), {}
    for order, lines in orders:
        delta = plan.of_order(sum(lines, NOTHING))
        paid[order] = plan.added(exact, delta)
        exact += delta
    return paid


def by_month(plan: RandomPlan, orders: list[tuple[str, list[Sold]]]) -> Paid:
    pays = plan.of_month([line for _, lines in orders for line in lines])
    paid: Paid = defaultdict(int)
    for order in [order for order, lines in orders for _ in lines]:
        paid[order] += pays.pop(0)
    return paid


def test_random_orders_pay_what_exact_fractions_say(workspace: Workspace, state: State) -> None:
    """Orders of March; in April all come back, and single orders take back what they were paid."""
    chance = random.Random(20261126)
    expected: dict[str, Paid] = {}
    plans = [RandomPlan(chance, f"p{number}") for number in range(PARTICIPANTS)]
    sales = []
    for plan in plans:
        (workspace.plans_folder / f"{plan.name}.yml").write_text(plan.yaml())
        orders = []
        for number in range(6):
            lines = [random_line(chance) for _ in range(chance.randint(1, 3))]
            if chance.random() < 0.1 and plan.is_by_order:
                lines = [negative(line) for line in lines]
            order = f"{plan.name}-{number}"
            orders.append((order, lines))
            for position, line in enumerate(lines, start=1):
                sold = line_of(plan.name, order, position, number + 1, line)
                sales.append(sold)
                if line.net_amount > 0:
                    sales.append(_back(sold, position))
        way: Callable[[RandomPlan, list[tuple[str, list[Sold]]]], Paid]
        way = by_order if plan.is_by_order else by_month
        expected[plan.name] = way(plan, orders)
    people = [{"participant_id": plan.name, "name": plan.name} for plan in plans]
    put(workspace, state, "participant", people)
    put(workspace, state, "product", [{"product_id": "p", "name": "p"}])
    assigned = {"valid_from": "2026-01-01"}
    put(
        workspace,
        state,
        "plan_assignment",
        [{"participant_id": p.name, "plan_id": p.name} | assigned for p in plans],
    )
    put(workspace, state, "sales_line", sales)
    build(workspace, state)

    found: dict[str, Paid] = defaultdict(dict)
    back: Paid = {}
    for person, order, cents, kept in rows(
        workspace,
        "select participant_id, replace(split_part(transaction_id, ':', 1), 'r-', ''), "
        "cast(coalesce(sum(commission_amount) filter (period = '2026-03'), 0) * 100 as bigint), "
        "cast(sum(commission_amount) * 100 as bigint) "
        "from commission.commission_line group by all",
    ):
        found[person][order] = cents
        back[order] = kept
    for plan in plans:
        assert found[plan.name] == expected[plan.name], plan.yaml()
        for order in expected[plan.name]:
            came_back = any(each["order_id"] == f"r-{order}" for each in sales)
            if came_back and plan.is_by_order:
                assert back[order] == 0, (order, plan.yaml())


def _back(sold: dict[str, str], position: int) -> dict[str, str]:
    return taken_back(
        f"r-{sold['order_id']}",
        "2026-04-10",
        f"-{sold['net_amount']}",
        sold["order_id"],
        sold["sales_rep_id"],
        line_number=str(position),
        original_line_number=str(position),
        quantity=f"-{sold['quantity']}",
    )

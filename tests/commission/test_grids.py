"""Random grids of sales and of what is reached, and `by` of what is reached, against fractions.

Every plan has a component `main` that is paid by cells, and one `side` whose attainment it asks.
What a month pays is worked out here from the sales alone.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from niaga.commission.compile import compile_plans
from niaga.errors import ConfigurationError
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale, taken_back
from tests.support.lake import put

from .test_random_curves import cents, half_away

PLANS = 130
MONTHS = ("2026-01", "2026-02", "2026-03")
SIDE = "attainment(side)"
OF_SALE = ("net_amount", "quantity", "margin_rate", "markup_rate", "product_id")
OF_STATE = (SIDE, "score(skill)", "measure(side)")
PRODUCTS = ("a", "b", "c")


@dataclass
class Line:
    net: int
    margin: int
    quantity: int
    product: str


@dataclass
class Order:
    number: str
    month: int
    lines: list[Line]


@dataclass
class Axis:
    """What an axis goes by; edges in its own unit, or texts."""

    name: str
    edges: list[tuple[str, Fraction]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @classmethod
    def random(cls, chance: random.Random, name: str) -> Axis:
        if name == "product_id":
            return cls(name, texts=["a", "b"])
        most, unit = {
            "net_amount": (40_000, 1), "measure(side)": (300_000, 1), "quantity": (40, 1),
        }.get(name, (2000, 1000))  # fmt: skip
        numbers = sorted(chance.sample(range(most), chance.randint(1, 3)))
        return cls(
            name, [(chance.choice(["from", "above"]), Fraction(each, unit)) for each in numbers]
        )

    def __len__(self) -> int:
        return len(self.edges) + len(self.texts)

    def entries(self) -> list[str]:
        def edge(value: Fraction) -> str:
            if self.name in ("net_amount", "measure(side)"):
                return f"{cents(int(value))} USD"
            return f"{value} units" if self.name == "quantity" else f"{float(value * 100):.1f}%"

        return [*(f"{word} {edge(value)}" for word, value in self.edges), *self.texts]

    def place(self, value: Fraction | str | None) -> int | None:
        """Give the entry that holds; nothing below the first, and for what is not known."""
        if value is None:
            return None
        if isinstance(value, str):
            return self.texts.index(value) if value in self.texts else None
        held = [
            number
            for number, (word, edge) in enumerate(self.edges)
            if value > edge or (value == edge and word == "from")
        ]
        return held[-1] if held else None


class GridPlan:
    """A plan with a random grid, as YAML and as what it pays; money in cents."""

    def __init__(self, chance: random.Random, name: str) -> None:
        self.name = name
        names = chance.choice([OF_SALE, OF_STATE, OF_SALE + OF_STATE, OF_SALE + OF_STATE])
        self.axes = [Axis.random(chance, each) for each in chance.sample(names, 2)]
        if chance.random() < 0.15:
            self.axes = [Axis.random(chance, chance.choice(OF_STATE))]
            self.axes[0].edges[0] = ("from", Fraction(0))
        self.asks_sale = any(axis.name in OF_SALE for axis in self.axes)
        self.window = chance.choice(["order", "month", "quarter"])
        self.pays = chance.random() < 0.4 and (self.window == "order" or not self.asks_sale)
        self.least = chance.choice([None, chance.randint(1, 30_000)])
        if self.window != "order" or chance.random() < 0.5:
            self.least = None
        width = len(self.axes[1]) if len(self.axes) == 2 else 1
        self.table = [
            [Fraction(chance.randint(0, 3000), 1 if self.pays else 10_000) for _ in range(width)]
            for _ in range(len(self.axes[0]))
        ]
        self.quota = chance.choice([None, 100_000, 333_33, 500_000])
        self.score = Fraction(chance.randint(0, 2000), 1000)
        self.side = [chance.randint(1, 200_000) for _ in MONTHS]
        self.orders = [
            Order(f"{name}-{number}", month, self._lines(chance))
            for number, month in enumerate(sorted(chance.choices(range(3), k=5)))
        ]

    def _lines(self, chance: random.Random) -> list[Line]:
        sign = -1 if chance.random() < 0.15 else 1
        lines = []
        for _ in range(chance.randint(1, 3)):
            net = chance.randint(100, 20_000)
            margin = chance.choice([net // 2, net // 5, chance.randint(-net // 4, net)])
            product = chance.choice(PRODUCTS)
            lines.append(Line(sign * net, sign * margin, sign * chance.randint(1, 20), product))
        return lines

    def yaml(self) -> str:
        def cell(value: Fraction) -> str:
            return f"{cents(int(value))} USD" if self.pays else f"{float(value * 100):.2f}%"

        cells = [[cell(value) for value in row] for row in self.table]
        said = [f"window: {self.window}"]
        products = " or ".join(f"product_id = '{each}'" for each in PRODUCTS)
        if not self.pays or self.window == "order":
            least = f" and net_amount >= {cents(self.least)} USD" if self.least else ""
            said.append(f"where: ({products}){least}")
        if len(self.axes) == 1:
            rows_said = [
                f"{{{entry.replace(' ', ': ', 1)}, {'pays' if self.pays else 'rate'}: {row[0]}}}"
                for entry, row in zip(self.axes[0].entries(), cells, strict=True)
            ]
            curve = "steps" if self.pays else "whole"
            said += [f"by: {self.axes[0].name}", f"{curve}: [{', '.join(rows_said)}]"]
        else:
            down, across = (f"{{{axis.name}: [{', '.join(axis.entries())}]}}" for axis in self.axes)
            table = ", ".join(f"[{', '.join(row)}]" for row in cells)
            key = "pays" if self.pays else "rates"
            said.append(f"grid: {{down: {down}, across: {across}, {key}: [{table}]}}")
        return (
            f"plan: {self.name}\ncurrency: USD\nfrom: 2026-01-01\n"
            "approved: {by: [a], on: 2025-12-01}\ncomponents:\n"
            "  side: {where: product_id = 'side', rate: 0%, window: quarter}\n"
            f"  main: {{{', '.join(said)}}}\n"
        )

    def _cell(self, month: int, order: Order, line: Line | None) -> Fraction:
        """Give what the table has for a line, or for what is reached by the end of a month."""
        place = [axis.place(self._value(axis.name, month, order, line)) for axis in self.axes]
        down, across = (*place, 0)[:2]
        return Fraction(0) if down is None or across is None else self.table[down][across]

    def _value(
        self, name: str, month: int, order: Order, line: Line | None
    ) -> Fraction | str | None:
        side = sum(self.side[: month + 1])
        if name == "product_id":
            return line.product if line else None
        if name in OF_STATE:
            if name == "measure(side)":
                return Fraction(side)
            if name == "score(skill)":
                return self.score
            return Fraction(side, self.quota) if self.quota else None
        lines = order.lines if self.window == "order" else [line] if line else []
        net, margin = sum(each.net for each in lines), sum(each.margin for each in lines)
        if name == "quantity":
            return Fraction(abs(sum(each.quantity for each in lines)))
        if name == "net_amount":
            return Fraction(abs(net))
        whole = net if name == "margin_rate" else net - margin
        return Fraction(margin, whole) if whole else None

    @property
    def pays_for_window(self) -> bool:
        return self.pays and self.window != "order"

    def counts(self, order: Order) -> bool:
        return not self.least or sum(line.net for line in order.lines) >= self.least

    def pay(self) -> list[int]:
        """Give what the component pays in each month."""
        if self.pays_for_window:
            nothing = Order("", 0, [])
            ends = [2] if self.window == "quarter" else [0, 1, 2]
            return [
                int(self._cell(month, nothing, None)) if month in ends else 0 for month in range(3)
            ]
        exact = [Fraction(0)] * 3
        for order in self.orders:
            state = 2 if self.window == "quarter" else order.month
            if self.counts(order):
                exact[order.month] += self._pay_of(state, order)
        if self.window != "quarter":
            return [half_away(each) for each in exact]
        to_date = [half_away(sum(exact[: month + 1], Fraction(0))) for month in range(3)]
        return [to_date[0], to_date[1] - to_date[0], to_date[2] - to_date[1]]

    def _pay_of(self, state: int, order: Order) -> Fraction:
        if not self.pays:
            return sum(
                (self._cell(state, order, line) * line.net for line in order.lines), Fraction(0)
            )
        # Lines of other texts are orders of their own.
        is_by_text = any(axis.texts for axis in self.axes)
        parts = {line.product if is_by_text else "": line for line in order.lines}
        sign = -1 if order.lines[0].net < 0 else 1
        return sum((sign * self._cell(state, order, line) for line in parts.values()), Fraction(0))


def _feeds(plans: list[GridPlan]) -> dict[str, list[dict[str, str]]]:
    feeds: dict[str, list[dict[str, str]]] = defaultdict(list)
    feeds["product"] = [{"product_id": each, "name": each} for each in (*PRODUCTS, "side")]
    for plan in plans:
        person = {"participant_id": plan.name}
        feeds["participant"].append(person | {"name": plan.name})
        feeds["plan_assignment"].append(person | {"plan_id": plan.name, "valid_from": "2026-01-01"})
        if plan.quota:
            feeds["quota"].append(
                person | {"quota_type": "side", "period": "2026-Q1", "amount": cents(plan.quota)}
            )
        feeds["objective_result"].append(
            person
            | {"objective_id": "skill", "period": "2026-Q1"}
            | {"achieved_share": f"{float(plan.score):.3f}"}
        )
        for month, amount in zip(MONTHS, plan.side, strict=True):
            side = sale(f"{plan.name}-side-{month}", f"{month}-05", cents(amount), plan.name)
            feeds["sales_line"].append(side | {"product_id": "side"})
        for order in plan.orders:
            feeds["sales_line"] += _sold(plan, order)
    # The quarter is over.
    feeds["sales_line"].append(sale("last", "2026-04-30", "1", "nobody", product_id="a"))
    return feeds


def _sold(plan: GridPlan, order: Order) -> list[dict[str, str]]:
    found = []
    for number, line in enumerate(order.lines, start=1):
        said = {"line_number": str(number), "product_id": line.product}
        sold = sale(
            order.number, f"{MONTHS[order.month]}-10", cents(line.net), plan.name,
            quantity=str(line.quantity), cost_amount=cents(line.net - line.margin),
        )  # fmt: skip
        found.append(sold | said)
        if plan.window == "order" and line.net > 0:
            back = taken_back(
                f"r-{order.number}", "2026-04-10", cents(-line.net), order.number, plan.name,
                original_line_number=str(number), quantity=str(-line.quantity),
            )  # fmt: skip
            found.append(back | said)
    return found


def test_random_grids_pay_what_exact_fractions_do(workspace: Workspace, state: State) -> None:
    chance = random.Random(20261126)
    plans = [GridPlan(chance, f"p{number}") for number in range(PLANS)]
    for plan in plans:
        (workspace.plans_folder / f"{plan.name}.yml").write_text(plan.yaml())
    for feed, records in _feeds(plans).items():
        put(workspace, state, feed, records)

    build(workspace, state)

    found: dict[tuple[str, str], int] = {
        (who, period): pay
        for who, period, pay in rows(
            workspace,
            "select participant_id, period, cast(commission_amount * 100 as bigint) "
            "from commission.commission_summary where component_id = 'main'",
        )
    }
    for plan in plans:
        paid = [found.get((plan.name, month), 0) for month in MONTHS]
        assert paid == plan.pay(), f"{plan.yaml()}\n{plan.orders}\n{plan.side} {plan.score}"
    assert any(any(plan.pay()) for plan in plans if plan.pays and plan.window == "quarter"), (
        "some of every kind"
    )

    not_back = rows(
        workspace,
        "select replace(split_part(transaction_id, ':', 1), 'r-', '') as order_id "
        "from commission.commission_line where component_id = 'main' group by all "
        "having count(*) filter (transaction_id like 'r-%') > 0 and sum(commission_amount) <> 0",
    )
    assert not_back == [], "what comes back takes back what it was paid"

    unknown = {
        who
        for (who,) in rows(
            workspace,
            "select distinct participant_id from commission.commission_exception "
            "where reason = 'no_quota' and period <> '2026-04'",
        )
    }
    asking = [plan for plan in plans if any(axis.name == SIDE for axis in plan.axes)]
    assert unknown == {
        plan.name
        for plan in asking
        if plan.quota is None and (plan.pays_for_window or any(map(plan.counts, plan.orders)))
    }


REFUSED = {
    "by: quantity before, running: [{from: 0, rate: 5%}]": "rate_at: before",
    "by: attainment(side), marginal: [{from: 0, rate: 5%}]": "say whole or steps",
    "window: life, by: attainment(side), steps: [{from: 80%, pays: 5 USD}]": "a life has no end",
    "by: attainment(all), whole: [{from: 0, rate: 5%}]": "no single attainment",
    "by: attainment(other), whole: [{from: 0, rate: 5%}]": "no component `other`",
    "by: attainment(side), whole: [{from: 0 USD, rate: 5%}]": "can't be compared with 0 USD",
    "grid: {down: {quantity: [from 0 units]}, across: {score(s): [from 0%, from 5%]}, "
    "rates: [[5%]]}": "down has 1 and across 2",
    "grid: {down: {quantity: [from 9 units, above 9 units]}, across: {score(s): [from 0%]}, "
    "rates: [[5%], [6%]]}": "edges must ascend",
    "grid: {down: {quantity: [from 9 units]}, across: {score(s): [from 0%]}, pays: [[5 USD]]}":
        "window: order",
    "grid: {down: {quantity: [from 9 units]}, across: {score(s): [from 0%]}, rates: [[5 USD]]}":
        "rate",
    "grid: {down: {order_date: [from 2026-01-01]}, across: {score(s): [from 0%]}, rates: [[5%]]}":
        "no number and no text",
}  # fmt: skip


@pytest.mark.parametrize("said", REFUSED)
def test_what_a_grid_cannot_say_is_refused_in_words(workspace: Workspace, said: str) -> None:
    (workspace.plans_folder / "p.yml").write_text(
        "plan: p\ncurrency: USD\nfrom: 2026-01-01\ncomponents:\n  side: {rate: 0%}\n"
        f"  main: {{{said}}}\n"
    )
    with pytest.raises(ConfigurationError, match=REFUSED[said].replace("(", r"\(")):
        compile_plans(workspace)

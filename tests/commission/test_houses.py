"""What the company keeps of random orders, and what is left for the rep, against exact fractions.

The company's curve and its cap are those of a year, over what deductions leave of a sale; the rest
is paid by the order with a fee, or over the month. Returns come in the year of their sale or the
next, of a part or of all of it.
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

PLANS = 120
HEAD = "currency: USD\nfrom: 2025-01-01\napproved: {by: [a], on: 2024-12-01}\ncomponents:\n"


@dataclass
class Sold:
    """An order line: what was sold in cents, and what has come back of it so far."""

    order: str
    amount: int
    per_order: Fraction
    left: Fraction = Fraction(0)
    house: int = 0
    rest: int = 0
    back: int = 0
    house_back: int = 0


@dataclass
class House:
    """A plan with a share of the company, as YAML and as what it pays; money in cents."""

    chance: random.Random
    name: str
    exact_house: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    measured: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    exact_rest: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    paid: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chance = self.chance
        self.fees = [
            chance.choice(
                [Fraction(6, 100), Fraction(525, 10_000), Fraction(chance.randint(0, 3000))]
            )
            for _ in range(chance.randint(0, 2))
        ]
        # Together no more decimals than a millionth of what has two.
        if all(fee in (Fraction(6, 100), Fraction(525, 10_000)) for fee in self.fees):
            self.fees = self.fees[:1]
        self.rates = [Fraction(chance.randint(1, 40), 100) for _ in range(chance.randint(1, 2))]
        self.edge = chance.randint(1_000_00, 20_000_00)
        self.cap = chance.choice([None, chance.randint(500_00, 6_000_00)])
        self.is_by_order = chance.random() < 0.6
        self.rate = chance.choice([Fraction(1), Fraction(7, 10)])
        self.fee = chance.choice([0, chance.randint(-300_00, 0)]) if self.is_by_order else 0
        self.round = chance.choice([half_away, half_away, round])
        self.rounds_lines = chance.random() < 0.2

    def yaml(self) -> str:
        fees = [
            f"{float(fee * 100):g}%" if fee < 1 else f"{cents(int(fee))} USD per order"
            for fee in self.fees
        ]
        deduct = f"deduct: [{', '.join(fees)}], " if fees else ""
        rows = [f"{{from: 0, rate: {float(self.rates[0] * 100):g}%}}"]
        rows += [
            f"{{from: {cents(self.edge)} USD, rate: {float(rate * 100):g}%}}"
            for rate in self.rates[1:]
        ]
        cap = f", cap: {cents(self.cap)} USD per year" if self.cap is not None else ""
        window = ", window: order" if self.is_by_order else ""
        fee = f", fixed_per_order: {cents(self.fee)} USD" if self.fee else ""
        tiers = f"marginal: [{', '.join(rows)}]{cap}"
        rate = f"rate: {float(self.rate * 100):g}%{window}{fee}"
        mode = "half_even" if self.round is round else "half_up"
        scope = "line" if self.rounds_lines else "total"
        return (
            f"plan: {self.name}\nrounding: {{mode: {mode}, scope: {scope}}}\n{HEAD}"
            f"  house: {{payee: company, {deduct}window: year, {tiers}}}\n"
            f"  rest: {{of: net_amount - house, {deduct}{rate}}}\n"
        )

    def deducted(self, amount: int) -> tuple[Fraction, Fraction]:
        """Give what shares leave of an amount, and what an order is charged; money in cents."""
        left, charged = Fraction(amount), Fraction(0)
        for fee in self.fees:
            if fee < 1:
                left, charged = left * (1 - fee), charged * (1 - fee)
            else:
                charged += fee
        return left, charged

    def kept(self, measure: Fraction) -> Fraction:
        """Give what the company has of all that a year has sold."""
        pay = self.rates[0] * measure
        if len(self.rates) > 1 and measure > self.edge:
            pay += (self.rates[1] - self.rates[0]) * (measure - self.edge)
        return pay if self.cap is None else min(pay, Fraction(self.cap))

    def house_of(self, year: str, left: Fraction) -> int:
        before = self.kept(self.measured[year])
        self.measured[year] += left
        return self.added(before, self.kept(self.measured[year]) - before)

    def rest_of(self, period: str, exact: Fraction) -> int:
        before = self.exact_rest[period]
        self.exact_rest[period] += exact
        return self.added(before, exact)

    def added(self, before: Fraction, exact: Fraction) -> int:
        """Give the cents that an exact amount adds to what is paid before."""
        if self.rounds_lines:
            return self.round(exact)
        return self.round(before + exact) - self.round(before)

    def sell(self, sold: Sold, day: str) -> None:
        left, charged = self.deducted(sold.amount)
        sold.per_order, sold.left = charged, left - charged
        sold.house = self.house_of(day[:4], sold.left)
        fee = self.fee if self.is_by_order else 0
        sold.rest = self.rest_of(day[:7], self.rate * (sold.left - sold.house) + fee)
        self.paid[sold.order] = (sold.house, sold.rest)

    def take_back(self, sold: Sold, order: str, day: str, sold_on: str, amount: int) -> None:
        until, sold.back = sold.back, sold.back + amount

        def part(back: int) -> Fraction:
            return Fraction(back, sold.amount)

        millionths = [
            Fraction(half_away(sold.per_order * 10_000 * part(back)), 10_000)
            for back in (sold.back, until)
        ]
        left = -self.deducted(amount)[0] + millionths[0] - millionths[1]
        if day[:4] == sold_on[:4]:
            house = self.house_of(day[:4], left)
        else:
            house = half_away(sold.house * part(until)) - half_away(sold.house * part(sold.back))
        given, sold.house_back = sold.house_back, sold.house_back + house
        if not self.is_by_order and day[:7] == sold_on[:7]:
            rest = self.rest_of(day[:7], self.rate * (left - house))
        else:
            # Its own cents, and what the company has of that part and keeps.
            after, before = (
                half_away(sold.rest * part(back) + self.rate * (sold.house * part(back) + returned))
                for back, returned in ((sold.back, sold.house_back), (until, given))
            )
            rest = before - after
            if not self.is_by_order:
                self.exact_rest[day[:7]] += self.rate * (left - house)
        self.paid[order] = (house, rest)


def history(plan: House) -> list[dict[str, str]]:
    """Sell in 2025, take back in the same and the next year, and sell again."""
    chance, sales, sold = plan.chance, [], []
    for month in range(1, 7):
        name, day = f"{plan.name}-{month}", f"2025-{month:02}-05"
        one = Sold(name, chance.randint(100_00, 12_000_00), Fraction(0))
        plan.sell(one, day)
        sold.append((one, day))
        sales.append(sale(name, day, cents(one.amount), plan.name))
        if chance.random() < 0.5:
            again, sold_on = chance.choice(sold)
            back = chance.choice([again.amount - again.back, (again.amount - again.back) // 3])
            if back:
                _take_back(plan, sales, (again, sold_on), f"{day[:8]}20", back)
    for number, (one, day) in enumerate(sold, start=1):
        back = chance.choice([one.amount - one.back, (one.amount - one.back) // 2])
        if back:
            _take_back(plan, sales, (one, day), f"2026-01-{number:02}", back)
    last = Sold(f"{plan.name}-last", 500_00, Fraction(0))
    plan.sell(last, "2026-01-20")
    sales.append(sale(last.order, "2026-01-20", cents(last.amount), plan.name))
    return sales


def _take_back(
    plan: House, sales: list[dict[str, str]], what: tuple[Sold, str], day: str, amount: int
) -> None:
    order = f"r-{day}-{what[0].order}"
    plan.take_back(what[0], order, day, what[1], amount)
    sales.append(taken_back(order, day, f"-{cents(amount)}", what[0].order, plan.name))


def test_the_company_and_the_rep_have_what_exact_fractions_say(
    workspace: Workspace, state: State
) -> None:
    chance = random.Random(20261127)
    plans = [House(chance, f"p{number}") for number in range(PLANS)]
    sales = [each for plan in plans for each in history(plan)]
    for plan in plans:
        (workspace.plans_folder / f"{plan.name}.yml").write_text(plan.yaml())
    _put(workspace, state, [plan.name for plan in plans], sales)
    build(workspace, state)

    found: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for person, order, house, rest in rows(
        workspace,
        "select participant_id, split_part(transaction_id, ':', 1), "
        "cast(sum(if(payee = 'company', commission_amount, 0)) * 100 as bigint), "
        "cast(sum(if(payee = 'company', 0, commission_amount)) * 100 as bigint) "
        "from commission.commission_line group by all",
    ):
        found[person][order] = (house, rest)
    for plan in plans:
        assert found[plan.name] == plan.paid, plan.yaml()
    # The company's part is in no ledger and on no statement.
    assert rows(
        workspace,
        "select cast(sum(amount_minor) as bigint) "
        "from intermediate.int_commission__pending_posting",
    ) == [(sum(rest for plan in plans for _, rest in plan.paid.values()),)]


CAPPED = """
  house: {payee: company, window: year, rate: 50%, cap: 600 USD per year}
  rest: {of: net_amount - house, rate: 100%}
"""
CHARGED = """
  house: {payee: company, rate: 50%, deduct: [10 USD per order]}
  rest: {of: net_amount - house, rate: 100%, deduct: [10 USD per order]}
"""


def test_a_late_sale_changes_what_the_company_takes_of_those_after_it(
    workspace: Workspace, state: State
) -> None:
    """The company has 500 and 100 of two sales of 1,000; of an earlier one of 400 it has 200.

    Budi's fee of an order is 6.67 of one line and 3.33 of the other, which comes back.
    """
    for name, components in (("ani", CAPPED), ("budi", CHARGED)):
        (workspace.plans_folder / f"{name}.yml").write_text(f"plan: {name}\n{HEAD}{components}")
    order = [
        sale("c", "2025-02-10", "200", "budi"),
        sale("c", "2025-02-10", "100", "budi", line_number="2"),
    ]
    sales = [sale("a", "2025-02-10", "1000"), sale("b", "2025-03-10", "1000"), *order]
    _put(workspace, state, ["ani", "budi"], sales)
    build(workspace, state)
    assert _paid(workspace, "ani") == {"a:1": (500_00, 500_00), "b:1": (100_00, 900_00)}
    assert _paid(workspace, "budi") == {"c:1": (96_67, 96_66), "c:2": (48_33, 48_34)}

    back = taken_back("d", "2025-02-11", "-100", "c", "budi", original_line_number="2")
    put(workspace, state, "sales_line", [sale("late", "2025-01-10", "400"), back])
    build(workspace, state)

    assert _paid(workspace, "ani") == {
        "late:1": (200_00, 200_00), "a:1": (400_00, 600_00), "b:1": (0, 1000_00),
    }  # fmt: skip
    assert _paid(workspace, "budi")["d:1"] == (-48_33, -48_34)


def _paid(workspace: Workspace, person: str) -> dict[str, tuple[int, int]]:
    """Give what the company and the participant have of each order line, in cents."""
    found = rows(
        workspace,
        "select regexp_extract(transaction_id, '^[^:]*:[^:]*'), "
        "cast(sum(if(payee = 'company', commission_amount, 0)) * 100 as bigint), "
        "cast(sum(if(payee = 'company', 0, commission_amount)) * 100 as bigint) "
        f"from commission.commission_line where participant_id = '{person}' group by all",
    )
    return {line: (house, rest) for line, house, rest in found}


def _put(workspace: Workspace, state: State, names: list[str], sales: list[dict[str, str]]) -> None:
    people = [{"participant_id": name, "name": name} for name in names]
    put(workspace, state, "participant", people)
    put(workspace, state, "product", [{"product_id": "p", "name": "p"}])
    put(
        workspace,
        state,
        "plan_assignment",
        [{"participant_id": name, "plan_id": name, "valid_from": "2025-01-01"} for name in names],
    )
    put(workspace, state, "sales_line", sales)


@pytest.mark.parametrize(
    ("components", "said"),
    [
        (
            "  house: {payee: company, rate: 30%, cap: 20_000 USD per year}\n"
            "  rest: {of: net_amount - house, rate: 100%}",
            "say window: year",
        ),
        (
            "  house: {rate: 30%}\n  rest: {of: net_amount - house, rate: 100%}",
            "say payee: company in `house`",
        ),
        (
            "  house: {payee: company, rate: 30%}\n  rest: {of: net_amount - hose, rate: 100%}",
            "did you mean `house`?",
        ),
        (
            "  house: {payee: company, rate: 30%}\n"
            "  rest: {of: net_amount - house, marginal: [{from: 0, rate: 50%}]}",
            "goes with one rate",
        ),
        ("  a: {rate: 5%, deduct: [6.00001%]}", "more than 6 decimals"),
        ("  a: {rate: 5%, deduct: [106%]}", "from 0% to 100%"),
        ("  a: {of: margin, rate: 5%, deduct: [6%]}", "off the top of of: net_amount"),
        ("  a: {rate: 5%, deduct: [25 EUR per order]}", "not in the plan's currency"),
    ],
)
def test_what_can_not_be_calculated_is_refused(
    workspace: Workspace, components: str, said: str
) -> None:
    (workspace.plans_folder / "p.yml").write_text(f"plan: p\n{HEAD}{components}\n")
    with pytest.raises(ConfigurationError) as fault:
        compile_plans(workspace)
    assert said in str(fault.value)

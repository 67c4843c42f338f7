"""Random limits, gates, multipliers and bands on random sales, against exact fractions.

Every plan has a component that is limited in every way, one that it asks about, and a cap of the
plan's sum. What a month pays is worked out here from the sales alone.
"""

from __future__ import annotations

import random
from collections import defaultdict
from fractions import Fraction

from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import build, rows, sale
from tests.support.lake import put

from .test_random_curves import cents, half_away

PLANS = 120
MONTHS = ("2026-01", "2026-02", "2026-03")
SPANS = {"month": 1, "quarter": 3}


class LimitedPlan:
    """A plan with random limits, as YAML and as what it pays; money in cents."""

    def __init__(self, chance: random.Random, name: str) -> None:
        self.name = name
        self.window = chance.choice(["month", "quarter"])
        self.rate = Fraction(chance.randint(1, 20), 100)
        self.band_rate = Fraction(chance.randint(1, 20), 100)
        self.band_from = chance.choice([None, Fraction(chance.randint(1, 20), 10)])
        self.gate_from = chance.choice([None, Fraction(chance.randint(1, 20), 10)])
        self.gate_left = chance.choice([Fraction(0), Fraction(1, 2), None])
        self.gate_cap = chance.randint(0, 2_000_00)
        self.times_from = chance.choice([None, Fraction(chance.randint(1, 20), 10)])
        self.times = Fraction(chance.randint(0, 300), 100)
        self.by_itself = chance.random() < 0.2
        self.floor = chance.choice([None, (chance.choice(["month", "quarter"]), 300_00)])
        self.cap = chance.choice([None, (chance.choice(["month", "quarter"]), 900_00)])
        self.plan_cap = chance.choice([None, (chance.choice(["month", "quarter"]), 1_500_00)])
        self.quota = chance.choice([333_33, 5_000_00, 9_999_99])
        self.score = Fraction(chance.randint(0, 1500), 1000)
        self.returns = chance.random() < 0.3
        self.sales = [
            (month, product, self._amount(chance))
            for month in MONTHS
            for product in chance.choices(["main", "side"], k=chance.randint(0, 4))
        ]

    def _amount(self, chance: random.Random) -> int:
        return chance.randint(-3_000_00 if self.returns else 1, 6_000_00)

    def yaml(self) -> str:
        lines = [
            f"plan: {self.name}",
            "currency: USD",
            "from: 2026-01-01",
            "approved: {by: [a], on: 2025-12-01}",
        ]
        if self.plan_cap:
            lines.append(f"cap: {cents(self.plan_cap[1])} USD per {self.plan_cap[0]}")
        lines += [
            "components:",
            "  side: {where: product_id = 'side', rate: 1%, window: quarter}",
            "  main:",
            "    where: product_id = 'main'",
            f"    window: {self.window}",
            f"    rate: {float(self.rate * 100):g}%",
        ]
        if self.band_from is not None:
            condition = f"attainment(side) >= {self.band_from * 100}%"
            lines.append(
                f"    bands: [{{if: {condition}, whole: "
                f"[{{from: 0, rate: {float(self.band_rate * 100):g}%}}]}}]"
            )
        if self.gate_from is not None:
            way = f"else_cap: {cents(self.gate_cap)} USD per {self.window}"
            if self.gate_left is not None:
                way = f"else: {self.gate_left * 100}%"
            condition = f"attainment(side) >= {self.gate_from * 100}% or not score(skill) < 100%"
            lines.append(f"    gates: [{{needs: {condition}, {way}}}]")
        multipliers = []
        if self.times_from is not None:
            multipliers.append(
                f"{{by: attainment(side), rows: [{{above: {self.times_from * 100}%, "
                f"times: {float(self.times):g}x}}]}}"
            )
        if self.by_itself:
            multipliers.append("{by: score(skill)}")
        if multipliers:
            lines.append(f"    multiply: [{', '.join(multipliers)}]")
        for kind in ("floor", "cap"):
            if limit := getattr(self, kind):
                lines.append(f"    {kind}: {cents(limit[1])} USD per {limit[0]}")
        return "\n".join(lines)

    def _sold(self, product: str, start: int, end: int) -> int:
        months = MONTHS[start : end + 1]
        return sum(a for month, sold, a in self.sales if sold == product and month in months)

    def _first(self, period: str, month: int) -> int:
        return 0 if period == "quarter" else month

    def pay(self) -> dict[str, list[int]]:
        """Give what each component pays in each month, and what the plan's cap takes away."""
        main = [self._to_date(month) for month in range(3)]
        if self.window == "quarter":
            main = [main[0], main[1] - main[0], main[2] - main[1]]
        if self.floor:
            period, least = self.floor
            for month in range(3):
                if period == "month":
                    main[month] = max(main[month], least)
                elif month == 2:
                    main[2] += max(0, least - sum(main))
        if self.cap:
            main = _capped(main, *self.cap)
        side = [half_away(Fraction(self._sold("side", 0, month), 100)) for month in range(3)]
        side = [side[0], side[1] - side[0], side[2] - side[1]]
        total = [a + b for a, b in zip(main, side, strict=True)]
        limited = _capped(total, *self.plan_cap) if self.plan_cap else total
        taken = [a - b for a, b in zip(limited, total, strict=True)]
        return {"main": main, "side": side, "plan cap": taken}

    def _to_date(self, month: int) -> int:
        start = self._first(self.window, month)
        rate = self.rate
        last = 2 if self.window == "quarter" else month
        if self.band_from is not None and self._attained(last) >= self.band_from:
            rate = self.band_rate
        paid = self._sold("main", start, month) * rate
        factor = Fraction(1)
        attained = self._attained(month)
        if self.times_from is not None:
            factor *= self.times if attained > self.times_from else 0
        if self.by_itself:
            factor *= self.score
        is_missed = self.gate_from is not None and attained < self.gate_from and self.score < 1
        if is_missed and self.gate_left is not None:
            factor *= self.gate_left
        result = half_away(paid * factor)
        return min(result, self.gate_cap) if is_missed and self.gate_left is None else result

    def _attained(self, month: int) -> Fraction:
        return Fraction(self._sold("side", 0, month), self.quota)


def _capped(pay: list[int], period: str, most: int) -> list[int]:
    if period == "month":
        return [min(each, most) for each in pay]
    to_date = [min(sum(pay[: month + 1]), most) for month in range(3)]
    return [to_date[0], to_date[1] - to_date[0], to_date[2] - to_date[1]]


def test_random_limits_pay_what_exact_fractions_do(workspace: Workspace, state: State) -> None:
    chance = random.Random(20261126)
    plans = [LimitedPlan(chance, f"p{number}") for number in range(PLANS)]
    feeds: dict[str, list[dict[str, str]]] = defaultdict(list)
    for plan in plans:
        (workspace.plans_folder / f"{plan.name}.yml").write_text(plan.yaml())
        person = {"participant_id": plan.name}
        feeds["participant"].append(person | {"name": plan.name})
        feeds["plan_assignment"].append(person | {"plan_id": plan.name, "valid_from": "2026-01-01"})
        feeds["quota"].append(
            person | {"quota_type": "side", "period": "2026-Q1", "amount": cents(plan.quota)}
        )
        feeds["objective_result"].append(
            person
            | {"objective_id": "skill", "period": "2026-Q1"}
            | {"achieved_share": f"{float(plan.score):.3f}"}
        )
        feeds["sales_line"] += [
            sale(f"{plan.name}-{n}", f"{month}-{n + 1:02}", cents(amount), plan.name)
            | {"product_id": product, "quantity": "-1" if amount < 0 else "1"}
            for n, (month, product, amount) in enumerate(plan.sales)
        ]
    # The quarter is over.
    feeds["sales_line"].append(sale("last", "2026-04-01", "1", "nobody"))
    for feed, records in feeds.items():
        put(workspace, state, feed, records)

    build(workspace, state)

    found: dict[tuple[str, str, str], int] = {
        (who, component, period): pay
        for who, component, period, pay in rows(
            workspace,
            "select participant_id, component_id, period, "
            "cast(commission_amount * 100 as bigint) from commission.commission_summary "
            "where period <= '2026-03'",
        )
    }
    for plan in plans:
        for component, pays in plan.pay().items():
            paid = [found.get((plan.name, component, month), 0) for month in MONTHS]
            assert paid == pays, f"{component}\n{plan.yaml()}\n{plan.sales}"
    assert (
        rows(
            workspace,
            "select participant_id, component_id, period, sum(amount) as difference from ("
            "select participant_id, component_id, period, commission_amount as amount "
            "from commission.commission_summary union all "
            "select participant_id, component_id, period, -commission_amount "
            "from commission.commission_line) group by all having sum(amount) <> 0",
        )
        == []
    ), "lines add up to the summary"
    assert (
        rows(
            workspace,
            "select participant_id, component_id, period from commission.commission_summary "
            "where commission_amount <> calculated_amount + return_effect_amount "
            "+ gate_effect_amount + floor_effect_amount + cap_effect_amount",
        )
        == []
    ), "the effects explain the summary"

"""Random hierarchies, splits and returns in one build, against exact fractions.

Groups of people who report to each other by dated lines with shares (two managers, diamonds,
sellers who are managers too), orders shared by two or three, and what comes back of them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from niaga.progress import Silent
from niaga.refresh import stage
from niaga.state import State
from niaga.workspace import Workspace

from tests.support.builds import rows, sale, taken_back
from tests.support.lake import put

GROUPS = 60
LEVELS = 3
RATES = {"agent": Fraction(80, 100), "ga": Fraction(95, 100), "mga": Fraction(105, 100)}
FIRST = date(2026, 1, 1)
PLAN = f"""
plan: everyone
currency: USD
from: 2026-01-01
approved: {{by: [a], on: 2025-12-01}}
pay: year
components:
  once: {{credit: rollup, levels: {LEVELS}, shares: overlay, rate: 10%}}
  every_way: {{credit: rollup, levels: {LEVELS}, count_once: no, shares: overlay, rate: 10%}}
  shared: {{share_out: pay, shares: overlay, rate: 7.5%}}
  levels:
    credit: rollup
    levels: {LEVELS}
    differential: {{by: role, levels: {{agent: 80%, ga: 95%, mga: 105%}}}}
"""


def half_away(value: Fraction) -> int:
    size = abs(value)
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return whole if value >= 0 else -whole


def shared_out(amount: int, weights: dict[str, Fraction]) -> dict[str, int]:
    """Share whole cents by weights: largest remainder, ties to the first by name."""
    total = sum(weights.values())
    exact = {name: abs(amount) * weight / total for name, weight in weights.items()}
    given = {name: value.numerator // value.denominator for name, value in exact.items()}
    rest = abs(amount) - sum(given.values())
    for name in sorted(exact, key=lambda name: (given[name] - exact[name], name))[:rest]:
        given[name] += 1
    return {name: cents if amount >= 0 else -cents for name, cents in given.items()}


@dataclass
class Group:
    """People of one small company, numbered from below; a manager has a higher number."""

    name: str
    lines: list[tuple[str, str, Fraction, date, date]] = field(default_factory=list)
    roles: dict[str, list[tuple[date, str]]] = field(default_factory=dict)

    def managers(self, person: str, day: date) -> dict[str, Fraction]:
        return {
            manager: share
            for reporting, manager, share, start, end in self.lines
            if reporting == person and start <= day <= end
        }

    def role(self, person: str, day: date) -> str:
        return [role for start, role in self.roles[person] if start <= day][-1]

    def ways(self, seller: str, day: date) -> list[tuple[list[str], Fraction]]:
        """Every way up, the seller first, with the product of its shares, nearest first."""
        found, ends = [], [([seller], Fraction(1))]
        for _ in range(LEVELS):
            ends = [
                ([*path, manager], share * edge)
                for path, share in ends
                for manager, edge in self.managers(path[-1], day).items()
            ]
            found += ends
        return sorted(found, key=lambda way: (len(way[0]), " > ".join(way[0])))


@dataclass
class Order:
    name: str
    day: date
    amount: int
    shares: dict[str, Fraction]
    pay_shares: dict[str, Fraction]
    returns: list[tuple[str, date, int]] = field(default_factory=list)

    def sold(self, amount: int) -> dict[str, int]:
        """What of an amount is whose, in cents."""
        if sum(self.shares.values()) == 1:
            return shared_out(amount, self.shares)
        return {name: half_away(amount * share) for name, share in self.shares.items()}


def counted(ways: list[tuple[str, int, Fraction]]) -> list[Fraction]:
    """Of the ways to one person, nearest first, what counts of each: together at most the whole."""
    left, given = Fraction(1), []
    for _, _, share in ways:
        given.append(min(share, left))
        left -= given[-1]
    return given


def rolled(group: Group, order: Order, amount: int, *, once: bool) -> dict[tuple[str, int], int]:
    """What of an amount is credited to whom above, by level."""
    exact: dict[str, dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for seller, cents in order.sold(amount).items():
        by_person = defaultdict(list)
        for path, share in group.ways(seller, order.day):
            by_person[path[-1]].append((path[-1], len(path) - 1, share))
        for person, ways in by_person.items():
            shares = counted(ways) if once else [share for _, _, share in ways]
            for (_, level, _), share in zip(ways, shares, strict=True):
                exact[person][level] += cents * share
    given = {}
    for person, by_level in exact.items():
        below = 0
        for level in sorted(by_level):
            to_level = below + half_away(by_level[level])
            if once:
                given[person, level] = min(to_level, amount) - min(below, amount)
            else:
                given[person, level] = to_level - below
            below = to_level
    return given


def group_of(chance: random.Random, name: str) -> Group:
    group = Group(name)
    people = [f"{name}.{number}" for number in range(6)]
    for number, person in enumerate(people):
        group.roles[person] = [(date.min, chance.choice(list(RATES)))]
        if chance.random() < 0.3:
            group.roles[person].append((FIRST + timedelta(40), chance.choice(list(RATES))))
        for manager in chance.sample(people[number + 1 :], min(2, 5 - number)):
            share = chance.choice([Fraction(1), Fraction(1), Fraction(1, 2), Fraction(333, 1000)])
            start = FIRST + timedelta(chance.choice([0, 0, 0, 20, 45]))
            end = chance.choice([date(9999, 12, 31), start + timedelta(chance.randint(5, 30))])
            group.lines.append((person, manager, share, start, end))
    return group


def order_of(chance: random.Random, group: Group, number: int) -> Order:
    people = sorted(group.roles)
    amount = chance.choice([1, 100, 10_001, chance.randint(1, 10**7)])
    day = FIRST + timedelta(chance.randint(0, 80))
    sellers = sorted(chance.sample(people[:4], chance.choice([1, 1, 2, 3])))
    shares = chance.choice(
        [[Fraction(1, 1)], [Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)], [Fraction(3, 5)]]
    )
    split = {name: shares[place % len(shares)] for place, name in enumerate(sellers)}
    if len(sellers) == 2 and chance.random() < 0.5:
        split = dict(zip(sellers, (Fraction(7, 10), Fraction(3, 10)), strict=True))
    if len(sellers) == 1:
        split = {sellers[0]: Fraction(1)}
    pays = {name: chance.choice([share, Fraction(1, 3).limit_denominator(1000)])
            for name, share in split.items()}  # fmt: skip
    pays = {name: Fraction(round(share * 1000), 1000) for name, share in pays.items()}
    order = Order(f"{group.name}-{number}", day, amount, split, pays)
    left = amount
    for part in range(chance.choice([0, 0, 1, 3])):
        back = left if part == 2 else chance.randint(0, left)
        left -= back
        day += timedelta(chance.randint(1, 20))
        order.returns.append((f"{order.name}-r{part}", day, back))
    return order


def cents(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}"


def documents(order: Order) -> list[tuple[str, date, int, int]]:
    """Every document with its day, and what of the sale is back before and after it."""
    found, back = [], 0
    for name, day, amount in order.returns:
        found.append((name, day, back, back + amount))
        back += amount
    return found


def build(workspace: Workspace, state: State, groups: list[Group], orders: list[Order]) -> None:
    (workspace.plans_folder / "everyone.yml").write_text(PLAN)
    people, lines, splits, sales = [], [], [], []
    for group in groups:
        for person, roles in group.roles.items():
            people += [
                {"participant_id": person, "name": person, "role": role}
                | {"valid_from": max(start, date(1990, 1, 1)).isoformat()}
                for start, role in roles
            ]
        lines += [
            {"participant_id": person, "manager_id": manager, "share": f"{float(share):.3f}"}
            | {"valid_from": start.isoformat(), "valid_to": end.isoformat()}
            for person, manager, share, start, end in group.lines
        ]
    for order in orders:
        rep = next(iter(order.shares))
        sales.append(sale(order.name, order.day.isoformat(), cents(order.amount), rep))
        if len(order.shares) > 1:
            splits += [
                {"rule_id": order.name, "order_id": order.name, "participant_id": person}
                | {"share": f"{float(share):.3f}"}
                | {"pay_share": f"{float(order.pay_shares[person]):.3f}"}
                for person, share in order.shares.items()
            ]
        sales += [
            taken_back(name, day.isoformat(), cents(-amount), order.name, rep)
            for name, day, amount in order.returns
        ]
    random.Random(1).shuffle(sales)
    put(workspace, state, "participant", people)
    put(workspace, state, "reporting_line", lines)
    put(workspace, state, "credit_split", splits)
    put(workspace, state, "product", [{"product_id": "p", "name": "p"}])
    assigned = {"plan_id": "everyone", "valid_from": "2026-01-01"}
    everyone = {person["participant_id"] for person in people}
    put(workspace, state, "plan_assignment", [{"participant_id": p} | assigned for p in everyone])
    put(workspace, state, "sales_line", sales)
    stage.register(workspace, state, "run", is_posting=False)
    stage.build_staging(workspace, Silent())
    stage.build_marts(workspace, Silent())


def test_credits_of_random_hierarchies_are_those_of_exact_fractions(
    workspace: Workspace, state: State
) -> None:
    chance = random.Random(20261126)
    groups = [group_of(chance, f"g{number}") for number in range(GROUPS)]
    of_group = [(g, order_of(chance, g, number)) for g in groups for number in range(6)]
    build(workspace, state, groups, [order for _, order in of_group])

    found: dict[tuple[str, str, str], dict[tuple[str, int], int]] = defaultdict(dict)
    for component, transaction, person, level, credited, paid in rows(
        workspace,
        "select component_id, transaction_id, participant_id, credit_level, "
        "cast(sum(credited_amount) * 100 as bigint), "
        "cast(sum(commission_amount) * 100 as bigint) from commission.commission_line group by all",
    ):
        found[component, transaction.split(":")[0], "credit"][person, level] = credited
        found[component, transaction.split(":")[0], "pay"][person, level] = paid

    for group, order in of_group:
        for component, once in (("once", True), ("every_way", False)):
            assert found[component, order.name, "credit"] == {
                who: amount
                for who, amount in rolled(group, order, order.amount, once=once).items()
                if amount or who in found[component, order.name, "credit"]
            }, (component, order)
            for name, _, before, after in documents(order):
                now = rolled(group, order, after, once=once)
                then = rolled(group, order, before, once=once)
                assert found[component, name, "credit"] == {
                    who: then[who] - now[who]
                    for who in now
                    if then[who] != now[who] or who in found[component, name, "credit"]
                }, (component, name, order)
        of_person: dict[str, int] = defaultdict(int)
        for (person, _), amount in found["once", order.name, "credit"].items():
            of_person[person] += amount
        assert all(amount <= order.amount for amount in of_person.values())
        _check_shared_pay(order, found)
    _check_levels(of_group, found)


def _check_shared_pay(
    order: Order, found: dict[tuple[str, str, str], dict[tuple[str, int], int]]
) -> None:
    """7.5% of the order, once, and its cents by the shares of pay; all of it comes back."""
    weights = order.pay_shares if len(order.shares) > 1 else order.shares
    paid = shared_out(half_away(Fraction(order.amount * 75, 1000)), weights)
    assert found["shared", order.name, "pay"] == {(who, 0): pay for who, pay in paid.items()}, order
    for name, _, before, after in documents(order):
        assert found["shared", name, "pay"] == {
            (who, 0): half_away(Fraction(pay * before, order.amount))
            - half_away(Fraction(pay * after, order.amount))
            for who, pay in paid.items()
        }, (name, order)


def _check_levels(
    of_group: list[tuple[Group, Order]],
    found: dict[tuple[str, str, str], dict[tuple[str, int], int]],
) -> None:
    """Each is paid what his level is above the highest below him, by way and role of the day."""
    exact: dict[str, Fraction] = defaultdict(Fraction)
    for group, order in sorted(of_group, key=lambda pair: (pair[1].day, pair[1].name)):
        if sum(order.shares.values()) != 1:
            assert not found["levels", order.name, "pay"]
            continue
        of_order: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
        for seller, amount in order.sold(order.amount).items():
            by_person = defaultdict(list)
            for path, share in [([seller], Fraction(1)), *group.ways(seller, order.day)]:
                rates = [RATES[group.role(person, order.day)] for person in path]
                rate = max(Fraction(0), rates[-1] - max(rates[:-1], default=Fraction(0)))
                by_person[path[-1]].append((path[-1], len(path) - 1, share, rate))
            for person, ways in by_person.items():
                shares = counted([way[:3] for way in ways])
                for (_, level, _, rate), share in zip(ways, shares, strict=True):
                    of_order[person, level] += amount * share * rate
        for (person, level), value in sorted(of_order.items(), key=lambda pair: pair[0][1]):
            before, exact[person] = exact[person], exact[person] + value
            pay = half_away(exact[person]) - half_away(before)
            got = found["levels", order.name, "pay"].get((person, level), 0)
            assert got == pay, (person, level, order)

"""Random quotas, spread, ramped, prorated and changed, in one build, against exact fractions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import yaml
from niaga.commission.plans import check_plans
from niaga.errors import ConfigurationError
from niaga.state import State
from niaga.workspace import Workspace, find_workspace

from tests.support.builds import build, rows, sale
from tests.support.lake import put

PARTICIPANTS = 120
YEAR_START, YEAR_END = date(2028, 1, 1), date(2028, 12, 31)
ONE = timedelta(days=1)


def month_start(number: int) -> date:
    """Give the first day of a month of 2028, counted from 0."""
    return date(2028 + number // 12, number % 12 + 1, 1)


class Member:
    """A participant with a quota rule, an assignment, and the quotas of its windows."""

    def __init__(self, chance: random.Random, name: str) -> None:
        self.name = name
        self.months = chance.choice([1, 3, 6, 12])
        self.prorate = chance.choice(["days", "days", "days/365", "months", "none"])
        self.start = YEAR_START + timedelta(days=chance.choice([0, chance.randint(-200, 300)]))
        self.end = max(self.start, YEAR_END - timedelta(days=chance.choice([0, 0, 45, 130])))
        self.shares: list[Fraction] = []
        self.ramp: list[tuple[int, Fraction]] = []
        self.versions = [(date(1900, 1, 1), chance.randint(1, 10**8))]
        rule: dict[str, object] = {"prorate": self.prorate}
        if chance.random() < 0.5:
            parts = chance.choice([2, 4, 12])
            cuts = sorted(chance.sample(range(1, 1000), parts - 1))
            pairs = zip([0, *cuts], [*cuts, 1000], strict=True)
            self.shares = [Fraction(high - low, 1000) for low, high in pairs]
            letter = {2: "H", 4: "Q", 12: "M"}[parts]
            rule["spread"] = {
                f"{letter}{number}": f"{float(share * 100):g}%"
                for number, share in enumerate(self.shares, start=1)
            }
        else:
            rule["period"] = "year"
        if chance.random() < 0.5:
            self.ramp = [(1, Fraction(1, 4)), (3, Fraction(5, 8)), (6, Fraction(1))]
            rule["ramp"] = [
                {"month": str(month), "take": f"{float(take * 100):g}%"}
                for month, take in self.ramp
            ]
        self.is_blended = self.prorate in ("days", "none") and chance.random() < 0.5
        if self.is_blended:
            rule["on_change"] = "blend"
            self.versions.append(
                (YEAR_START + timedelta(days=chance.randint(1, 360)), chance.randint(1, 10**8))
            )
        window = {1: "month", 3: "quarter", 6: "half", 12: "year"}[self.months]
        self.plan = {
            "plan": name, "currency": "USD", "from": "2027-01-01",
            "components": {"c": {"window": window, "quota": rule, "rate": "0%"}},
        }  # fmt: skip

    def quotas(self) -> Iterator[tuple[date, Fraction]]:
        """Give the quota of each window of 2028 that the member is on the plan in, in cents."""
        part_months = min(
            self.months, 12 // len(self.shares) if self.shares else 12, 1 if self.ramp else 12
        )
        for first in range(0, 12, self.months):
            start, end = month_start(first), month_start(first + self.months) - ONE
            if self.start <= end and self.end >= start:
                parts = range(first, first + self.months, part_months)
                yield start, sum((self.part(each, part_months) for each in parts), Fraction(0))

    def part(self, first: int, months: int) -> Fraction:
        """Give the quota of a part of the year."""
        start, end = month_start(first), month_start(first + months) - ONE
        share = Fraction(months, 12)
        if self.shares:
            width = 12 // len(self.shares)
            share = self.shares[first // width] * Fraction(months, width)
        take = Fraction(1)
        tenure = (start.year - self.start.year) * 12 + start.month - self.start.month + 1
        for month, part in self.ramp:
            take = part if max(tenure, 1) >= month else take
        return share * take * self.amount(start, end, months)

    def amount(self, start: date, end: date, months: int) -> Fraction:
        """Give the yearly quota, blended and prorated over a part."""
        days = (end - start).days + 1
        total = Fraction(0)
        for number, (since, amount) in enumerate(self.versions):
            until = self.versions[number + 1][0] - ONE if self.versions[number + 1 :] else end
            held = common(start, end, since, until)
            there = common(start, end, max(since, self.start), min(until, self.end))
            total += (
                amount
                * {
                    "days": Fraction(there, days),
                    "days/365": Fraction(12 * there, months * 365),
                    "months": Fraction(self.months_there(start, months), months),
                    "none": Fraction(held, days),
                }[self.prorate]
            )
        return total

    def months_there(self, start: date, months: int) -> int:
        first = start.month - 1
        spans = [(month_start(m), month_start(m + 1) - ONE) for m in range(first, first + months)]
        return sum(
            2 * common(low, high, self.start, self.end) >= (high - low).days + 1
            for low, high in spans
        )


def common(low: date, high: date, since: date, until: date) -> int:
    return max(0, (min(high, until) - max(low, since)).days + 1)


def millionths(cents: Fraction) -> Fraction:
    """Round an amount in cents to millionths of the currency, half away from zero."""
    size = cents * 10_000
    return Fraction((2 * size.numerator + size.denominator) // (2 * size.denominator), 10**6)


def test_random_quotas_are_exact_fractions(workspace: Workspace, state: State) -> None:
    chance = random.Random(20261126)
    members = [Member(chance, f"p{number}") for number in range(PARTICIPANTS)]
    for member in members:
        text = yaml.safe_dump(member.plan, sort_keys=False)
        (workspace.plans_folder / f"{member.name}.yml").write_text(text)
    put(
        workspace, state, "participant",
        [{"participant_id": member.name, "name": member.name} for member in members],
    )  # fmt: skip
    put(
        workspace, state, "plan_assignment",
        [
            {
                "participant_id": member.name, "plan_id": member.name,
                "valid_from": member.start.isoformat(), "valid_to": member.end.isoformat(),
            }
            for member in members
        ],
    )  # fmt: skip
    put(
        workspace, state, "quota",
        [
            {
                "participant_id": member.name, "quota_type": "c", "period": "2028",
                "amount": f"{amount // 100}.{amount % 100:02}",
                "valid_from": since.isoformat() if since.year > 1900 else None,
            }
            for member in members
            for since, amount in member.versions
        ],
    )  # fmt: skip
    put(
        workspace, state, "sales_line",
        [sale("first", "2028-01-01", "1", "p0"), sale("last", "2028-12-31", "1", "p0")],
    )  # fmt: skip
    build(workspace, state)

    found = rows(
        workspace,
        "select distinct participant_id, window_start, quota_amount"
        " from commission.commission_summary where window_start >= date '2028-01-01' order by all",
    )
    expected = [
        (member.name, start, millionths(quota))
        for member in members
        for start, quota in member.quotas()
    ]
    of_assigned = {(name, start) for name, start, _ in expected}
    assert [
        (name, start, Fraction(amount)) for name, start, amount in found
        if (name, start) in of_assigned
    ] == sorted(expected)  # fmt: skip


PLAN = {
    "plan": "reps", "currency": "USD", "from": "2026-01-01",
    "components": {
        "fiscal": {"window": "FY quarter", "rate": "1%"},
        "weeks": {"window": "week", "whole": [{"from": "0", "rate": "1%"}]},
        "life": {"window": "life", "marginal": [
            {"from": "0", "rate": "1%"}, {"from": "100 USD", "rate": "10%"},
        ]},
        "own": {"window": "quota", "marginal": [
            {"from": "0", "rate": "1%"}, {"from": "100% of quota", "rate": "10%"},
        ]},
        "halves": {"quota": {"on_change": "split"}, "window": "quarter", "rate": "1%"},
    },
}  # fmt: skip


@pytest.fixture
def windows(workspace: Workspace, state: State) -> Workspace:
    settings = workspace.root / "niaga.yml"
    said = yaml.safe_load(settings.read_text())
    said["fiscal_year"] = {"first_month": 2, "weeks": "4-5-4", "ends": "nearest"}
    settings.write_text(yaml.safe_dump(said))
    workspace = find_workspace(workspace.root)
    (workspace.plans_folder / "reps.yml").write_text(yaml.safe_dump(PLAN, sort_keys=False))
    put(
        workspace, state, "participant",
        [
            {"participant_id": "ani", "name": "Ani"},
            {"participant_id": "budi", "name": "Budi", "leave_date": "2026-02-15"},
        ],
    )  # fmt: skip
    put(
        workspace, state, "plan_assignment",
        [
            {"participant_id": name, "plan_id": "reps", "valid_from": "2026-01-01"}
            for name in ("ani", "budi")
        ],
    )  # fmt: skip
    of_ani = {"participant_id": "ani", "quota_type": "own"}
    halves = {"participant_id": "ani", "quota_type": "halves", "period": "2026-Q1"}
    put(
        workspace, state, "quota",
        [
            of_ani | {"period_start": "2026-01-10", "period_end": "2026-02-05", "amount": "50"},
            of_ani | {"period_start": "2026-02-01", "period_end": "2026-02-28", "amount": "70"},
            halves | {"amount": "90"},
            halves | {"amount": "180", "valid_from": "2026-02-15"},
        ],
    )  # fmt: skip
    put(
        workspace, state, "opening_balance",
        [{"participant_id": "ani", "component_id": "life", "as_of": "2026-01-09", "amount": "95"}],
    )  # fmt: skip
    put(
        workspace, state, "sales_line",
        [
            sale("before", "2026-01-08", "30"),
            sale("inside", "2026-01-20", "60"),
            sale("outside", "2026-03-30", "10"),
            sale("stays", "2026-02-15", "10", "budi"),
            sale("left", "2026-02-16", "10", "budi"),
        ],
    )  # fmt: skip
    build(workspace, state)
    return workspace


def test_windows_of_all_kinds(windows: Workspace) -> None:
    """Life: 95 stood on 9 January; 60 more: 5 at 1% and 55 at 10% = 5.55, then 10 at 10% = 1.00.

    Own dates: 60 against 50: 50 at 1% and 10 at 10% = 1.50. Halves: 90 x 45/90, 180 x 45/90.
    The year before February 2026 ends on the Saturday nearest to 31 January: that day.
    """
    lines = rows(
        windows,
        "select component_id, transaction_id, window_start, window_end, sum(commission_amount)"
        " from commission.commission_line where participant_id = 'ani' group by all order by all",
    )
    found = {(it[0], it[1].partition(":")[0]): (str(it[2]), str(it[3]), it[4]) for it in lines}
    assert ("life", "before") not in found
    assert found["life", "inside"] == ("1900-01-01", "9999-12-31", Decimal("5.55"))
    assert found["life", "outside"][2] == 1
    assert found["own", "inside"] == ("2026-01-10", "2026-02-05", 1.5)
    assert ("own", "outside") not in found
    assert found["weeks", "before"][:2] == ("2026-01-05", "2026-01-11")
    assert found["fiscal", "inside"][:2] == ("2025-11-02", "2026-01-31")
    assert found["fiscal", "outside"][:2] == ("2026-02-01", "2026-05-02")
    assert found["halves", "inside"][:2] == ("2026-01-01", "2026-02-14")
    assert rows(
        windows,
        "select distinct window_start, quota_amount from commission.commission_summary"
        " where component_id = 'halves' and participant_id = 'ani' order by all",
    ) == [(date(2026, 1, 1), 45), (date(2026, 2, 15), 90)]


def test_what_has_no_window_and_whoever_has_left_is_told(windows: Workspace) -> None:
    found = rows(
        windows,
        "select reason, transaction_id, participant_id from commission.commission_exception"
        " where reason in ('participant_left', 'overlapping_quota')"
        " or (reason = 'no_quota' and participant_id = 'ani') order by all",
    )
    assert found == [
        ("no_quota", "before:1:sale", "ani"),
        ("no_quota", "outside:1:sale", "ani"),
        ("overlapping_quota", None, "ani"),
        ("participant_left", "left:1:sale", "budi"),
    ]
    sold = "select sum(commission_amount) from commission.commission_line"
    assert rows(windows, f"{sold} where transaction_id = 'left:1:sale'") == [(None,)]
    assert rows(
        windows,
        "select max(window_start) from commission.commission_summary"
        " where participant_id = 'budi' and component_id = 'weeks'",
    ) == [(date(2026, 2, 9),)]


HEAD = "plan: reps\ncurrency: USD\nfrom: 2026-01-01\ncomponents:\n  c:\n    rate: 5%\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("    window: year\n    quota: {spread: {Q1: 50%, Q2: 20%, Q3: 20%, Q4: 20%}}\n", "110%"),
        ("    window: year\n    quota: {spread: {Q1: 50%, Q3: 50%}}\n", "every part once"),
        ("    window: week\n    quota: {ramp: [{month: 1, take: 50%}]}\n", "window of months"),
        ("    quota: {ramp: [{month: 2, take: 50%}]}\n", "begins with month 1"),
        ("    window: year\n    quota: {period: quarter}\n", "less than the window"),
        ("    quota: {on_change: blend, prorate: months}\n", "blend goes by days"),
        ("    window: FY year\n", "the company has no fiscal year"),
        ("    returns: {rate: rerate, attainment: keep}\n", "keep goes with as_sold or current"),
    ],
)
def test_a_wrong_quota_says_what_to_write(workspace: Workspace, text: str, told: str) -> None:
    (workspace.plans_folder / "reps.yml").write_text(HEAD + text)
    with pytest.raises(ConfigurationError, match=told):
        check_plans(workspace)

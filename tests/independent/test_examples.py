"""The second calculation itself, held against the plan language's examples and sums by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from . import calendars, curve
from .commission import Commission, Line, earned
from .plans import read_component, read_plan
from .records import Assignment, Company, History, Participant, Quota, SaleLine, SplitRow
from .rounding import allocate, half_away

START = date(2026, 1, 1)
HEAD = "plan: p\ncurrency: {currency}\nfrom: 2026-01-01\napproved: {{by: [a, b], on: 2025-12-18}}\n"
FLAT = "components:\n  commission:\n    rate: 5%\n"
ACCELERATOR = """
components:
  revenue:
    on: invoice
    window: quarter
    marginal:
      - {from: 0, rate: 5%}
      - {from: 100% of quota, rate: 8%}
"""
RETROACTIVE = """
components:
  licences:
    window: year
    whole:
      - {from: 0, rate: 6%}
      - {from: 200_000 USD, rate: 8%}
      - {from: 300_000 USD, rate: 10%}
"""
SERVICES = {
    "whole": [
        {"from": "0", "rate": "5%"},
        {"from": "50% of quota", "rate": "10%"},
        {"from": "100% of quota", "rate": "20%"},
    ],
    "marginal_above": "100% of quota",
}
POINTS = """
pay: quarter
components:
  revenue:
    weight: 60%
    points:
      - {at: 80% of quota, pays: 50% of target}
      - {at: 100% of quota, pays: 100% of target}
      - {at: 120% of quota, pays: 150% of target}
"""


def line(
    order: str,
    day: str,
    net: str,
    *,
    of: str | None = None,
    kind: str = "sale",
    rep: str | None = "ani",
    cost: str = "0",
    cancelled: str | None = None,
) -> SaleLine:
    """One line of order `order`; money in dollars; `of` names the sale taken back."""
    when = date.fromisoformat(day)
    return SaleLine(
        order_id=order,
        line_number=1,
        document_type=kind if not of or kind != "sale" else "return",
        order_date=when,
        invoice_date=when,
        net=int(Fraction(net) * 100),
        cost=int(Fraction(cost) * 100),
        quantity=10**6,
        sales_rep_id=rep,
        original=(of, 1) if of else None,
        cancelled_date=date.fromisoformat(cancelled) if cancelled else None,
    )


def quota(amount: str, period: str, quota_type: str = "revenue") -> Quota:
    return Quota("ani", quota_type, period, *calendars.parse(period), Fraction(amount))


def people(**managers: str | None) -> History[Participant]:
    return History(
        (name, START, Participant(name, manager_id=manager, target_incentive=Fraction(80_000)))
        for name, manager in managers.items()
    )


def calculate(
    terms: str,
    sales: Sequence[SaleLine],
    *,
    currency: str = "USD",
    quotas: Sequence[Quota] = (),
    splits: Sequence[SplitRow] = (),
    participants: History[Participant] | None = None,
    assigned: Sequence[str] = ("ani",),
) -> Commission:
    company = Company(
        scale=2,
        sales=list(sales),
        quotas=list(quotas),
        splits=list(splits),
        participants=participants or people(ani=None),
        assignments=[Assignment(name, "p", START) for name in assigned],
    )
    return Commission(company, [read_plan(HEAD.format(currency=currency) + terms)])


def paid(result: Commission) -> list[str]:
    """Amounts of the lines in the order of events, in whole currency units."""
    lines = sorted(result.lines, key=lambda line: line.event.order)
    return [_money(line) for line in lines]


def _money(line: Line) -> str:
    return str(Decimal(line.amount).scaleb(-line.window.plan.digits))


def test_example_1_flat_rate_rounds_the_running_total() -> None:
    sales = [
        line("a", "2026-01-05", "100.10"),
        line("b", "2026-01-06", "100.10"),
        line("c", "2026-01-07", "-100.10", of="b"),
    ]
    result = calculate(FLAT, sales)
    assert paid(result) == ["5.01", "5.00", "-5.00"]
    assert earned(result.lines) == {("ani", "2026-01"): 501}


def test_example_2_accelerator_walks_up_and_back() -> None:
    sales = [
        line("a", "2026-01-05", "90000"),
        line("b", "2026-02-05", "30000"),
        line("c", "2026-03-05", "-5000", of="b"),
    ]
    result = calculate(ACCELERATOR, sales, quotas=[quota("100000", "2026-Q1")])
    assert paid(result) == ["4500.00", "2100.00", "-400.00"]


def test_quota_of_a_quarter_is_the_sum_of_its_months_and_none_is_an_exception() -> None:
    sales = [line("a", "2026-01-05", "130"), line("b", "2026-04-05", "130")]
    months = [quota("40", "2026-01"), quota("60", "2026-03"), quota("999", "2026")]
    result = calculate(ACCELERATOR, sales, quotas=months)
    assert paid(result) == ["7.40", "0.00"]
    assert [(one.reason, one.period) for one in result.exceptions] == [("no_quota", "2026-Q2")]


def test_example_3_retroactive_over_the_year_paid_monthly() -> None:
    sales = [line("a", "2026-04-05", "150000"), line("b", "2026-07-05", "70000")]
    result = calculate(RETROACTIVE, sales)
    assert paid(result) == ["9000.00", "8600.00"]
    assert [line.own for line in result.lines] == [9000_00, 5600_00]
    assert earned(result.lines) == {("ani", "2026-04"): 9000_00, ("ani", "2026-07"): 8600_00}


@pytest.mark.parametrize(("x", "pays"), [(20_000, 2_000), (40_000, 4_700), (16_499, "824.95")])
def test_example_3_hybrid(x: int, pays: int | str) -> None:
    services = curve.build(read_component("services", SERVICES, "month"), Fraction(33_000), None)
    assert services(Fraction(x)) == Fraction(pays)


@pytest.mark.parametrize(
    ("net", "pays"),
    [("90000", "9000.00"), ("110000", "15000.00"), ("79999.99", "0.00"), ("80000", "6000.00")],
)
def test_example_4_points_in_percent_of_target(net: str, pays: str) -> None:
    result = calculate(POINTS, [line("a", "2026-02-05", net)], quotas=[quota("100000", "2026-Q1")])
    assert paid(result) == [pays]


def test_points_are_flat_beyond_the_last_and_straight_between() -> None:
    terms = {
        "points": [{"at": "0%", "pays": "0% of target"}, {"at": "100%", "pays": "100% of target"}]
    }
    score = curve.build(read_component("objectives", terms, "quarter"), None, Fraction(6_000))
    assert [score(Fraction(x, 100)) for x in (-10, 0, 80, 100, 130)] == [0, 0, 4_800, 6_000, 6_000]


def test_from_counts_the_edge_and_above_does_not() -> None:
    terms = {
        "whole": [
            {"from": "0", "rate": "1%"},
            {"above": "100 USD", "rate": "2%"},
            {"from": "200 USD", "rate": "3%"},
        ]
    }
    pays = curve.build(read_component("c", terms, "month"), None, None)
    assert [pays(Fraction(x)) for x in (-100, 100, 101, 200)] == [-1, 1, Fraction("2.02"), 6]


def test_return_in_a_later_window_takes_back_the_sales_own_cents() -> None:
    """1.00 at 5% = 0.05; thirds of it: 0.02 + 0.01 + 0.02, not what their windows would walk."""
    sales = [
        line("a", "2026-01-05", "1.00"),
        line("b", "2026-02-05", "-0.33", of="a"),
        line("c", "2026-02-06", "-0.33", of="a"),
        line("d", "2026-03-06", "-0.34", of="a"),
    ]
    result = calculate(FLAT, sales)
    assert paid(result) == ["0.05", "-0.02", "-0.01", "-0.02"]


def test_return_of_a_retroactive_line_leaves_out_the_earlier_sales() -> None:
    """70,000 at the 8% it reached = 5,600, not the 8,600 that it also brought to others."""
    sales = [
        line("a", "2026-04-05", "150000"),
        line("b", "2026-07-05", "70000"),
        line("c", "2027-01-05", "-70000", of="b"),
        line("d", "2027-01-06", "50000"),
    ]
    assert paid(calculate(RETROACTIVE, sales)) == ["9000.00", "8600.00", "-5600.00", "3000.00"]


def test_cancellation_takes_back_what_returns_left() -> None:
    sales = [
        line("a", "2026-01-05", "100", cost="60", cancelled="2026-01-20"),
        line("b", "2026-01-10", "-30", of="a", cost="-18"),
        line("c", "2026-01-25", "-10", of="a", cost="-6"),
    ]
    result = calculate(FLAT, sales)
    assert paid(result) == ["5.00", "-1.50", "-3.50"]
    assert [one.reason for one in result.exceptions] == ["return_exceeds_sale"]


def test_split_and_its_returns_share_by_largest_remainder() -> None:
    thirds = [SplitRow("r", name, Fraction(1, 3), {"order_id": "a"}) for name in ("ani", "budi")]
    rest = SplitRow("r", "citra", Fraction(1, 3), {"order_id": "a"})
    sales = [line("a", "2026-01-05", "1.00"), line("b", "2026-01-06", "-0.50", of="a")]
    sales.append(line("c", "2026-01-07", "-0.50", of="a"))
    result = calculate(
        FLAT,
        sales,
        splits=[*thirds, rest],
        participants=people(ani="dewi", budi="dewi", citra=None, dewi=None),
        assigned=("ani", "budi", "citra", "dewi"),
    )
    credited = {
        (line.window.participant_id, line.event.line.order_id): line.credited
        for line in result.lines
    }
    assert [credited[name, "a"] for name in ("ani", "budi", "citra")] == [34, 33, 33]
    assert [credited[name, "b"] for name in ("ani", "budi", "citra")] == [-17, -17, -16]
    assert [credited[name, "c"] for name in ("ani", "budi", "citra")] == [-17, -16, -17]


def test_rollup_counts_an_order_once_under_the_manager_of_its_day() -> None:
    halves = [SplitRow("r", name, Fraction(1, 2), {"order_id": "a"}) for name in ("ani", "budi")]
    sales = [line("a", "2026-01-05", "12000"), line("b", "2026-02-06", "-2000", of="a")]
    managers = History(
        [
            ("ani", START, Participant("ani", manager_id="dewi")),
            ("ani", date(2026, 2, 1), Participant("ani", manager_id="eko")),
            ("budi", START, Participant("budi", manager_id="dewi")),
            ("dewi", START, Participant("dewi")),
            ("eko", START, Participant("eko")),
        ]
    )
    terms = "components:\n  team_sales: {credit: rollup, rate: 2%}\n"
    result = calculate(terms, sales, splits=halves, participants=managers, assigned=("dewi", "eko"))
    assert [(line.window.participant_id, line.amount) for line in result.lines] == [
        ("dewi", 240_00),
        ("dewi", -40_00),
    ]


def test_what_can_not_be_credited_says_why() -> None:
    tied = [SplitRow(rule, "ani", Fraction(1), {"order_id": "tied"}) for rule in ("r", "s")]
    short = SplitRow("t", "ani", Fraction(9, 10), {"order_id": "short"})
    sales = [
        line("tied", "2026-01-01", "1"),
        line("short", "2026-01-01", "1"),
        line("nobody", "2026-01-01", "1", rep=None),
        line("stranger", "2026-01-01", "1", rep="zaki"),
        line("unplanned", "2025-12-31", "1"),
        line("orphan", "2026-01-01", "-1", of="lost"),
    ]
    result = calculate(FLAT, sales, splits=[*tied, short])
    assert not result.lines
    assert {(one.transaction[0], one.reason) for one in result.exceptions if one.transaction} == {
        ("tied", "split_ambiguous"),
        ("short", "split_not_100"),
        ("nobody", "no_participant"),
        ("stranger", "no_participant"),
        ("unplanned", "no_plan"),
        ("orphan", "orphan_return"),
    }


def test_half_goes_away_from_zero_and_negatives_mirror() -> None:
    assert [half_away(Fraction(x, 2)) for x in (-3, -1, 1, 3)] == [-2, -1, 1, 2]
    assert allocate(-10, {"a": 1, "b": 1, "c": 1}) == {"a": -4, "b": -3, "c": -3}

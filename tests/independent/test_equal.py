"""Every figure of the published marts equals that of the second calculation, exactly."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from . import attainment, calendars, channel
from .commission import Commission, Line, earned
from .conftest import Published
from .exports import Reader
from .records import Company
from .rounding import half_away

SHOWN = 10
RATIO = 10**9
MICRO = 10**6


def exact(value: Any) -> Any:
    return Fraction(value) if isinstance(value, int | Decimal) else value


def rounded(value: Fraction | None, unit: int) -> Fraction | None:
    return None if value is None else Fraction(half_away(value * unit), unit)


def transaction_id(transaction: tuple[str, int, str]) -> str:
    return ":".join(map(str, transaction))


def money(line: Line, minor: int) -> Fraction:
    return Fraction(minor, 10**line.window.plan.digits)


def assert_equal(names: str, expected: Mapping[Any, tuple], actual: Mapping[Any, tuple]) -> None:
    """Compare figure by figure; `names` are the figures' names."""
    assert expected, "there is nothing to compare"
    faults = []
    for key in sorted(set(expected) | set(actual), key=str):
        ours, theirs = expected.get(key), actual.get(key)
        if ours is None or theirs is None:
            faults.append(
                f"{key}: {'not expected' if ours is None else 'missing'} {_show(theirs or ours)}"
            )
            continue
        different = [
            f"{name} expected {_show(one)}, published {_show(other)}"
            for name, one, other in zip(names.split(), ours, theirs, strict=True)
            if one != other
        ]
        if different:
            faults.append(f"{key}: {'; '.join(different)}")
    assert not faults, f"{len(faults)} of {len(expected)} differ\n" + "\n".join(faults[:SHOWN])


def _show(value: Any) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_show, value)) + ")"
    if isinstance(value, Fraction):
        return str(Decimal(value.numerator) / Decimal(value.denominator))
    return str(value)


def without_zero_rows(rows: Mapping[Any, tuple], expected: Mapping[Any, tuple]) -> dict[Any, tuple]:
    """Leave out rows that say zero of what the second calculation does not list at all."""
    return {key: row for key, row in rows.items() if key in expected or any(row)}


def test_what_is_held_back_is_what_can_not_be_read(
    reader: Reader, company: Company, published: Published
) -> None:
    ((held, files),) = published.rows(
        "select sum(rows_held), sum(files_held) from core.feed_status"
    )
    assert company.sales
    assert (held, files) == (len(reader.held), len(reader.rejected))


def test_attainment(result: Commission, published: Published) -> None:
    expected = {
        key: (rounded(one.quota, MICRO), one.credited, rounded(one.share, RATIO))
        for key, one in attainment.of_participants(result).items()
    }
    query = """select participant_id, quota_type, period, quota_amount, credited_amount, attainment
        from quota.rep_attainment"""
    actual = {row[:3]: tuple(map(exact, row[3:])) for row in published.rows(query)}
    assert_equal("quota credited attainment", expected, actual)


def test_company_goals(company: Company, published: Published) -> None:
    expected = {key: (reached,) for key, reached in attainment.of_goals(company).items()}
    query = "select goal_id, period, actual_amount from quota.company_goal"
    actual = {row[:2]: (exact(row[2]),) for row in published.rows(query)}
    assert_equal("actual", expected, actual)


@dataclass
class Totals:
    """The lines of one credit in one component: segments of it are added up."""

    begins: list = field(default_factory=list)
    ends: list = field(default_factory=list)
    credited: list = field(default_factory=list)
    amount: Fraction = Fraction(0)
    re_rating: Fraction = Fraction(0)
    windows: set = field(default_factory=set)


def test_commission_lines(result: Commission, published: Published) -> None:
    expected = {}
    for line in result.lines:
        unit = result.units(line.window.component)
        key = _line_key(line)
        assert key not in expected
        expected[key] = (
            line.window.start,
            line.window.end,
            line.period,
            line.event.day,
            Fraction(line.credited, unit),
            Fraction(line.before, unit),
            Fraction(line.after, unit),
            money(line, line.amount),
            money(line, line.amount - line.own),
        )
    query = """select participant_id, plan_id, plan_version, component_id, transaction_id,
        min(window_start), min(window_end), min(period), min(transaction_date),
        sum(credited_amount), min(measure_before), max(measure_before), min(measure_after),
        max(measure_after), sum(commission_amount),
        coalesce(sum(commission_amount) filter (line_kind = 're-rating'), 0)
        from commission.commission_line group by all"""
    actual = {}
    for row in published.rows(query):
        figures = list(map(exact, row[5:]))
        falls = figures[4] < 0  # segments of a return are walked downwards
        before, after = figures[6 if falls else 5], figures[7 if falls else 8]
        actual[row[:5]] = (*figures[:5], before, after, *figures[9:])
    names = "window_start window_end period date credited before after amount re-rating"
    assert_equal(names, expected, actual)


def _line_key(line: Line) -> tuple:
    window = line.window
    return (
        window.participant_id,
        window.plan.plan_id,
        window.plan.version,
        window.component.component_id,
        transaction_id(line.event.transaction),
    )


def test_commission_summary(result: Commission, published: Published) -> None:
    measured: dict[tuple, Fraction] = defaultdict(Fraction)
    paid: dict[tuple, Fraction] = defaultdict(Fraction)
    fixed = {}
    for line in result.lines:
        window = line.window
        key = (*_line_key(line)[:4], window.start, line.period)
        measured[key] += Fraction(line.credited, result.units(window.component))
        paid[key] += money(line, line.amount)
        target = result.target(window) if window.component.needs_target else None
        fixed[key] = (rounded(result.quota(window), MICRO), rounded(target, MICRO))
    expected = {key: (measured[key], paid[key], paid[key], *fixed[key]) for key in measured}
    query = """select participant_id, plan_id, plan_version, component_id, window_start, period,
        measure_amount, earned_amount, commission_amount, quota_amount, target_amount
        from commission.commission_summary"""
    actual = {}
    for row in published.rows(query):
        figures = tuple(map(exact, row[6:]))
        if row[:6] in expected or any(figures[:3]):  # a window without credits is a row of zeros
            target = figures[4] if expected.get(row[:6], (None,) * 5)[4] is not None else None
            actual[row[:6]] = (*figures[:4], target)
    assert_equal("measure earned commission quota target", expected, actual)


def test_ledger(result: Commission, published: Published) -> None:
    expected: dict[tuple, Fraction] = defaultdict(Fraction)
    for line in result.lines:
        if line.window.plan.is_approved:
            expected[(*_line_key(line), line.period)] += money(line, line.amount)
    query = """select ledger.participant_id, ledger.plan_id, ledger.plan_version,
        ledger.component_id, transaction_id, earned_period, sum(amount)
        from commission.ledger left join commission.commission_line using (commission_line_id)
        where kind = 'earning' group by all"""
    actual = {row[:6]: (exact(row[6]),) for row in published.rows(query) if row[6]}
    assert_equal("amount", {key: (one,) for key, one in expected.items() if one}, actual)


def test_statements(result: Commission, published: Published) -> None:
    cents = 10 ** result.plans[0].digits
    expected = {
        key: (Fraction(amount, cents), Fraction(amount, cents))
        for key, amount in earned(result.lines).items()
    }
    query = "select participant_id, period, earned_amount, payable_amount from commission.statement"
    actual = {row[:2]: tuple(map(exact, row[2:])) for row in published.rows(query)}
    assert_equal("earned payable", expected, without_zero_rows(actual, expected))


def test_channel_performance(company: Company, published: Published) -> None:
    months = channel.performance(company)
    expected = {}
    for (channel_id, month), one in months.items():
        last_year = months.get((channel_id, calendars.add_months(month, -12)))
        growth = None
        if last_year and last_year.net_amount:
            growth = one.net_amount / last_year.net_amount - 1
        expected[channel_id, month] = (
            one.net_amount,
            one.quantity,
            one.gross_margin_amount,
            rounded(one.trade_terms_amount, MICRO),
            one.cost_to_serve_amount,
            rounded(one.net_margin_amount, MICRO),
            rounded(one.net_margin_rate, RATIO),
            Fraction(one.active_customers),
            rounded(growth, RATIO),
            rounded(one.returns_rate, RATIO),
        )
    names = """net_amount quantity gross_margin_amount trade_terms_amount cost_to_serve_amount
        net_margin_amount net_margin_rate active_customers growth returns_rate"""
    query = f"select channel_id, month, {', '.join(names.split())} from channel.channel_performance"
    actual = {row[:2]: tuple(map(exact, row[2:])) for row in published.rows(query)}
    assert_equal(names, expected, actual)


def test_exceptions(result: Commission, published: Published) -> None:
    """Each transaction or window that could not be credited or paid is named with its reason."""
    expected = {
        (one.reason, transaction_id(one.transaction))
        if one.transaction
        else (one.reason, one.participant_id, one.plan_id, one.component_id, one.period)
        for one in result.exceptions
    }
    query = """select reason, transaction_id, participant_id, plan_id, component_id, period
        from commission.commission_exception"""
    actual = {
        (reason, transaction) if transaction else (reason, *window)
        for reason, transaction, *window in published.rows(query)
    }
    assert {reason for reason, *_ in expected} >= {"orphan_return", "return_exceeds_sale"}
    missing, surplus = expected - actual, actual - expected
    assert not missing and not surplus, (
        f"missing {Counter(one[0] for one in missing)}: {sorted(missing)[:SHOWN]}\n"
        f"not expected {Counter(one[0] for one in surplus)}: {sorted(surplus)[:SHOWN]}"
    )

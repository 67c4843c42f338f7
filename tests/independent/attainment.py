"""Credits against quotas, and sales against the company's goals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from .commission import Commission, Line
from .credits import Event, events
from .records import Company, Goal, Quota


@dataclass(frozen=True)
class Attainment:
    quota: Fraction
    credited: Fraction

    @property
    def share(self) -> Fraction | None:
        return self.credited / self.quota if self.quota else None


def of_participants(result: Commission) -> dict[tuple[str, str, str], Attainment]:
    """Per participant, quota type and the quota's own period."""
    lines: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in result.lines:
        if _is_first_of_its_type(line):
            key = line.window.participant_id, line.window.component.quota_type
            lines[key].append(line)
    return {
        (quota.participant_id, quota.quota_type, quota.period): Attainment(
            _of_window(result, quota),
            sum(
                (
                    Fraction(line.credited, result.units(line.window.component))
                    for line in lines[quota.participant_id, quota.quota_type]
                    if quota.start <= line.event.day <= quota.end
                ),
                Fraction(0),
            ),
        )
        for quota in result.quota_rows
    }


def _of_window(result: Commission, quota: Quota) -> Fraction:
    """What counts of the quota in the window that is just its period; elsewhere all of it."""
    same = [
        window
        for window in result.windows
        if (window.participant_id, window.component.quota_type, window.start, window.end)
        == (quota.participant_id, quota.quota_type, quota.start, quota.end)
    ]
    counted = {result.quota(window) for window in same}
    assert len(counted) <= 1
    return next((amount for amount in counted if amount is not None), quota.amount)


def _is_first_of_its_type(line: Line) -> bool:
    """Two components of a plan with one quota count a credit once."""
    same = [
        part
        for part in line.window.plan.components
        if part.quota_type == line.window.component.quota_type
    ]
    return same[0] is line.window.component


def of_goals(company: Company) -> dict[tuple[str, str], Fraction]:
    """What was reached of each goal: events of orders in the goal's period and scope."""
    found = events(company.sales, "order")
    return {(goal.goal_id, goal.period): _reached(company, goal, found) for goal in company.goals}


def _reached(company: Company, goal: Goal, found: list[Event]) -> Fraction:
    inside = [
        event
        for event in found
        if goal.start <= event.day <= goal.end and _is_in_scope(company, goal, event)
    ]
    if goal.measure == "new customers":
        new = {
            event.line.customer_id
            for event in inside
            if event.kind == "sale" and event.line.is_new_customer
        }
        return Fraction(len(new))
    measure, unit = {
        "revenue": ("net_amount", 10**company.scale),
        "margin": ("margin", 10**company.scale),
        "volume": ("quantity", 10**6),
    }[goal.measure]
    return Fraction(sum(event.amounts[measure] for event in inside), unit)


def _is_in_scope(company: Company, goal: Goal, event: Event) -> bool:
    if goal.scope in (None, "company"):
        return True
    kind, _, name = goal.scope.partition(": ")
    if kind != "product_line":
        raise NotImplementedError(f"scope {goal.scope!r}")
    product = company.products.on(event.line.product_id, event.day)
    return product is not None and product["line"] == name

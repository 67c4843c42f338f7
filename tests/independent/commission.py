"""Credits -> measures in windows -> commission lines -> totals and statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from . import calendars, curve
from .credits import Amounts, Credit, Crediting, Event, Exceptional
from .plans import Component, PlanVersion
from .records import FOREVER, LONG_AGO, Company, Quota
from .rounding import half_away

LEVELS = {"direct": 0, "rollup": 1}


@dataclass(frozen=True)
class Window:
    """What accumulates together."""

    participant_id: str
    plan: PlanVersion
    component: Component
    start: date
    end: date

    @property
    def name(self) -> str:
        return calendars.name(self.component.window, self.start)


@dataclass
class Line:
    """What one credit earns in one component; measures at their scale, money in minor units."""

    credit: Credit
    window: Window
    credited: int
    before: int
    after: int
    amount: int = 0
    own: int = 0  # without what it changes for earlier sales of the window
    sale: Line | None = None  # whose credit is taken back

    @property
    def event(self) -> Event:
        return self.credit.event

    @property
    def period(self) -> str:
        """The pay period in which it is earned."""
        return calendars.name(self.window.plan.pay, self.event.day)


class Commission:
    """The whole calculation: `lines`, `exceptions`, `quotas` and `targets` of the windows."""

    def __init__(self, company: Company, plans: list[PlanVersion]) -> None:
        self.company = company
        self.plans = plans
        self.exceptions: list[Exceptional] = []
        self.creditings = {
            on: Crediting(company, on)
            for on in sorted({part.on for plan in plans for part in plan.components})
        }
        self.quota_rows = _newest_quotas(company.quotas)
        self._quotas: dict[tuple[str, str], list[Quota]] = defaultdict(list)
        for quota in self.quota_rows:
            self._quotas[quota.participant_id, quota.quota_type].append(quota)
        self._assignments = defaultdict(list)
        for assignment in company.assignments:
            self._assignments[assignment.participant_id].append(assignment)
        self.windows: dict[Window, list[Line]] = defaultdict(list)
        self._sales: dict[tuple, list[Line]] = defaultdict(list)
        for on, crediting in self.creditings.items():
            self.exceptions.extend(crediting.exceptions)
            for credit in crediting.credits:
                if credit.event.kind == "sale":
                    self._meet(on, credit)
            for credit in crediting.credits:
                if credit.event.kind != "sale":
                    self._follow_sale(credit)
        for window, lines in self.windows.items():
            self._walk(window, lines)
        self._take_back()
        self.lines = [line for lines in self.windows.values() for line in lines]

    # ---- which components a credit meets

    def _meet(self, on: str, credit: Credit) -> None:
        versions = list(self._versions(credit.participant_id, credit.event.day))
        direct = [part for plan in versions for part in plan.components if part.credit == "direct"]
        if credit.level == 0 and not direct:
            exception = Exceptional("no_plan", credit.event.transaction, credit.participant_id)
            self.exceptions.append(exception)
        for plan in versions:
            for component in plan.components:
                if component.on == on and _takes(component, credit):
                    line = self._add(credit, plan, component)
                    self._sales[_sale_key(credit)].append(line)

    def _follow_sale(self, credit: Credit) -> None:
        """What is taken back counts where its sale did, by the version valid now if any."""
        for sale in self._sales.get(_sale_key(credit), ()):
            plan, component = sale.window.plan, sale.window.component
            for version in self._versions(credit.participant_id, credit.event.day):
                if version.plan_id == plan.plan_id:
                    for part in version.components:
                        if part.component_id == component.component_id:
                            plan, component = version, part
            self._add(credit, plan, component, sale)

    def _add(
        self, credit: Credit, plan: PlanVersion, component: Component, sale: Line | None = None
    ) -> Line:
        first, last = calendars.window(component.window, credit.event.day)
        window = Window(credit.participant_id, plan, component, first, last)
        line = Line(credit, window, credit.amounts[component.of], 0, 0, sale=sale)
        self.windows[window].append(line)
        return line

    def _versions(self, participant_id: str, day: date) -> Iterable[PlanVersion]:
        plan_ids = {
            assignment.plan_id
            for assignment in self._assignments[participant_id]
            if assignment.valid_from <= day <= assignment.valid_to
        }
        for plan in self.plans:
            if plan.plan_id in plan_ids and plan.valid_from <= day <= plan.valid_to:
                yield plan

    # ---- the curve

    def quota(self, window: Window) -> Fraction | None:
        """The sum of the quota rows that lie inside the window, None without any.

        Each counts by the days of it on which the participant is in the plan; whoever is in it on
        no day of the window (what comes back later) has all of it.
        """
        key = window.participant_id, window.component.quota_type
        inside = [
            quota
            for quota in self._quotas[key]
            if window.start <= quota.start and quota.end <= window.end
        ]
        if not inside:
            return None
        if not any(self._days_active(window, quota.start, quota.end) for quota in inside):
            return sum((quota.amount for quota in inside), Fraction(0))
        return sum(
            (
                quota.amount
                * Fraction(
                    len(self._days_active(window, quota.start, quota.end)),
                    _days(quota.start, quota.end),
                )
                for quota in inside
            ),
            Fraction(0),
        )

    def _days_active(self, window: Window, start: date, end: date) -> list[date]:
        """The days on which the participant is assigned to the plan version, hired and not left."""
        person = self.company.participants.newest(window.participant_id)
        hired = (person and person.hired) or LONG_AGO
        left = (person and person.left) or FOREVER
        first = max(start, window.plan.valid_from, hired)
        last = min(end, window.plan.valid_to, left)
        spans = [
            (max(first, assignment.valid_from), min(last, assignment.valid_to))
            for assignment in self._assignments[window.participant_id]
            if assignment.plan_id == window.plan.plan_id
        ]
        return [
            begin + timedelta(days=number)
            for begin, finish in spans
            for number in range((finish - begin).days + 1)
        ]

    def target(self, window: Window) -> Fraction | None:
        """The target incentive's part for the window and the component, by the days in the plan."""
        days = self._days_active(window, window.start, window.end)
        if not days:  # all of it, as it stood when the window began
            yearly = self._yearly_target(window, window.start)
        else:
            found = [self._yearly_target(window, day) for day in days]
            known = [amount for amount in found if amount is not None]
            yearly = sum(known, Fraction(0)) / _days(window.start, window.end)
            yearly = yearly if len(known) == len(found) else None
        if yearly is None:
            return None
        months = calendars.MONTHS[window.component.window]
        return yearly * months / 12 * window.component.weight

    def _yearly_target(self, window: Window, day: date) -> Fraction | None:
        term = window.component.target or window.plan.target
        if term is not None:
            return term.value
        person = self.company.participants.on(window.participant_id, day)
        return person.target_incentive if person else None

    def curve(self, window: Window) -> curve.Curve:
        quota, target = self.quota(window), self.target(window)
        if window.component.needs_quota and not quota:
            self._except("no_quota" if quota is None else "zero_quota", window)
            return curve.NOTHING
        if window.component.needs_target and target is None:
            self._except("no_target", window)
            return curve.NOTHING
        return curve.build(window.component, quota, target)

    def _except(self, reason: str, window: Window) -> None:
        self.exceptions.append(
            Exceptional(
                reason,
                None,
                window.participant_id,
                window.plan.plan_id,
                window.component.component_id,
                window.name,
            )
        )

    def units(self, component: Component) -> int:
        """How many units of the measure's integers make one."""
        return 10**6 if component.of == "quantity" else 10**self.company.scale

    def _walk(self, window: Window, lines: list[Line]) -> None:
        pays = self.curve(window)
        unit = self.units(window.component)
        cents = 10**window.plan.digits
        measure = 0
        lines.sort(key=lambda line: line.event.order)
        for line in lines:
            line.before, line.after = measure, measure + line.credited
            measure = line.after
            before, after = Fraction(line.before, unit), Fraction(line.after, unit)
            line.amount = half_away(pays(after) * cents) - half_away(pays(before) * cents)
            line.own = line.amount
            if window.component.mode == "whole":
                reached = pays.piece(after)
                line.own = half_away(pays.on_piece(reached, after) * cents)
                line.own -= half_away(pays.on_piece(reached, before) * cents)
            if window.component.mode == "points":
                line.own -= _jump(pays, before, after, unit, cents)

    # ---- returns in a later window

    def _take_back(self) -> None:
        """A return outside of its sale's window takes back the sale's own cents in proportion."""
        for window, lines in self.windows.items():
            for line in lines:
                if line.sale is not None and line.sale.window != window:
                    event = line.event
                    for_others = line.amount - line.own
                    line.own = _part(line.sale, event.taken_before) - _part(
                        line.sale, event.taken_after
                    )
                    line.amount = line.own + for_others


def _days(start: date, end: date) -> int:
    return (end - start).days + 1


def _jump(pays: curve.Curve, before: Fraction, after: Fraction, unit: int, cents: int) -> int:
    """What reaching the first point pays, or falling below it costs."""
    if pays == curve.NOTHING:
        return 0
    start = pays.pieces[1].start
    assert start is not None
    reached = Fraction(ceil(start * unit), unit)
    if not min(before, after) < reached <= max(before, after):
        return 0
    pay = half_away(pays.on_piece(1, reached) * cents)
    return pay if after > before else -pay


def _takes(component: Component, credit: Credit) -> bool:
    return (
        credit.level == LEVELS[component.credit]
        and component.valid_from <= credit.event.day <= component.valid_to
        and (credit.is_complete or component.is_overlay)
    )


def _newest_quotas(quotas: Iterable[Quota]) -> list[Quota]:
    """A changed quota is a row with a later valid_from; the newest counts for the whole period."""
    newest: dict[tuple[str, str, str], Quota] = {}
    for quota in quotas:
        key = quota.participant_id, quota.quota_type, quota.period
        if key not in newest or newest[key].valid_from <= quota.valid_from:
            newest[key] = quota
    return list(newest.values())


def _sale_key(credit: Credit) -> tuple:
    return id(credit.event.origin), credit.participant_id, credit.level


def _part(sale: Line, taken: Amounts) -> int:
    """The sale's own cents for what is taken back so far, by net amount.

    What was given away has no net amount: its cents go back when its margin is all back.
    """
    sold = sale.event.amounts
    if sold["net_amount"]:
        return half_away(Fraction(sale.own * -taken["net_amount"], sold["net_amount"]))
    return sale.own if -taken["margin"] == sold["margin"] else 0


# ---- totals ------------------------------------------------------------------------------------


def earned(lines: Iterable[Line]) -> dict[tuple[str, str], int]:
    """Statement: what approved plans pay, per participant and pay period, in minor units."""
    result: dict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        if line.window.plan.is_approved:
            result[line.window.participant_id, line.period] += line.amount
    return dict(result)

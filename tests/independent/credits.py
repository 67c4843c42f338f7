"""Sale lines -> events -> who gets which part of each, and what can't be credited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .records import Company, SaleLine, SplitRow
from .rounding import allocate, half_away

MEASURES = ("net_amount", "margin", "quantity")
SPECIFIC_FIRST = ("order_id", "customer_id", "product_id", "channel_id", "territory_id")
Amounts = dict[str, int]


@dataclass
class Event:
    """A sale, or what takes (part of) it back. `taken_before` and `taken_after` add up per sale."""

    line: SaleLine
    kind: str  # sale, return, cancellation
    day: date
    amounts: Amounts
    sale: Event | None = None
    fault: str | None = None
    taken_before: Amounts = field(default_factory=dict)
    taken_after: Amounts = field(default_factory=dict)

    @property
    def transaction(self) -> tuple[str, int, str]:
        return self.line.order_id, self.line.line_number, self.kind

    @property
    def order(self) -> tuple[date, bool, str, int, str]:
        """The one order of events: day, sales first, order id as text, line number."""
        return self.day, self.kind != "sale", self.line.order_id, self.line.line_number, self.kind

    @property
    def origin(self) -> Event:
        return self.sale or self

    @property
    def ordered(self) -> date:
        """The day whose splits and managers hold, for what takes it back too."""
        return self.origin.line.order_date


@dataclass(frozen=True)
class Credit:
    event: Event
    participant_id: str
    level: int
    share: Fraction
    amounts: Amounts
    is_complete: bool  # the shares of the sale total 100%


@dataclass(frozen=True)
class Exceptional:
    reason: str
    transaction: tuple[str, int, str] | None = None
    participant_id: str | None = None
    plan_id: str | None = None
    component_id: str | None = None
    period: str | None = None


def amounts_of(line: SaleLine) -> Amounts:
    return {"net_amount": line.net, "margin": line.margin, "quantity": line.quantity}


def events(sales: Iterable[SaleLine], on: str) -> list[Event]:
    """All events of one date: order, invoice or ship."""
    lines = list(sales)
    sold = {line.key: line for line in lines if line.document_type == "sale"}
    taken_back = defaultdict(list)
    found = []
    for line in lines:
        if line.document_type == "sale":
            continue
        original = line.original or (line.key if line.document_type == "cancellation" else None)
        if original in sold:
            taken_back[original].append(line)
        else:
            found.append(_orphan(line))
    for key, line in sold.items():
        day = {"order": line.order_date, "invoice": line.invoice_date, "ship": line.ship_date}[on]
        if day is not None:
            sale = _event(line, "sale", day)
            found.append(sale)
            found.extend(_taken_back(sale, taken_back[key]))
    return sorted(found, key=lambda event: event.order)


def _event(line: SaleLine, kind: str, day: date, fault: str | None = None) -> Event:
    return Event(line, kind, day, amounts_of(line), fault=fault)


def _orphan(line: SaleLine) -> Event:
    """What takes back an unknown sale. A cancellation takes back what there is: nothing."""
    day = line.order_date
    amounts = amounts_of(line)
    if line.document_type == "cancellation":
        day = line.cancelled_date or day
        amounts = dict.fromkeys(MEASURES, 0)
    return Event(line, line.document_type, day, amounts, fault="orphan_return")


def cancelled_on(sale: SaleLine, documents: Iterable[SaleLine]) -> tuple[date, SaleLine] | None:
    """The day from which the line is void, and what says so: a document, else the sale itself."""
    said = [
        (line.cancelled_date or line.order_date, line)
        for line in documents
        if line.document_type == "cancellation"
    ]
    if sale.cancelled_date and not said:
        said.append((sale.cancelled_date, sale))
    return min(said, key=lambda pair: pair[0], default=None)


def _taken_back(sale: Event, documents: list[SaleLine]) -> list[Event]:
    """Returns and the cancellation of one sale, in their order, each with what it adds up to."""
    result = [
        Event(line, "return", line.order_date, amounts_of(line), sale)
        for line in documents
        if line.document_type == "return"
    ]
    if cancelled := cancelled_on(sale.line, documents):
        day, line = cancelled
        result.append(Event(line, "cancellation", day, {}, sale))
    result.sort(key=lambda event: (event.day, event.kind == "cancellation", event.order))
    taken = dict.fromkeys(MEASURES, 0)
    for event in result:
        if event.kind == "cancellation":
            event.amounts = {name: -taken[name] - sale.amounts[name] for name in MEASURES}
        event.taken_before = dict(taken)
        after = {name: taken[name] + event.amounts[name] for name in MEASURES}
        if abs(after["net_amount"]) > abs(sale.amounts["net_amount"]):
            event.fault = "return_exceeds_sale"
        else:
            taken = after
        event.taken_after = dict(taken)
    return result


# ---- credits -------------------------------------------------------------------------------


class Crediting:
    """Credits of all events of one date, and what could not be credited."""

    def __init__(self, company: Company, on: str) -> None:
        self.company = company
        self.events = events(company.sales, on)
        self.credits: list[Credit] = []
        self.exceptions: list[Exceptional] = []
        self._rules: dict[tuple[str, str], list[SplitRow]] = defaultdict(list)
        for row in company.splits:
            first = next(name for name in SPECIFIC_FIRST if name in row.scope)
            self._rules[first, row.scope[first]].append(row)
        self._taken_back: dict[tuple[int, str, str], int] = defaultdict(int)
        by_sale: dict[int, list[Credit]] = {}
        # What takes back: a cancellation takes what the day's returns have left.
        for event in sorted(
            self.events,
            key=lambda event: (
                event.kind != "sale", event.day, event.kind == "cancellation", event.order
            ),
        ):  # fmt: skip
            if event.fault:
                self.exceptions.append(Exceptional(event.fault, event.transaction))
                continue
            if event.kind == "sale":
                level_0 = by_sale[id(event)] = list(self._sale_credits(event))
            else:
                level_0 = list(_mirrored(event, by_sale[id(event.sale)]))
            known = [one for one in level_0 if one.participant_id in company.participants]
            self.credits.extend(known)
            self.credits.extend(self._managers(event, known))

    def _sale_credits(self, event: Event) -> Iterable[Credit]:
        line = event.line
        shares = self._shares(event)
        if shares is None:
            self.exceptions.append(Exceptional("split_ambiguous", event.transaction))
            return
        if not shares:
            if line.sales_rep_id is None or line.sales_rep_id not in self.company.participants:
                self.exceptions.append(Exceptional("no_participant", event.transaction))
                return
            shares = {line.sales_rep_id: Fraction(1)}
        total = sum(shares.values(), Fraction(0))
        if total != 1:
            self.exceptions.append(Exceptional("split_not_100", event.transaction))
        parts = {name: _shared(amount, shares) for name, amount in event.amounts.items()}
        for participant_id, share in shares.items():
            if participant_id not in self.company.participants:
                exception = Exceptional("no_participant", event.transaction, participant_id)
                self.exceptions.append(exception)
            amounts = {name: parts[name][participant_id] for name in MEASURES}
            yield Credit(event, participant_id, 0, share, amounts, total == 1)

    def _shares(self, event: Event) -> dict[str, Fraction] | None:
        """Shares of the most specific rule; {} without one, None where several tie."""
        line = event.line
        for first in SPECIFIC_FIRST:
            rows = [
                row
                for row in self._rules.get((first, getattr(line, first) or ""), ())
                if row.valid_from <= event.ordered <= row.valid_to
                and all(getattr(line, name) == value for name, value in row.scope.items())
            ]
            rules = {row.rule_id for row in rows}
            if len(rules) > 1:
                return None
            if rules:
                shares: dict[str, Fraction] = defaultdict(Fraction)
                for row in rows:
                    shares[row.participant_id] += row.share
                return dict(sorted(shares.items()))
        return {}

    def _managers(self, event: Event, level_0: list[Credit]) -> Iterable[Credit]:
        """One level up: the reports' credits together, at most the event itself."""
        teams: dict[str, list[Credit]] = defaultdict(list)
        for credit in level_0:
            person = self.company.participants.on(credit.participant_id, event.ordered)
            if person and person.manager_id:
                teams[person.manager_id].append(credit)
        for manager_id, below in sorted(teams.items()):
            amounts = {
                name: self._counted_once(event, manager_id, below, name) for name in MEASURES
            }
            share = sum((credit.share for credit in below), Fraction(0))
            yield Credit(
                event, manager_id, 1, min(share, Fraction(1)), amounts, below[0].is_complete
            )

    def _counted_once(self, event: Event, manager_id: str, below: list[Credit], name: str) -> int:
        """What the reports have together, at most the sale; of returns at most all that is back."""
        amount = sum(credit.amounts[name] for credit in below)
        if event.sale is None:
            return _at_most(amount, event.amounts[name])
        key = (id(event.sale), manager_id, name)
        before = self._taken_back[key]
        self._taken_back[key] = after = before + amount
        whole = event.taken_after[name]
        return _at_most(after, whole) - _at_most(before, whole - event.amounts[name])


def _at_most(amount: int, whole: int) -> int:
    return max(amount, whole) if whole < 0 else min(amount, whole)


def _shared(amount: int, shares: Mapping[str, Fraction]) -> dict[str, int]:
    """Whole units by share; where shares do not total 100%, each is rounded for itself."""
    if sum(shares.values(), Fraction(0)) == 1:
        return allocate(amount, shares)
    return {name: half_away(amount * share) for name, share in shares.items()}


def _mirrored(event: Event, sale_credits: list[Credit]) -> Iterable[Credit]:
    """Take back by the sale's shares, as a running total, so that nothing drifts."""
    people = {credit.participant_id: credit for credit in sale_credits}
    shares = {person: credit.share for person, credit in people.items()}
    parts = {}
    for name in MEASURES:
        after = _shared(event.taken_after[name], shares)
        before = _shared(event.taken_before[name], shares)
        parts[name] = {person: after[person] - before[person] for person in people}
    for person, credit in people.items():
        amounts = {name: parts[name][person] for name in MEASURES}
        yield Credit(event, person, 0, credit.share, amounts, credit.is_complete)

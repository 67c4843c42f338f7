"""Sale lines -> what each channel earned in each month."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from . import calendars
from .credits import Event, events
from .records import Company, TradeTerm

MILLION = 10**6


@dataclass
class ChannelMonth:
    net_amount: Fraction = Fraction(0)
    quantity: Fraction = Fraction(0)
    gross_margin_amount: Fraction = Fraction(0)
    trade_terms_amount: Fraction = Fraction(0)
    cost_to_serve_amount: Fraction = Fraction(0)
    sold_amount: Fraction = Fraction(0)
    returned_amount: Fraction = Fraction(0)
    customers: set[str] = field(default_factory=set)

    @property
    def net_margin_amount(self) -> Fraction:
        return self.gross_margin_amount - self.trade_terms_amount - self.cost_to_serve_amount

    @property
    def net_margin_rate(self) -> Fraction | None:
        return self.net_margin_amount / self.net_amount if self.net_amount else None

    @property
    def active_customers(self) -> int:
        return len(self.customers)

    @property
    def returns_rate(self) -> Fraction | None:
        return self.returned_amount / self.sold_amount if self.sold_amount else None


def performance(company: Company) -> dict[tuple[str | None, date], ChannelMonth]:
    """Channels in months that have lines, monthly amounts or costs."""
    found: dict[tuple[str | None, date], ChannelMonth] = defaultdict(ChannelMonth)
    terms: dict[str | None, list[TradeTerm]] = defaultdict(list)
    for term in company.trade_terms:
        terms[term.channel_id].append(term)
    for event in events(company.sales, "order"):
        channel_id = event.origin.line.channel_id or event.line.channel_id
        month = found[channel_id, calendars.month_start(event.day)]
        _add(month, event, 10**company.scale)
        month.trade_terms_amount += _rated(terms[channel_id], event, 10**company.scale)
    for (channel_id, first), month in found.items():
        month.trade_terms_amount += _monthly(terms[channel_id], first)
    for cost in company.channel_costs:
        found[
            cost.channel_id, calendars.month_start(cost.month)
        ].cost_to_serve_amount += cost.amount
    return dict(found)


def _add(month: ChannelMonth, event: Event, unit: int) -> None:
    net = Fraction(event.amounts["net_amount"], unit)
    month.net_amount += net
    month.gross_margin_amount += Fraction(event.amounts["margin"], unit)
    month.quantity += Fraction(event.amounts["quantity"], MILLION)
    if event.kind == "sale":
        month.sold_amount += net
        if event.line.customer_id is not None:
            month.customers.add(event.line.customer_id)
    elif event.kind == "return":
        month.returned_amount -= net


def _rated(terms: list[TradeTerm], event: Event, unit: int) -> Fraction:
    """Rates valid on the event's day times its amount."""
    net = Fraction(event.amounts["net_amount"], unit)
    rates = [
        term.rate
        for term in terms
        if term.rate is not None and term.valid_from <= event.day <= term.valid_to
    ]
    return net * sum(rates, Fraction(0))


def _monthly(terms: list[TradeTerm], first: date) -> Fraction:
    """An amount is due in each month with activity in which the term is valid on some day."""
    last = calendars.window("month", first)[1]
    amounts = [
        term.amount
        for term in terms
        if term.amount is not None and term.valid_from <= last and term.valid_to >= first
    ]
    return sum(amounts, Fraction(0))

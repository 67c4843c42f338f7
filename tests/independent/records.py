"""The records that the calculation works on, and the version of a master that is valid on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Generic, TypeVar

FOREVER = date.max
LONG_AGO = date.min


@dataclass(frozen=True)
class SaleLine:
    """One line of an order or a return; money as integers at its scale, quantity in millionths."""

    order_id: str
    line_number: int
    document_type: str
    order_date: date
    net: int
    cost: int
    quantity: int
    product_id: str = ""
    invoice_date: date | None = None
    ship_date: date | None = None
    customer_id: str | None = None
    channel_id: str | None = None
    territory_id: str | None = None
    sales_rep_id: str | None = None
    original: tuple[str, int] | None = None
    cancelled_date: date | None = None
    is_new_customer: bool | None = None

    @property
    def key(self) -> tuple[str, int]:
        return self.order_id, self.line_number

    @property
    def margin(self) -> int:
        return self.net - self.cost


@dataclass(frozen=True)
class Participant:
    participant_id: str
    name: str | None = None
    manager_id: str | None = None
    team: str | None = None
    territory_id: str | None = None
    target_incentive: Fraction | None = None
    hired: date | None = None
    left: date | None = None


@dataclass(frozen=True)
class SplitRow:
    """One participant's share in a rule; `scope` has the ids that the rule asks for."""

    rule_id: str
    participant_id: str
    share: Fraction
    scope: Mapping[str, str]
    valid_from: date = LONG_AGO
    valid_to: date = FOREVER


@dataclass(frozen=True)
class Assignment:
    participant_id: str
    plan_id: str
    valid_from: date
    valid_to: date = FOREVER


@dataclass(frozen=True)
class Quota:
    participant_id: str
    quota_type: str
    period: str
    start: date
    end: date
    amount: Fraction
    valid_from: date = LONG_AGO


@dataclass(frozen=True)
class Goal:
    goal_id: str
    measure: str
    scope: str | None
    period: str
    start: date
    end: date
    amount: Fraction


@dataclass(frozen=True)
class TradeTerm:
    channel_id: str
    term: str
    rate: Fraction | None
    amount: Fraction | None
    valid_from: date
    valid_to: date = FOREVER


@dataclass(frozen=True)
class ChannelCost:
    channel_id: str
    month: date
    kind: str
    amount: Fraction


Master = TypeVar("Master")


class History(Generic[Master]):
    """Versions of masters by key; the first one known also holds for all earlier days."""

    def __init__(self, versions: Iterable[tuple[str, date, Master]] = ()) -> None:
        self._versions: dict[str, dict[date, Master]] = {}
        for key, valid_from, master in versions:  # a later one of the same day replaces the earlier
            self._versions.setdefault(key, {})[valid_from] = master
        self._days = {key: sorted(days) for key, days in self._versions.items()}

    def __contains__(self, key: object) -> bool:
        return key in self._versions

    def newest(self, key: str) -> Master | None:
        return self._versions[key][self._days[key][-1]] if key in self._versions else None

    def on(self, key: str | None, day: date) -> Master | None:
        if key is None or key not in self._versions:
            return None
        days = self._days[key]
        known = [valid_from for valid_from in days if valid_from <= day] or days[:1]
        return self._versions[key][known[-1]]


@dataclass
class Company:
    """All that is read from the exports."""

    scale: int = 0
    sales: list[SaleLine] = field(default_factory=list)
    participants: History[Participant] = field(default_factory=History)
    splits: list[SplitRow] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    quotas: list[Quota] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    channels: History[Mapping[str, str | None]] = field(default_factory=History)
    products: History[Mapping[str, str | None]] = field(default_factory=History)
    customers: History[Mapping[str, str | None]] = field(default_factory=History)
    trade_terms: list[TradeTerm] = field(default_factory=list)
    channel_costs: list[ChannelCost] = field(default_factory=list)

"""The raw exports of the demo workspace -> records. What can't be read is left out, and counted.

Values are written as 1.234.567,89 and 31/12/2026.
"""

from __future__ import annotations

import hashlib
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from . import calendars
from .files import UnreadableError, records
from .layouts import (
    ASSIGNMENTS,
    CHANNELS,
    COSTS,
    CUSTOMERS,
    DEALS,
    GOALS,
    PEOPLE,
    PRODUCTS,
    QUOTAS,
    SALES,
    SPLITS,
    TERMS,
    TOUCHPOINTS,
    WISHES,
    Layout,
)
from .records import (
    FOREVER,
    LONG_AGO,
    Assignment,
    ChannelCost,
    Company,
    Goal,
    History,
    Participant,
    Quota,
    SaleLine,
    SplitRow,
    TradeTerm,
)

SCALE = 2
CURRENCY = "IDR"
NUMBER = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")
DECIMALS = {"money": SCALE, "quantity": 6, "rate": 9, "integer": 0}

Record = dict[str, Any]


def parse(text: str, kind: str) -> Any:
    """A value in the ERP's way of writing; None for an empty text."""
    is_required = kind.endswith("!")
    kind = kind.rstrip("!")
    if text == "":
        if is_required:
            raise UnreadableError("missing")
        return None
    if kind == "text":
        return text
    if kind == "boolean":
        if text not in ("Y", "T"):
            raise UnreadableError(text)
        return text == "Y"
    if kind == "date":
        match = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text)
        if match is None:
            raise UnreadableError(text)
        day, month, year = map(int, match.groups())
        return date(year, month, day)  # a ValueError of its own where there is no such day
    if NUMBER.fullmatch(text) is None:
        raise UnreadableError(text)
    number = Fraction(text.replace(".", "").replace(",", "."))
    if (number * 10 ** DECIMALS[kind]).denominator != 1:
        raise UnreadableError(text)
    return number


def _read(layout: Layout, raw: dict[str, str]) -> Record:
    record = {name: parse(raw[column], kind) for name, (column, kind) in layout.fields.items()}
    for name, words in layout.words.items():
        if record[name] is not None:
            if record[name] not in words:
                raise UnreadableError(record[name])
            record[name] = words[record[name]]
    if record.get("currency") not in (None, CURRENCY):
        raise UnreadableError(record["currency"])
    if record.get("document_type") == "return" and record["net_amount"] > 0:
        raise UnreadableError("a return that brings money")
    return record


def _business_date(text: str) -> date:
    if len(text) == len("2026-10"):
        year, month = map(int, text.split("-"))
        return date(year, month, monthrange(year, month)[1])
    return date.fromisoformat(text)


@dataclass
class Reader:
    """Reads a folder of exports; `held` and `rejected` name what was left out."""

    folder: Path
    held: list[tuple[str, int, str]] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)

    def versions(self, layout: Layout) -> list[tuple[date, Record]]:
        """All readable records with their business date, later versions of a key last."""
        found = []
        for path in sorted(self.folder.iterdir()):
            match = re.fullmatch(layout.file, path.name)
            if match is None:
                continue
            content = path.read_bytes()
            if path.suffix != ".xlsx" and not content.endswith(b"\n"):
                self.rejected.append(path.name)
                continue
            day = _business_date(match.group(1))
            stamp = hashlib.sha256(content).hexdigest()
            for number, record in self._records(layout, path):
                found.append((day, stamp, number, record))
        found.sort(key=lambda version: version[:3])
        return [(day, record) for day, _, _, record in found]

    def _records(self, layout: Layout, path: Path) -> Iterator[tuple[int, Record]]:
        found = records(path, layout.delimiter, layout.sheet)
        for number, raw in enumerate(found, start=1):
            try:
                if isinstance(raw, UnreadableError):
                    raise raw
                yield number, _read(layout, raw)
            except ValueError as fault:
                self.held.append((path.name, number, str(fault)))

    def latest(self, layout: Layout) -> list[Record]:
        """The last version of each business key."""
        records = {}
        for _, record in self.versions(layout):
            records[tuple(record[name] for name in layout.key)] = record
        return list(records.values())

    def history(self, layout: Layout) -> Iterable[tuple[str, date, Record]]:
        """All versions of a master, each from its export's business date."""
        return [(record[layout.key[0]], day, record) for day, record in self.versions(layout)]


def read_company(reader: Reader) -> Company:
    for layout in (DEALS, WISHES, TOUCHPOINTS):  # read for what is held back only
        reader.versions(layout)
    people = [
        (
            key,
            day,
            Participant(
                key,
                one["name"],
                one["manager_id"],
                one["team"],
                one["territory_id"],
                one["target_incentive_amount"],
                one["hire_date"],
                one["leave_date"],
            ),
        )
        for key, day, one in reader.history(PEOPLE)
    ]
    customers = History(reader.history(CUSTOMERS))
    sales = [
        _sale(one, customers) for one in reader.latest(SALES) if one["status"] in (None, "posted")
    ]
    return Company(
        scale=SCALE,
        sales=sales,
        participants=History(people),
        splits=[_split(one) for one in reader.latest(SPLITS)],
        assignments=[
            Assignment(one["participant_id"], one["plan_id"], one["valid_from"], _end(one))
            for one in reader.latest(ASSIGNMENTS)
        ],
        quotas=[_quota(one) for one in reader.latest(QUOTAS)],
        goals=[_goal(one) for one in reader.latest(GOALS)],
        channels=History(reader.history(CHANNELS)),
        products=History(reader.history(PRODUCTS)),
        customers=customers,
        trade_terms=[
            TradeTerm(
                one["channel_id"],
                one["term"],
                one["rate"],
                one["amount"],
                one["valid_from"],
                _end(one),
            )
            for one in reader.latest(TERMS)
        ],
        channel_costs=[
            ChannelCost(one["channel_id"], one["month"], one["kind"], one["amount"])
            for one in reader.latest(COSTS)
        ],
    )


def _end(record: Record) -> date:
    return record["valid_to"] or FOREVER


def _sale(record: Record, customers: History[Record]) -> SaleLine:
    """A line without channel or territory has those of its customer on its date."""
    customer = customers.on(record["customer_id"], record["order_date"]) or {}
    for name in ("channel_id", "territory_id"):
        record[name] = record[name] or customer.get(name)
    original = None
    if record["original_order_id"] is not None and record["original_line_number"] is not None:
        original = record["original_order_id"], int(record["original_line_number"])
    same = (
        "order_id", "document_type", "order_date", "product_id", "invoice_date", "ship_date",
        "customer_id", "channel_id", "territory_id", "sales_rep_id", "cancelled_date",
        "is_new_customer",
    )  # fmt: skip
    return SaleLine(
        line_number=int(record["line_number"]),
        net=int(record["net_amount"] * 10**SCALE),
        cost=int((record["cost_amount"] or 0) * 10**SCALE),
        quantity=int(record["quantity"] * 10**6),
        original=original,
        **{name: record[name] for name in same},
    )


def _split(record: Record) -> SplitRow:
    scope = {name: record[name] for name in ("order_id", "customer_id") if record[name]}
    return SplitRow(
        record["rule_id"],
        record["participant_id"],
        record["share"],
        scope,
        record["valid_from"] or LONG_AGO,
        _end(record),
    )


def _quota(record: Record) -> Quota:
    return Quota(
        record["participant_id"],
        record["quota_type"],
        record["period"],
        *calendars.parse(record["period"]),
        record["amount"],
        record["valid_from"] or LONG_AGO,
    )


def _goal(record: Record) -> Goal:
    return Goal(
        record["goal_id"],
        record["measure"],
        record["scope"],
        record["period"],
        *calendars.parse(record["period"]),
        record["amount"],
    )

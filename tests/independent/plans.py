"""Plan files -> plan versions; a key that is not known here is refused, never ignored."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from .records import FOREVER, LONG_AGO

CURVES = ("rate", "marginal", "whole", "points")
PLAN_KEYS = {
    "plan", "title", "note", "version", "from", "to", "approved", "currency", "pay", "target",
    "components",
}  # fmt: skip
COMPONENT_KEYS = {
    "title", "note", "of", "on", "from", "to", "window", "credit", "shares", "weight", "target",
    "quota", "marginal_above", *CURVES,
}  # fmt: skip
DIGITS = {"IDR": 0, "JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "OMR": 3, "JOD": 3, "TND": 3}


@dataclass(frozen=True)
class Term:
    """A number with its unit: rate, times, money, units, quota (share of it) or target."""

    value: Fraction
    unit: str


@dataclass(frozen=True)
class Row:
    """One row of a curve: where it begins, whether reaching the edge counts, what it pays."""

    edge: Term
    is_reached_enough: bool
    pays: Term
    over: Fraction = Fraction(0)


@dataclass(frozen=True, eq=False)
class Component:
    component_id: str
    mode: str
    rows: tuple[Row, ...]
    of: str = "net_amount"
    on: str = "order"
    window: str = "month"
    credit: str = "direct"
    is_overlay: bool = False
    weight: Fraction = Fraction(1)
    target: Term | None = None
    quota_type: str = ""
    marginal_above: Term | None = None
    valid_from: date = LONG_AGO
    valid_to: date = FOREVER

    @property
    def needs_quota(self) -> bool:
        terms = [row.edge for row in self.rows] + [row.pays for row in self.rows]
        return any(term.unit in ("quota", "times") for term in terms)

    @property
    def needs_target(self) -> bool:
        return any(row.pays.unit in ("target", "times") for row in self.rows)


@dataclass(frozen=True, eq=False)
class PlanVersion:
    plan_id: str
    version: int
    valid_from: date
    valid_to: date
    currency: str
    pay: str
    is_approved: bool
    target: Term | None
    components: tuple[Component, ...]

    @property
    def digits(self) -> int:
        return DIGITS.get(self.currency, 2)


def read_term(text: str) -> Term:
    """Read `5%`, `1.4x`, `500 USD per order`, `10 units`, `100% of quota`, `150% of target`."""
    match = re.fullmatch(r"(-?[0-9_]+(?:\.[0-9]+)?)\s*(%|x)?\s*(.*)", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no number with a unit")
    number, sign, words = match.groups()
    value = Fraction(number.replace("_", ""))
    if sign == "%":
        unit = {"": "rate", "of quota": "quota", "of target": "target"}[words]
        return Term(value / 100, unit)
    if sign == "x" and not words:
        return Term(value, "times")
    if not words and value == 0:
        return Term(value, "zero")
    if re.fullmatch(r"[A-Z]{3}( per \w+)?", words):
        return Term(value, "money")
    if words in ("units", "unit", "orders", "order"):
        return Term(value, "units")
    raise ValueError(f"{text!r} has no known unit")


def _row(mode: str, row: dict[str, str]) -> Row:
    if mode == "points":
        _refuse_others(row, {"at", "pays"})
        return Row(read_term(row["at"]), True, read_term(row["pays"]))
    _refuse_others(row, {"from", "above", "rate", "over"})
    edge = read_term(row["from"] if "from" in row else row["above"])
    over = read_term(row["over"]).value if "over" in row else Fraction(0)
    return Row(edge, "from" in row, read_term(row["rate"]), over)


def _refuse_others(item: dict[str, Any], known: set[str]) -> None:
    if unknown := set(item) - known:
        raise NotImplementedError(f"the second calculation does not know {sorted(unknown)}")


def read_component(component_id: str, item: dict[str, Any], pay: str) -> Component:
    _refuse_others(item, COMPONENT_KEYS)
    (mode,) = [curve for curve in CURVES if curve in item]
    if mode == "rate":
        rows = (Row(Term(Fraction(0), "zero"), True, read_term(item["rate"])),)
    else:
        rows = tuple(_row(mode, row) for row in item[mode])
    quota = item.get("quota") or {}
    if isinstance(quota, dict):
        _refuse_others(quota, {"type"})
    above = item.get("marginal_above")
    return Component(
        component_id=component_id,
        mode=mode,
        rows=rows,
        of=item.get("of", "net_amount"),
        on=item.get("on", "order"),
        window=item.get("window", pay),
        credit=item.get("credit", "direct"),
        is_overlay=item.get("shares", "100%") == "overlay",
        weight=read_term(item.get("weight", "100%")).value,
        target=read_term(item["target"].split(" per ")[0]) if "target" in item else None,
        quota_type=quota.get("type", component_id) if isinstance(quota, dict) else component_id,
        marginal_above=read_term(above) if above else None,
        valid_from=_date(item.get("from"), LONG_AGO),
        valid_to=_date(item.get("to"), FOREVER),
    )


def _date(text: str | None, default: date) -> date:
    return date.fromisoformat(text) if text else default


def read_plan(text: str) -> PlanVersion:
    item = yaml.load(text, Loader=yaml.BaseLoader)
    _refuse_others(item, PLAN_KEYS)
    target = item.get("target", "from participant")
    pay = item.get("pay", "month")
    return PlanVersion(
        plan_id=item["plan"],
        version=int(item.get("version", "1")),
        valid_from=date.fromisoformat(item["from"]),
        valid_to=_date(item.get("to"), FOREVER),
        currency=item["currency"],
        pay=pay,
        is_approved=bool(item.get("approved")),
        target=None if target == "from participant" else read_term(target.split(" per ")[0]),
        components=tuple(
            read_component(component_id, component, pay)
            for component_id, component in item["components"].items()
        ),
    )


def read_plans(folder: Path) -> list[PlanVersion]:
    return [read_plan(path.read_text("utf-8")) for path in sorted(folder.glob("*.yml"))]

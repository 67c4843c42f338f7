"""The company that the benchmark measures: its months, plans and export layouts, as a workspace.

An invented distributor sells for two years through 1,000 reps on three plans. It writes its exports
in the feeds' own columns, so that what is measured is volume and not the mapping of an odd layout.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import yaml

FIRST_DAY = date(2024, 1, 1)
NEXT_DAY = date(2025, 12, 31)
"""The day that lands after the full night: the last of its month, whose windows are the longest."""

DAYS = (NEXT_DAY - FIRST_DAY).days
MONTHS = 24
CURRENCY = "USD"

PLANS = {
    "hunter": ((0, 100), (50, 250), (80, 425), (100, 775), (120, 1033)),
    "farmer": ((0, 0), (70, 375), (100, 650), (130, 915)),
    "key-account": ((0, 333), (100, 667)),
}
"""Marginal tiers of each plan: lower edge in percent of the month's quota, rate in basis points."""

QUOTA_TYPE = "revenue"

FEEDS = {
    "sales_line": (
        "order_id", "line_number", "document_type", "order_date", "status", "customer_id",
        "product_id", "channel_id", "sales_rep_id", "promotion_id", "quantity", "unit_price",
        "discount_amount", "net_amount", "cost_amount", "original_order_id", "original_line_number",
    ),
    "customer": (
        "customer_id", "name", "segment", "territory_id", "channel_id", "owner_participant_id",
    ),
    "product": (
        "product_id", "name", "line", "category", "unit", "standard_cost", "list_price",
    ),
    "channel": ("channel_id", "name", "type"),
    "territory": ("territory_id", "name"),
    "participant": ("participant_id", "name", "role", "team", "territory_id", "hire_date"),
    "promotion": ("promotion_id", "kind", "start_date", "end_date"),
    "quota": ("participant_id", "quota_type", "period", "amount", "unit"),
    "plan_assignment": ("participant_id", "plan_id", "valid_from"),
    "credit_split": ("rule_id", "customer_id", "participant_id", "share"),
}  # fmt: skip
"""Columns of each feed's exports."""


def component_names(components: int) -> list[str]:
    """Give the names of the components of a plan, the first one that of its quotas."""
    return [QUOTA_TYPE, *(f"{QUOTA_TYPE}_{number}" for number in range(2, components + 1))]


def months() -> list[tuple[date, date]]:
    """Give first and last day of each month."""
    starts = [date(FIRST_DAY.year + month // 12, month % 12 + 1, 1) for month in range(MONTHS + 1)]
    return [(start, after - timedelta(days=1)) for start, after in pairwise(starts)]


def export_name(feed: str, day: date) -> str:
    """Give the name of the file that holds a feed up to a day."""
    return f"{feed}_{day}.csv"


def write_workspace(root: Path, components: int = 1) -> None:
    """Write settings, sources and plans into `root`; exports have to land in `landing/`.

    A plan has so many components, each paying the same for the same sales.
    """
    for folder in ("sources", "plans", "landing"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    _write(root / "niaga.yml", {"company": "Benchmark", "currency": CURRENCY, "money_scale": 2})
    for feed, columns in FEEDS.items():
        _write(root / "sources" / f"{feed}_exports.yml", _source(feed, columns))
    for plan in PLANS:
        _write(root / "plans" / f"{plan}.yml", _plan(plan, components))


def _source(feed: str, columns: tuple[str, ...]) -> dict[str, object]:
    return {
        "source": f"{feed}_exports",
        "exports": {"records": {"file": feed + "_{date:%Y-%m-%d}.csv"}},
        "feeds": {feed: f"select _row_number, {', '.join(columns)} from records"},
    }


def _plan(plan: str, components: int) -> dict[str, object]:
    return {
        "plan": plan,
        "from": FIRST_DAY,
        "approved": {"by": ["Sales", "Finance"], "on": date(2023, 12, 15)},
        "currency": CURRENCY,
        "pay": "month",
        "components": {
            name: {"window": "month", "quota": {"type": QUOTA_TYPE}, "marginal": _tiers(plan)}
            for name in component_names(components)
        },
    }


def _tiers(plan: str) -> list[dict[str, object]]:
    return [
        {"from": f"{percent}% of quota" if percent else 0, "rate": f"{points / 100:.2f}%"}
        for percent, points in PLANS[plan]
    ]


def _write(path: Path, content: dict[str, object]) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

"""What a component can measure, and the units that go with it.

A measure runs as an integer: money at the workspace's money scale, quantities in millionths, orders
and customers one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """A measure: the unit of its edges, what it is paid per, and its decimals as an integer.

    Without decimals of its own it has those of the workspace's money; without `paid_per` it is
    money, and paid in %.
    """

    edge_unit: str = "money"
    paid_per: str | None = None
    decimals: int | None = None


MeasureName = Literal["net_amount", "margin", "payments", "quantity", "orders", "customers"]
MONEY = Measure()
MEASURES: dict[str, Measure] = {
    "net_amount": MONEY,
    "margin": MONEY,
    "payments": MONEY,
    "quantity": Measure("units", "unit", 6),
    "orders": Measure("orders", "order", 0),
    "customers": Measure("customers", "customer", 0),
}

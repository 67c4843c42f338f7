"""What must hold of the public marts: one module for each schema."""

from __future__ import annotations

from . import channel, commission, core, customer, promotion, quota
from .severity import ExpectNoRows


def suites() -> dict[str, list[ExpectNoRows]]:
    """Give the expectations by table."""
    return {
        **core.suites(),
        **quota.suites(),
        **commission.suites(),
        **channel.suites(),
        **promotion.suites(),
        **customer.suites(),
    }

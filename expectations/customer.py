"""What must hold of the marts of schema customer: each response and complaint counts once."""

from __future__ import annotations

from .severity import ExpectNoRows


def suites() -> dict[str, list[ExpectNoRows]]:
    """Give the expectations by table."""
    return {}

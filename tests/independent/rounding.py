"""Rounding half away from zero, and sharing whole units by largest remainder."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction


def half_away(value: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    whole = (2 * abs(value) + 1) // 2
    return int(whole) if value >= 0 else -int(whole)


def allocate(amount: int, weights: Mapping[str, Fraction | int]) -> dict[str, int]:
    """Share whole units by weight: floors first, the rest to the largest remainders, ties by id.

    A negative amount mirrors the positive one.
    """
    total = sum((Fraction(weight) for weight in weights.values()), Fraction(0))
    if total == 0:
        raise ValueError(f"weights {dict(weights)} add to nothing")
    exact = {name: abs(amount) * Fraction(weight) / total for name, weight in weights.items()}
    shares = {name: value.numerator // value.denominator for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (shares[name] - exact[name], name))
    for name in by_remainder[: abs(amount) - sum(shares.values())]:
        shares[name] += 1
    return {name: share if amount >= 0 else -share for name, share in shares.items()}

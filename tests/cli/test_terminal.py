"""How numbers and tables are written for people."""

from __future__ import annotations

from decimal import Decimal

import pytest
from niaga.terminal import Terminal, as_money, as_text


@pytest.mark.parametrize(
    ("amount", "digits", "written"),
    [
        (Decimal("1234567.500000"), 2, "1,234,567.50"),
        (Decimal("1234567.000000"), 0, "1,234,567"),
        (Decimal("-0.250000"), 2, "-0.25"),
        # Nothing is rounded away: pay is exact, and so is what is shown of it.
        (Decimal("10.125000"), 2, "10.125"),
        (Decimal("1000.000000"), 3, "1,000.000"),
        (None, 2, ""),
    ],
)
def test_money_is_written_exactly(amount: Decimal | None, digits: int, written: str) -> None:
    assert as_money(amount, digits) == written


def test_values_are_written_for_people() -> None:
    assert as_text(1234567) == "1,234,567"
    assert as_text(True) == "yes"
    assert as_text(None) == ""
    assert as_text(Decimal("1200.000000")) == "1,200"


def test_a_table_in_a_pipe_is_plain_and_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().table("Feeds", ["feed", "rows"], [["sales_line", 12345], ["[red]quota", 7]])
    assert capsys.readouterr().out == (
        "Feeds\n  feed          rows\n  sales_line  12,345\n  [red]quota       7\n\n"
    )

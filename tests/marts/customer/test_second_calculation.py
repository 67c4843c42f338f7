"""A made-up company comes out the same when it is calculated once more, in plain Python."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from .conftest import Company, Marts, Row
from .random_company import RandomCompany
from .second_calculation import SecondCalculation

KEYS = {
    "survey_score": ("metric", "segment", "period_kind", "period_start"),
    "complaint_cause": ("cause", "product_id", "month"),
    "follow_up": ("follow_up_id",),
    "save_list": ("customer_id",),
    "product_recommendation": ("recommendation_id",),
}
FEEDS = RandomCompany(20261031).feeds()
SECOND = SecondCalculation(FEEDS)


@pytest.fixture(scope="module")
def marts(company: Company) -> Marts:
    return company(FEEDS)


def agree(found: Any, expected: Any) -> bool:
    """Exact figures to the last digit that is published, intervals to five decimals."""
    if isinstance(expected, float) and found is not None:
        return abs(float(found) - expected) < 1e-5
    if isinstance(expected, Fraction) and found is not None:
        places = -found.as_tuple().exponent if isinstance(found, Decimal) else 0
        return abs(Fraction(found) - expected) <= Fraction(1, 2 * 10**places)
    return bool(found == expected)


@pytest.mark.parametrize("mart", KEYS)
def test_both_calculations_agree(marts: Marts, mart: str) -> None:
    expected: dict[tuple[Any, ...], Row] = getattr(SECOND, mart)()
    rows = marts.rows(f"select * from customer.{mart}")
    found = {tuple(row[name] for name in KEYS[mart]): row for row in rows}

    assert found.keys() == expected.keys()
    different = {
        (key, name): (found[key][name], figure)
        for key, figures in expected.items()
        for name, figure in figures.items()
        if not agree(found[key][name], figure)
    }
    assert different == {}
    assert len(expected) > {"product_recommendation": 8, "save_list": 8}.get(mart, 100)


def test_the_company_has_what_is_to_be_found(marts: Marts) -> None:
    """Every verdict comes up, so that none of them is compared in vain."""
    assert {row["action"] for row in SECOND.product_recommendation().values()} >= {
        "keep",
        "change",
        "drop",
        "add",
        None,
    }
    reasons = str([row["reason"] for row in SECOND.save_list().values()])
    assert all(word in reasons for word in ("complaint open", "detractor", "purchases falling"))
    assert sum(row["customers_lost"] or 0 for row in SECOND.complaint_cause().values()) > 2
    [counts] = marts.rows(
        "select count_if(is_change_beyond_chance) as beyond, "
        "count_if(not is_change_beyond_chance) as within from customer.survey_score"
    )
    assert counts["beyond"] > 0
    assert counts["within"] > 0


def test_the_gate_lets_the_company_pass(marts: Marts) -> None:
    results = [r for r in marts.gate().results if r.table_name.startswith("customer.")]
    assert {result.table_name for result in results} == {f"customer.{mart}" for mart in KEYS}
    assert [result.expectation for result in results if not result.success] == []

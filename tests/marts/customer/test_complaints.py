"""Causes of complaints and what was made of them, by hand: the last day of sales is 2026-10-31."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.support.builds import sale, taken_back

from .conftest import Company, Marts, Row

LAST_DAY = "2026-10-31"
SALES = [
    # What came back before the complaint is not lost with the customer: 100 - 30.
    sale("a1", "2026-01-10", "100", customer_id="gone"),
    taken_back("a2", "2026-02-01", "-30", "a1", customer_id="gone"),
    # Older than a year before the complaint.
    sale("a3", "2025-02-03", "500", customer_id="gone"),
    sale("b1", "2026-01-15", "50", customer_id="back"),
    sale("b2", "2026-05-01", "10", customer_id="back"),
    sale("c1", "2025-02-20", "80", customer_id="old"),
    sale("d1", "2026-07-01", "60", customer_id="recent"),
    # Ordered again, and cancelled: that is no purchase.
    sale("e1", "2026-01-05", "40", customer_id="cancelled"),
    sale("e2", "2026-06-01", "45", customer_id="cancelled", cancelled_date="2026-06-02"),
    sale("f1", "2026-07-30", "25", customer_id="ninety"),
    sale("z", LAST_DAY, "1", customer_id="other"),
]


def complaint(
    number: str, customer: str | None, opened: str, resolved: str | None = None, **more: str
) -> Row:
    return {
        "complaint_id": number,
        "customer_id": customer,
        "cause": "late",
        "product_id": "p",
        "opened_at": opened,
        "resolved_at": resolved,
    } | more


COMPLAINTS = [
    complaint("k1", "gone", "2026-02-03 09:00:00", "2026-02-03 19:00:00"),
    # The same customer again; and exactly 48 hours; and a second more.
    complaint("k2", "gone", "2026-03-05 09:00:00", "2026-03-06 09:00:00", cause="rude"),
    complaint("k3", "back", "2026-02-10 09:00:00", "2026-02-12 09:00:00"),
    complaint("k4", "old", "2026-02-20 09:00:00", "2026-02-22 09:00:01"),
    complaint("k5", "cancelled", "2026-02-11 09:00:00"),
    # 2 August and 90 days is the last day of sales: too early to tell. 1 August is not.
    complaint("k6", "recent", "2026-08-02 03:00:00", cause="broken"),
    complaint("k7", "ninety", "2026-08-01 03:00:00", cause="torn"),
    # Nobody knows who, why and of what; opened in May, in Jakarta; due on 2 November.
    {"complaint_id": "k8", "opened_at": "2026-04-30 18:00:00"},
    complaint("k9", "other", "2026-10-31 01:00:00", cause="new", owner_participant_id="owner"),
    complaint("k10", "other", "2026-09-10 01:00:00", "2026-09-09 01:00:00", cause="clock"),
]


def response(number: str, answered: str | None, **more: str) -> Row:
    return {
        "response_id": number,
        "survey_id": "s",
        "metric": "nps",
        "score": "5",
        "answered_at": answered,
        "wants_contact": "true",
    } | more


RESPONSES = [
    # One wish for contact, though of two metrics; contacted two days later, in Jakarta.
    response("r1", "2026-09-01 03:00:00", customer_id="other"),
    response("r1", "2026-09-01 03:00:00", customer_id="other", metric="csat"),
    response("r2", "2026-09-01 03:00:00"),
    response("r3", "2026-10-30 03:00:00", customer_id="other"),
    response("r4", None),
    response("r5", "2026-09-01 03:00:00", wants_contact="false"),
]
CONTACTS: list[Row] = [
    {"contact_id": f"x{n}"} | row
    for n, row in enumerate(
        [
            {"contacted_at": "2026-09-03 16:59:59", "about_response_id": "r1", "outcome": "no one"},
            {"contacted_at": "2026-09-09 03:00:00", "about_response_id": "r1", "outcome": "won"},
            {"contacted_at": "2026-09-10 03:00:00", "about_response_id": "r1"},
            # In Jakarta it is the 4th: a day late.
            {"contacted_at": "2026-09-03 17:00:00", "about_response_id": "r2"},
            # Not about anything.
            {"contacted_at": "2026-10-30 05:00:00", "customer_id": "other"},
            # Before the complaint was resolved, and about an open one.
            {"contacted_at": "2026-03-05 10:00:00", "about_complaint_id": "k2", "outcome": "sorry"},
            {"contacted_at": "2026-02-15 10:00:00", "about_complaint_id": "k5"},
        ]
    )
]
CUSTOMERS = [
    {"customer_id": "other", "owner_participant_id": "first", "valid_from": "2026-01-01"},
    {"customer_id": "other", "owner_participant_id": "second", "valid_from": "2026-10-01"},
]


@pytest.fixture(scope="module")
def marts(company: Company) -> Marts:
    return company(
        {
            "sales_line": SALES,
            "complaint": COMPLAINTS,
            "survey_response": RESPONSES,
            "customer_contact": CONTACTS,
            "customer": CUSTOMERS,
        }
    )


def test_a_cause_counts_its_complaints_hours_and_customers(marts: Marts) -> None:
    """Late in February: 10 h, 48 h, 48 h and a second, and one open since.

    Half took no longer than 48 h. Two of four were in time: the open one was due long ago. `gone`
    takes 100 - 30 along, `cancelled` 40; `back` has come back, `old` was gone before.
    """
    found = marts.row("complaint_cause", "cause = 'late' and month = date '2026-02-01'")
    assert (found["product_id"], found["complaints"], found["open_complaints"]) == ("p", 4, 1)
    assert found["median_hours_to_resolve"] == 48
    assert found["within_target_share"] == Decimal("0.5")
    assert (found["customers_lost"], found["amount_lost"]) == (2, Decimal(110))
    assert (found["currency"], found["reason"]) == ("USD", None)


def test_a_lost_customer_counts_with_its_first_complaint_only(marts: Marts) -> None:
    found = marts.row("complaint_cause", "cause = 'rude'")
    assert (found["complaints_old_enough"], found["customers_lost"]) == (1, 0)
    assert found["amount_lost"] == 0


def test_whether_a_customer_is_lost_shows_after_ninety_days(marts: Marts) -> None:
    young = marts.row("complaint_cause", "cause = 'broken'")
    assert (young["customers_lost"], young["amount_lost"]) == (None, None)
    assert "customers_lost, amount_lost: too early to tell" in young["reason"]
    old = marts.row("complaint_cause", "cause = 'torn'")
    assert (old["customers_lost"], old["amount_lost"]) == (1, Decimal(25))


def test_a_complaint_without_anything_is_a_row_of_its_own(marts: Marts) -> None:
    found = marts.row("complaint_cause", "cause is null")
    assert (found["product_id"], found["month"]) == (None, date(2026, 5, 1))
    assert (found["complaints"], found["complaints_old_enough"]) == (1, 0)


def test_what_is_not_due_has_no_share_and_what_is_not_resolved_no_hours(marts: Marts) -> None:
    found = marts.row("complaint_cause", "cause = 'new'")
    assert (found["within_target_share"], found["median_hours_to_resolve"]) == (None, None)
    assert "within_target_share: none is resolved or due" in found["reason"]
    assert "median_hours_to_resolve: none is resolved" in found["reason"]


def test_a_resolution_before_the_complaint_has_no_hours(marts: Marts) -> None:
    found = marts.row("complaint_cause", "cause = 'clock'")
    assert (found["open_complaints"], found["median_hours_to_resolve"]) == (0, None)
    assert found["within_target_share"] is None


def test_every_complaint_and_every_wish_for_contact_is_followed_up(marts: Marts) -> None:
    found = marts.rows("select follow_up_id from customer.follow_up order by all")
    assert [row["follow_up_id"] for row in found] == sorted(
        [f"complaint:k{n}" for n in range(1, 11)] + [f"response:r{n}" for n in range(1, 5)]
    )


@pytest.mark.parametrize(
    ("follow_up", "opened", "closed", "is_within", "is_overdue"),
    [
        ("response:r1", "2026-09-01", "2026-09-03", True, False),
        ("response:r2", "2026-09-01", "2026-09-04", False, False),
        # Due on 1 November, after the last day of sales; k9 on 2 November.
        ("response:r3", "2026-10-30", None, None, False),
        ("complaint:k9", "2026-10-31", None, None, False),
        # A contact closes it before it is resolved, and where it is not resolved at all.
        ("complaint:k2", "2026-03-05", "2026-03-05", True, False),
        ("complaint:k5", "2026-02-11", "2026-02-15", False, False),
        ("complaint:k1", "2026-02-03", "2026-02-04", True, False),
        ("complaint:k8", "2026-05-01", None, False, True),
    ],
)
def test_a_follow_up_closes_with_the_first_contact_or_the_resolution(
    marts: Marts, follow_up: str, opened: str, closed: str | None, is_within: bool, is_overdue: bool
) -> None:
    found = marts.row("follow_up", f"follow_up_id = '{follow_up}'")
    assert found["opened_date"] == date.fromisoformat(opened)
    assert (found["due_date"] - found["opened_date"]).days == 2
    assert found["closed_date"] == (date.fromisoformat(closed) if closed else None)
    assert (found["within_target"], found["is_overdue"]) == (is_within, is_overdue)


def test_a_wish_for_contact_without_a_date_is_never_due(marts: Marts) -> None:
    found = marts.row("follow_up", "response_id = 'r4'")
    assert (found["opened_date"], found["due_date"], found["is_overdue"]) == (None, None, None)
    assert "opened_date, due_date: the response has no date" in found["reason"]


def test_the_owner_is_the_complaints_else_who_owns_the_customer_now(marts: Marts) -> None:
    owners = {
        row["follow_up_id"]: row["owner"]
        for row in marts.rows("select follow_up_id, owner from customer.follow_up")
    }
    assert owners["complaint:k9"] == "owner"
    assert owners["complaint:k10"] == "second"
    assert owners["response:r1"] == "second"
    assert owners["response:r2"] is None
    assert "owner: neither" in marts.row("follow_up", "response_id = 'r2'")["reason"]


def test_the_outcome_is_the_last_that_was_told(marts: Marts) -> None:
    assert marts.row("follow_up", "response_id = 'r1'")["outcome"] == "won"
    assert marts.row("follow_up", "complaint_id = 'k2'")["outcome"] == "sorry"
    assert marts.row("follow_up", "complaint_id = 'k1'")["outcome"] is None

"""What the gate of the marts says of answers, complaints, wishes and customers that are missing."""

from __future__ import annotations

import pytest

from .conftest import Change, Look

FAULTS = {
    "an answer that is left out": (
        "update customer.survey_score set responses = 0",
        "the months have each answer and each invitation of staging once",
    ),
    "an invitation that counts twice": (
        "update customer.survey_score set invited = 3",
        "the months have each answer and each invitation of staging once",
    ),
    "a quarter without one of its months": (
        "update customer.survey_score set invited = 1 where period_kind = 'quarter'",
        "the quarters total their months",
    ),
    "a segment larger than all": (
        "insert into customer.survey_score "
        "select * replace ('retail' as segment, 2 as responses) from customer.survey_score",
        "the segments have no more answers than there are",
    ),
    "a score outside of its interval": (
        "update customer.survey_score set score_low = -0.5, score_high = 0.5",
        "score_low <= score <= score_high, on the metric's scale",
    ),
    "a score in points": (
        "update customer.survey_score set score = -100",
        "score_low <= score <= score_high, on the metric's scale",
    ),
    "a change outside of its interval": (
        "update customer.survey_score set change = 1, change_low = 2, change_high = 3",
        "change_low <= change <= change_high",
    ),
    "a response rate in percent": (
        "update customer.survey_score set response_rate = 50",
        "response_rate lies between 0 and 1 (0.05 is 5%)",
    ),
    "a complaint that is left out": (
        "update customer.complaint_cause set complaints = 0, open_complaints = 0",
        "the complaints are those of staging",
    ),
    "a complaint that counts as resolved": (
        "update customer.complaint_cause set open_complaints = 0",
        "the complaints are those of staging",
    ),
    "a customer lost that nobody knows of": (
        "update customer.complaint_cause set customers_lost = 1, amount_lost = 5",
        "no more customers are lost than have complained, and each one takes money along",
    ),
    "a customer lost twice": (
        "update customer.complaint_cause set complaints_old_enough = 2, complaints = 2, "
        "customers_lost = 2, amount_lost = 5",
        "no customer is lost twice",
    ),
    "a share in percent": (
        "update customer.complaint_cause set within_target_share = 50",
        "within_target_share lies between 0 and 1 (0.05 is 5%)",
    ),
    "a complaint without a follow-up": (
        "delete from customer.follow_up where subject_type = 'complaint'",
        "the subjects are the complaints, and the responses that ask for contact",
    ),
    "a late contact that counts as in time": (
        "update customer.follow_up set closed_date = date '2026-03-01', within_target = true, "
        "is_overdue = false",
        "what is closed is within the target when it was closed by its due date",
    ),
    "an open one that is overdue and not told": (
        "update customer.follow_up set is_overdue = false",
        "what is open is overdue, and not within the target, after its due date",
    ),
    "a customer with a complaint that is not on the list": (
        "delete from customer.save_list",
        "every customer with an open complaint is on the list, with all of them",
    ),
    "a rank that is not by money": (
        "insert into customer.save_list "
        "select * replace (2 as rank, 'c2' as customer_id, 999 as amount_at_risk) "
        "from customer.save_list",
        "a customer with more at risk has a better rank",
    ),
    "an action on the word of one source": (
        "update customer.product_recommendation set action = 'drop' where product_id = 'p1'",
        "nothing but keep is recommended without two sources for it",
    ),
    "a product that is left out": (
        "delete from customer.product_recommendation where product_id = 'p2'",
        "every product of the masters is in it",
    ),
    "a wish that is left out": (
        "update customer.product_recommendation set evidence_requests = 0 where product_id is null",
        "the requests are those of the last 12 months of staging",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_gate_sees(look: Look, change: Change, fault: str) -> None:
    sql, sentence = FAULTS[fault]
    change(sql)
    assert sentence in [result.expectation for result in look("marts").failed_critical]

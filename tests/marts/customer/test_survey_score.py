"""Scores and intervals are those of published examples and of hand arithmetic."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from .conftest import Company, Marts, Row

_numbers = count(1)


def answers(metric: str, day: str, scores: dict[str, int], **more: Any) -> list[Row]:
    """Responses at noon UTC: `scores` says how many gave each score."""
    return [
        {
            "response_id": f"r{next(_numbers)}",
            "survey_id": "s",
            "metric": metric,
            "score": score,
            "answered_at": f"{day} 12:00:00",
        }
        | more
        for score, times in scores.items()
        for _ in range(times)
    ]


RESPONSES = [
    # Cybaea's example of 1162 answers: promoters, passives, detractors.
    *answers("NPS", "2025-01-10", {"9": 100, "10": 191, "8": 476, "6": 195, "0": 200}),
    # Shares of 1/2, 1/3 and 1/6: of six answers, and of six hundred.
    *answers("nps", "2025-03-10", {"10": 3, "7": 2, "1": 1}),
    *answers("nps", "2025-05-10", {"10": 300, "7": 200, "1": 100}),
    # The shares of which Newcombe (1998, table I) gives the Wilson interval.
    *answers("csat", "2025-01-10", {"5": 40, "4": 41, "3": 100, "1": 82}, segment="81 of 263"),
    *answers("csat", "2025-01-10", {"4": 15, "2": 133}, segment="15 of 148"),
    *answers("csat", "2025-01-10", {"3": 20}, segment="0 of 20"),
    *answers("csat", "2025-01-10", {"5": 1, "3": 28}, segment="1 of 29"),
    *answers("ces", "2025-01-10", {"4": 1, "5": 1, "6": 2, "7": 1}),
    *answers("ces", "2025-02-10", {"6": 3}),
    # Half are pleased, then 70 of 100, then 75: the first change is beyond chance.
    *answers("csat", "2025-07-10", {"5": 50, "1": 50}),
    *answers("csat", "2025-08-10", {"5": 70, "1": 30}),
    *answers("csat", "2025-09-10", {"5": 75, "1": 25}),
    # One answer, then two, and what is off the scale.
    *answers("nps", "2025-07-10", {"10": 1, "11": 2, "-1": 1}),
    *answers("nps", "2025-08-10", {"10": 2}),
    *answers("csat", "2025-11-10", {"0": 1, "6": 1}),
    *answers("loyalty", "2025-01-10", {"900000000": 2}),
    # In Jakarta it is April already.
    *answers("nps", "2026-03-31", {"10": 1}, answered_at="2026-03-31 17:30:00"),
    # The customer moves from retail to office on 1 June; the response's own word comes first.
    *answers("nps", "2026-05-31", {"9": 1}, customer_id="c"),
    *answers("nps", "2026-06-01", {"9": 1}, customer_id="c"),
    *answers("nps", "2026-06-01", {"9": 1}, customer_id="c", segment="school"),
    *answers("nps", "2026-06-01", {"9": 1}, customer_id="unknown"),
    *answers("nps", "", {"2": 1}, answered_at=None),
    *answers("nps", "2024-01-10", {"0": 1}, customer_id="unhappy", wants_contact="true"),
]
INVITATIONS = [
    {"response_id": f"i{n}", "survey_id": "s", "metric": "ces", "customer_id": "c"} | row
    for n, row in enumerate(
        [
            # Invited in October; answered in October, in November, and not at all.
            {"invited_at": "2025-10-01 00:00:00", "answered_at": "2025-10-02 00:00:00", "score": 5},
            {"invited_at": "2025-10-30 00:00:00", "answered_at": "2025-11-02 00:00:00", "score": 6},
            {"invited_at": "2025-10-05 00:00:00"},
            {"invited_at": "2025-10-06 00:00:00"},
        ]
    )
]
CUSTOMERS = [
    {"customer_id": "c", "segment": "retail", "valid_from": "2026-01-01"},
    {"customer_id": "c", "segment": "office", "valid_from": "2026-06-01"},
]


@pytest.fixture(scope="module")
def marts(company: Company) -> Marts:
    """Surveys and customers alone: there are no sales."""
    return company({"survey_response": RESPONSES + INVITATIONS, "customer": CUSTOMERS})


def score(marts: Marts, metric: str, period: str, segment: str | None = None) -> Row:
    where = f"metric = '{metric}' and period = '{period}'"
    segmented = "segment is null" if segment is None else f"segment = '{segment}'"
    return marts.row("survey_score", f"{where} and {segmented}")


def near(value: Decimal, expected: float, within: float = 5e-7) -> bool:
    return abs(float(value) - expected) <= within


def test_nps_is_that_of_the_published_example(marts: Marts) -> None:
    """-8.95 points, standard error 2.24, +-4.39; three added answers move that by 0.01."""
    found = score(marts, "nps", "2025-01")
    assert found["responses"] == 1162
    # (291 - 395) / 1162
    assert found["score"] == Decimal("-0.089500861")
    half = (found["score_high"] - found["score_low"]) / 2
    assert near(half, 0.0439, within=0.0001)
    assert near(half / Decimal("1.96"), 0.0224, within=0.00005)


def test_nps_of_few_answers_is_as_uncertain_as_it_is(marts: Marts) -> None:
    """With 3 added: p = 3.75/9, d = 1.75/9, net 2/9, variance 5.5/9 - 4/81 = 0.561728.

    sqrt(0.561728 / 9) = 0.249828, times 1.959964 = 0.489654.
    """
    found = score(marts, "nps", "2025-03")
    assert found["score"] == Decimal("0.333333333")
    assert near(found["score_low"], 0.222222 - 0.489654, within=2e-6)
    assert near(found["score_high"], 0.222222 + 0.489654, within=2e-6)
    # Many answers come to the published variance of 5/9: 1.96 sqrt(5/9/600) = 0.0596.
    many = score(marts, "nps", "2025-05")
    assert many["score"] == Decimal("0.333333333")
    assert near((many["score_high"] - many["score_low"]) / 2, 0.0596, within=0.0002)


@pytest.mark.parametrize(
    ("share", "low", "high"),
    [
        ("81 of 263", 0.2553, 0.3662),
        ("15 of 148", 0.0624, 0.1605),
        ("0 of 20", 0, 0.1611),
        ("1 of 29", 0.0061, 0.1718),
    ],
)
def test_csat_has_the_published_wilson_interval(
    marts: Marts, share: str, low: float, high: float
) -> None:
    pleased, answered = map(int, share.split(" of "))
    found = score(marts, "csat", "2025-01", share)
    assert found["responses"] == answered
    assert near(found["score"], pleased / answered, within=5e-10)
    assert near(found["score_low"], low, within=0.00005)
    assert near(found["score_high"], high, within=0.00005)


def test_ces_is_a_mean_that_does_not_leave_its_scale(marts: Marts) -> None:
    """4 + 5 + 6 + 6 + 7 = 28, squares 162: variance (162 - 156.8) / 4 = 1.3.

    t(4) = 2.776 in every table; 2.776445 sqrt(1.3 / 5) = 1.415714; 5.6 + 1.4 would be above 7.
    """
    found = score(marts, "ces", "2025-01")
    assert found["score"] == Decimal("5.600000000")
    assert near(found["score_low"], 5.6 - 1.415714, within=2e-6)
    assert found["score_high"] == 7


def test_scores_that_are_all_the_same_have_no_interval(marts: Marts) -> None:
    found = score(marts, "ces", "2025-02")
    assert found["score"] == 6
    assert (found["score_low"], found["score_high"], found["change_low"]) == (None, None, None)
    assert "score_low, score_high: answers that are one or all the same" in found["reason"]
    # 6 after 5.6
    assert found["change"] == Decimal("0.4")
    assert found["is_change_beyond_chance"] is None


def test_a_change_counts_when_chance_does_not_explain_it(marts: Marts) -> None:
    """Wilson of 50, 70, 75 of 100: 0.4038 to 0.5962, 0.6042 to 0.7811, 0.6570 to 0.8245.

    0.20 - sqrt(0.0958^2 + 0.0962^2) = 0.0642; 0.05 - sqrt(0.0930^2 + 0.0811^2) = -0.0734.
    """
    first, second = score(marts, "csat", "2025-08"), score(marts, "csat", "2025-09")
    assert first["change"] == Decimal("0.2")
    assert near(first["change_low"], 0.0642, within=0.0001)
    assert first["is_change_beyond_chance"] is True
    assert second["change"] == Decimal("0.05")
    assert near(second["change_low"], -0.0734, within=0.0001)
    assert second["is_change_beyond_chance"] is False


def test_a_quarter_is_made_of_its_answers_not_of_its_months(marts: Marts) -> None:
    """50 + 70 + 75 of 300."""
    found = score(marts, "csat", "2025-Q3")
    assert (found["responses"], found["score"]) == (300, Decimal("0.65"))
    assert (str(found["period_start"]), str(found["period_end"])) == ("2025-07-01", "2025-09-30")
    # The quarter before has no answer, but the one before that does.
    assert found["change"] is None
    assert "change: no score in the period before" in found["reason"]


def test_what_is_off_the_scale_is_left_out_and_counted(marts: Marts) -> None:
    found = score(marts, "nps", "2025-07")
    assert (found["responses"], found["off_scale_responses"], found["score"]) == (1, 3, 1)
    assert (found["score_low"], found["observations"]) == (None, 1)
    nothing = score(marts, "csat", "2025-11")
    assert (nothing["responses"], nothing["off_scale_responses"], nothing["score"]) == (0, 2, None)
    assert "score: no answer on the scale" in nothing["reason"]


def test_two_equal_answers_do_not_prove_that_all_are(marts: Marts) -> None:
    """p = 2.75/5, d = 0.75/5: 0.4 - 1.959964 sqrt((0.7 - 0.16) / 5) = -0.244109; above 1 is cut."""
    found = score(marts, "nps", "2025-08")
    assert found["score"] == 1
    assert near(found["score_low"], -0.244109, within=2e-6)
    assert found["score_high"] == 1


def test_a_metric_without_a_scale_is_counted_only(marts: Marts) -> None:
    found = score(marts, "loyalty", "2025-01")
    assert (found["responses"], found["score"], found["method"]) == (2, None, "none")
    assert "score: this metric has no known scale" in found["reason"]


def test_an_answer_counts_on_its_day_where_the_company_is(marts: Marts) -> None:
    assert score(marts, "nps", "2026-04")["responses"] == 1
    assert marts.rows("select * from customer.survey_score where period = '2026-03'") == []


def test_the_segment_is_the_answers_else_the_customers_on_that_day(marts: Marts) -> None:
    found = marts.rows(
        "select period, segment, responses from customer.survey_score "
        "where period in ('2026-05', '2026-06') order by all"
    )
    assert [tuple(row.values()) for row in found] == [
        ("2026-05", "retail", 1),
        ("2026-05", None, 1),
        ("2026-06", "office", 1),
        ("2026-06", "school", 1),
        ("2026-06", None, 3),
    ]


def test_an_answer_without_a_date_stands_outside_of_all_periods(marts: Marts) -> None:
    found = marts.row("survey_score", "period_start is null")
    assert (found["metric"], found["responses"], found["score"]) == ("nps", 1, -1)
    assert (found["period"], found["period_kind"], found["change"]) == (None, None, None)
    assert "period: the answers have no date" in found["reason"]


def test_the_response_rate_is_that_of_the_invitations_of_the_period(marts: Marts) -> None:
    """Four were invited in October, one answered then and one in November."""
    october = score(marts, "ces", "2025-10")
    assert (october["responses"], october["invited"]) == (1, 4)
    assert october["response_rate"] == Decimal("0.5")
    november = score(marts, "ces", "2025-11")
    assert (november["responses"], november["invited"]) == (1, 0)
    assert november["response_rate"] is None
    assert "response_rate: no invitation in this period" in november["reason"]


def test_without_unanswered_invitations_there_is_no_response_rate(marts: Marts) -> None:
    found = score(marts, "nps", "2025-01")
    assert found["response_rate"] is None
    assert "response_rate: no invitation without an answer is known" in found["reason"]


def test_without_sales_nobody_knows_what_is_at_risk_or_what_day_it_is(marts: Marts) -> None:
    found = marts.row("save_list", "true")
    assert (found["customer_id"], found["reason"]) == ("unhappy", "detractor")
    assert (found["amount_at_risk"], found["rank"]) == (None, 1)
    assert "amount_at_risk: there are no sales" in found["missing_because"]
    follow_up = marts.row("follow_up", "true")
    assert (follow_up["within_target"], follow_up["is_overdue"]) == (None, None)
    assert "without sales there is no day to compare with" in follow_up["reason"]
    assert marts.rows("select * from customer.product_recommendation") == []
    assert marts.rows("select * from customer.complaint_cause") == []


def test_the_gate_lets_a_company_without_sales_pass(marts: Marts) -> None:
    results = [r for r in marts.gate().results if r.table_name.startswith("customer.")]
    assert results
    assert [result.expectation for result in results if not result.success] == []

"""What must hold of the marts of schema customer: each response and complaint counts once."""

from __future__ import annotations

from .rules import exact_ratio, filled, fractions, same_amounts, unique
from .severity import ExpectNoRows, critical


def suites() -> dict[str, list[ExpectNoRows]]:
    """Give the expectations by table."""
    return {
        "customer.survey_score": survey_score(),
        "customer.complaint_cause": complaint_cause(),
        "customer.follow_up": follow_up(),
        "customer.save_list": save_list(),
        "customer.product_recommendation": product_recommendation(),
    }


def survey_score() -> list[ExpectNoRows]:
    """Expect each answer in one month, one quarter, and scores inside of their intervals."""
    key = ("metric", "segment", "period_kind", "period_start")
    shown = ", ".join(key)
    counts = ("responses", "off_scale_responses", "invited")
    total = ", ".join(f"sum({name}) as {name}" for name in counts)
    return [
        unique(*key),
        filled(key, ("metric", *counts, "weighting", "observations", "method")),
        same_amounts(
            "the months have each answer and each invitation of staging once",
            ("metric",),
            ("answers", "invited"),
            """
            select metric, sum(responses + off_scale_responses) as answers, sum(invited) as invited
            from this
            where segment is null and coalesce(period_kind, 'month') = 'month'
            group by all
            """,
            """
            select
                lower(trim(metric)) as metric, count(score) as answers, count(invited_at) as invited
            from staging.stg_survey_response
            group by all
            """,
        ),
        same_amounts(
            "the quarters total their months",
            ("metric", "segment", "quarter"),
            counts,
            f"""
            select metric, segment, period_start as quarter, {total}
            from this
            where period_kind = 'quarter'
            group by all
            """,
            f"""
            select
                metric, segment, cast(date_trunc('quarter', period_start) as date) as quarter,
                {total}
            from this
            where period_kind = 'month'
            group by all
            """,
        ),
        critical(
            "the segments have no more answers than there are",
            """
            select metric, period_kind, period_start, sum(responses) as responses
            from this
            group by all
            having
                sum(responses) filter (where segment is not null)
                > sum(responses) filter (where segment is null)
            """,
        ),
        critical(
            "score_low <= score <= score_high, on the metric's scale",
            f"""
            with scale as (
                from (values ('nps', -1, 1), ('csat', 0, 1), ('ces', 1, 7)) as t (metric, low, high)
            )
            select {shown}, score_low, score, score_high
            from this
            left join scale using (metric)
            where
                score is not null
                and (
                    low is null
                    or not coalesce(score_low, score) between low and score
                    or not coalesce(score_high, score) between score and high
                )
            """,
        ),
        critical(
            "change_low <= change <= change_high",
            f"""
            select {shown}, change_low, change, change_high
            from this
            where change not between change_low and change_high
            """,
        ),
        fractions(key, ("response_rate",), stops=True),
    ]


def complaint_cause() -> list[ExpectNoRows]:
    """Expect each complaint in one row, and each customer lost once."""
    key = ("cause", "product_id", "month")
    shown = ", ".join(key)
    return [
        unique(*key),
        filled(
            key, ("month", "complaints", "open_complaints", "complaints_old_enough", "currency")
        ),
        same_amounts(
            "the complaints are those of staging",
            ("cause", "product_id"),
            ("complaints", "open_complaints"),
            """
            select
                cause, product_id, sum(complaints) as complaints,
                sum(open_complaints) as open_complaints
            from this
            group by all
            """,
            """
            select
                cause, product_id, count(*) as complaints,
                count_if(resolved_at is null) as open_complaints
            from staging.stg_complaint
            group by all
            """,
        ),
        critical(
            "no more customers are lost than have complained, and each one takes money along",
            f"""
            select {shown}, complaints, complaints_old_enough, customers_lost, amount_lost
            from this
            where
                complaints_old_enough > complaints
                or customers_lost > complaints_old_enough
                or (customers_lost is null) <> (complaints_old_enough = 0)
                or (customers_lost is null) <> (amount_lost is null)
                or (customers_lost > 0) <> (amount_lost > 0)
            """,
        ),
        critical(
            "no customer is lost twice",
            """
            select sum(customers_lost) as customers_lost, complained
            from this
            cross join (
                select count(distinct customer_id) as complained from staging.stg_complaint
            )
            group by all
            having sum(customers_lost) > complained
            """,
        ),
        fractions(key, ("within_target_share",), stops=True),
    ]


def follow_up() -> list[ExpectNoRows]:
    """Expect each complaint and each wish for contact once, and verdicts that its days give."""
    key = ("follow_up_id",)
    return [
        unique(*key),
        filled(key, (*key, "subject_type")),
        same_amounts(
            "the subjects are the complaints, and the responses that ask for contact",
            ("subject_type",),
            ("subjects",),
            "select subject_type, count(*) as subjects from this group by all",
            """
            select 'complaint' as subject_type, count(*) as subjects from staging.stg_complaint
            union all
            select 'survey_response' as subject_type, count(distinct response_id) as subjects
            from staging.stg_survey_response
            where wants_contact
            """,
        ),
        critical(
            "what is closed is within the target when it was closed by its due date",
            """
            select follow_up_id, due_date, closed_date, within_target
            from this
            where
                closed_date is not null and within_target is distinct from (closed_date <= due_date)
            """,
        ),
        critical(
            "what is open is overdue, and not within the target, after its due date",
            """
            select follow_up_id, due_date, as_of_date, closed_date, within_target, is_overdue
            from this
            cross join run.parameter
            where
                (closed_date is null and within_target)
                or is_overdue is distinct from (closed_date is null and due_date < as_of_date)
                or (is_overdue and within_target is distinct from false)
            """,
        ),
    ]


def save_list() -> list[ExpectNoRows]:
    """Expect each customer at risk once, with what it has bought and what it complains about."""
    key = ("customer_id",)
    return [
        unique(*key),
        unique("rank"),
        filled(
            key,
            (
                *key,
                "rank",
                "reason",
                "suggested_action",
                "due_date",
                "open_complaints",
                "currency",
                "observations",
                "method",
            ),
        ),
        same_amounts(
            "what is at risk is what the customer ordered in the last 12 months",
            key,
            ("amount_at_risk",),
            "select customer_id, amount_at_risk from this",
            """
            select customer_id, greatest(sum(net_amount), 0) as amount_at_risk
            from core.sales_line
            cross join run.parameter
            where
                customer_id in (select customer_id from this)
                and order_date > as_of_date - interval 1 year
            group by all
            """,
        ),
        same_amounts(
            "every customer with an open complaint is on the list, with all of them",
            key,
            ("open_complaints",),
            "select customer_id, open_complaints from this",
            """
            select customer_id, count(*) as open_complaints
            from staging.stg_complaint
            where resolved_at is null and customer_id is not null
            group by all
            """,
        ),
        critical(
            "a customer with more at risk has a better rank",
            """
            select customer_id, rank, amount_at_risk
            from this
            qualify amount_at_risk > lag(amount_at_risk) over (order by rank)
            """,
        ),
    ]


def product_recommendation() -> list[ExpectNoRows]:
    """Expect every product and wish once, and two sources of evidence before anything is done."""
    key = ("recommendation_id",)
    return [
        unique(*key),
        filled(
            key,
            (
                *key,
                "evidence_sources",
                "sources_for_action",
                "reason",
                "currency",
                "missing_because",
            ),
        ),
        exact_ratio("score", "sources_for_action", "evidence_sources", key),
        critical(
            "nothing but keep is recommended without two sources for it",
            """
            select recommendation_id, action, evidence_sources, sources_for_action
            from this
            where
                action not in ('keep', 'change', 'drop', 'add')
                or (action <> 'keep' and sources_for_action < 2)
                or sources_for_action > evidence_sources
                or (action = 'add') <> (product_id is null)
            """,
        ),
        critical(
            "every product of the masters is in it",
            """
            select distinct product_id
            from staging.stg_product
            anti join this using (product_id)
            """,
        ),
        same_amounts(
            "the requests are those of the last 12 months of staging",
            ("product_id",),
            ("requests",),
            "select product_id, sum(evidence_requests) as requests from this group by all",
            """
            select product_id, count(*) as requests
            from staging.stg_customer_request
            cross join run.parameter
            where
                (product_id is not null or wish = 'add')
                and coalesce(requested_date > as_of_date - interval 1 year, true)
            group by all
            """,
        ),
    ]

"""What must hold of the marts of schema commission: from the line to the statement they agree.

Lines are looked at where this build has calculated them anew, which in a full build is everywhere;
totals always over the whole history.
"""

from __future__ import annotations

from .rules import exact_ratio, filled, same_amounts, unique
from .severity import ExpectNoRows, critical, warning

COMPONENT = ("participant_id", "plan_id", "plan_version", "component_id")
WINDOW = (*COMPONENT, "window_start")
EFFECTS = (
    "return_effect_amount",
    "cap_effect_amount",
    "floor_effect_amount",
    "gate_effect_amount",
)

RECALCULATED = """(participant_id, component_id, window_start) in (
    select quota_window.participant_id, quota_window.component_id, quota_window.window_start
    from intermediate.int_commission__quota_window as quota_window
    semi join intermediate.int_commission__dirty_window using (window_number)
)"""
"""Lines of windows that this build has calculated anew."""

TOUCHED = """(
    (select is_full from run.build)
    or root_order_id in (
        select if(document_type = 'sale', order_id, coalesce(original_order_id, order_id))
        from lake.sales_line_arrived
        where not (select is_full from run.build)
    )
)"""
"""Events of orders of which lines have arrived."""


def suites() -> dict[str, list[ExpectNoRows]]:
    """Give the expectations by table."""
    return {
        "commission.commission_line": commission_line(),
        "commission.commission_summary": commission_summary(),
        "commission.commission_exception": commission_exception(),
        "commission.ledger": ledger(),
        "commission.statement": statement(),
    }


def commission_line() -> list[ExpectNoRows]:
    """Expect lines of transactions that exist, each once."""
    return [
        unique("commission_line_id", within=RECALCULATED),
        filled(
            ("commission_line_id",),
            (
                "commission_line_id",
                *COMPONENT,
                "period_start",
                "credited_amount",
                "commission_amount",
                "currency",
            ),
        ),
        critical(
            "each line's transaction is in core.sales_line",
            f"""
            select commission_line_id, transaction_id, participant_id, commission_amount
            from (select * from this where transaction_id is not null and {RECALCULATED})
            anti join core.sales_line using (transaction_id)
            """,
        ),
    ]


def commission_summary() -> list[ExpectNoRows]:
    """Expect summaries that are the sums of their lines, of participants who are known."""
    key = (*WINDOW, "period_start")
    by = ", ".join(key)
    return [
        unique(*key),
        filled(
            key,
            (
                *key,
                "window_end",
                "period",
                "measure_amount",
                "earned_amount",
                "calculated_amount",
                "commission_amount",
                "currency",
                *EFFECTS,
            ),
        ),
        critical(
            "each participant is in core.participant",
            """
            select participant_id, count(*) as rows, sum(commission_amount) as commission_amount
            from this
            anti join core.participant using (participant_id)
            group by participant_id
            """,
        ),
        same_amounts(
            "the earned amount is the sum of the lines",
            key,
            ("amount",),
            f"select {by}, earned_amount as amount from this",
            f"select {by}, commission_amount as amount from commission.commission_line",
        ),
        same_amounts(
            "the measure is the sum of what the lines pay for",
            key,
            ("amount",),
            f"select {by}, measure_amount as amount from this where {RECALCULATED}",
            f"""
            select {by}, credited_amount as amount
            from commission.commission_line where {RECALCULATED}
            """,
        ),
        critical(
            "commission = calculated + effects of returns, caps, floors and gates = earned",
            f"""
            select
                {by}, calculated_amount, {", ".join(EFFECTS)}, earned_amount, commission_amount
            from this
            where
                commission_amount <> earned_amount
                or commission_amount <> calculated_amount + {" + ".join(EFFECTS)}
            """,
        ),
        exact_ratio(
            "attainment", "measure_to_date_amount", "quota_amount", key, is_whole_rounded=True
        ),
    ]


def commission_exception() -> list[ExpectNoRows]:
    """Expect that what was sold was credited, or that it says here why not."""
    return [
        unique("exception_id"),
        filled(
            ("exception_id",),
            ("exception_id", "reason", "severity", "owner", "period_start", "currency"),
        ),
        critical(
            "credited + excepted = sold, for each transaction",
            f"""
            with event as (
                select * from intermediate.int_commission__sale_event where {TOUCHED}
            ),
            credited as (
                select
                    event_number, sum(net_units) as credited_units,
                    bool_and(is_full_split) as is_full_split
                from intermediate.int_commission__credit
                where credit_level = 0 and {TOUCHED}
                group by event_number
            ),
            excepted as (
                select transaction_id
                from this
                where
                    reason in (
                        'no_participant', 'split_not_100', 'split_ambiguous', 'orphan_return',
                        'return_exceeds_sale'
                    )
                    and transaction_id is not null
            )
            select
                event.document_id as transaction_id, event.event_kind,
                event.net_units as sold_units, coalesce(credited_units, 0) as credited_units
            from event
            left join event as sale on event.original_event_number = sale.event_number
            left join credited on event.event_number = credited.event_number
            where
                coalesce(credited_units, 0) <> event.net_units
                -- Shares of an overlay need not total 100%.
                and coalesce(is_full_split, true)
                -- What takes back a sale that has not counted yet does not count either.
                and (not event.is_taking_back or event.is_orphan or sale.event_number is not null)
                and event.document_id not in (from excepted)
                and coalesce(sale.document_id, '') not in (from excepted)
            """,
        ),
        warning(
            "nothing was left without credit or pay",
            """
            select * from this
            """,
        ),
    ]


def ledger() -> list[ExpectNoRows]:
    """Expect that what is posted and pending is what the approved plans pay, and nothing else."""
    by = ", ".join(COMPONENT)
    earnings = f"""
        select {by}, earned_period_start, amount from ledger.posting where kind = 'earning'
        union all
        select {by}, earned_period_start, amount from intermediate.int_commission__pending_posting
        where kind = 'earning'
    """
    return [
        unique("posting_id"),
        filled(
            ("posting_id",),
            (
                "posting_id",
                "posted_at",
                "posting_period",
                "earned_period",
                "participant_id",
                "component_id",
                "amount",
                "currency",
                "kind",
                "reason",
                "run_id",
            ),
        ),
        same_amounts(
            "posted + pending = commission of approved plans",
            (*COMPONENT, "earned_period_start"),
            ("amount",),
            earnings,
            f"""
            select {by}, period_start as earned_period_start, commission_amount as amount
            from commission.commission_summary
            where is_approved and payee = 'participant'
            """,
        ),
        critical(
            "what was posted is in the company's currency",
            """
            select
                posting_id, participant_id, amount, posting.currency,
                parameter.currency as company_currency
            from ledger.posting as posting
            cross join run.parameter as parameter
            where posting.currency <> parameter.currency
            """,
        ),
        critical(
            "the ledger has all rows of its committed segments",
            """
            with counted as (select count(*) as rows_in_ledger from ledger.posting)
            select rows_in_ledger, coalesce(sum(rows), 0) as rows_committed
            from counted
            left join state.posting_segment on true
            group by all
            having rows_in_ledger <> coalesce(sum(rows), 0)
            """,
        ),
        same_amounts(
            "the mart is what is posted, and in a night what this night posts",
            ("participant_id", "posting_period"),
            ("postings", "amount"),
            """
            select participant_id, posting_period, count(*) as postings, sum(amount) as amount
            from this
            group by all
            """,
            """
            select participant_id, posting_period, count(*) as postings, sum(amount) as amount
            from (
                select participant_id, posting_period, amount from ledger.posting
                union all
                select participant_id, posting_period, amount
                from intermediate.int_commission__pending_posting
                where (select is_posting from run.parameter)
            )
            group by all
            """,
        ),
    ]


def statement() -> list[ExpectNoRows]:
    """Expect statements that say what the ledger says."""
    key = ("participant_id", "period")
    amounts = ("earned_amount", "adjustment_amount")
    return [
        unique(*key),
        filled(
            key,
            (*key, "period_start", "period_end", *amounts, "payable_amount", "currency"),
        ),
        same_amounts(
            "earned and adjusted is what the ledger has posted into the period",
            key,
            amounts,
            """
            select participant_id, period, earned_amount, adjustment_amount from this
            """,
            """
            select
                participant_id, posting_period as period,
                case when posting_period = earned_period then amount end as earned_amount,
                case when posting_period <> earned_period then amount end as adjustment_amount
            from commission.ledger
            where kind = 'earning'
            """,
        ),
        critical(
            "payable = earned + adjusted, as long as nothing is drawn or held",
            """
            select participant_id, period, earned_amount, adjustment_amount, payable_amount
            from this
            where
                payable_amount <> earned_amount + adjustment_amount
                and coalesce(draw_amount, recovered_amount, held_amount, released_amount) is null
            """,
        ),
    ]

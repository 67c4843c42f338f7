"""What must hold of the public marts: the parts add up to the whole, to the last digit.

Lines are looked at where orders have arrived, which in a full build is everywhere; totals always
over the whole history. The marts of schema commission have a module of their own.
"""

from __future__ import annotations

from . import commission
from .rules import exact_ratio, filled, same_amounts, unique
from .severity import ExpectNoRows, critical

READ_ONCE = frozenset(
    {
        "core.sales_monthly",
        "channel.channel_performance",
        "quota.rep_attainment",
        "quota.company_goal",
        "commission.commission_exception",
    }
)
"""Marts that add up many rows to few: a view is read once then, not for each expectation."""

TOUCHED = """if(document_type = 'sale', order_id, coalesce(original_order_id, order_id)) in (
    select if(document_type = 'sale', order_id, coalesce(original_order_id, order_id))
    from lake.sales_line_arrived
)"""
"""Lines of orders that this build has calculated anew."""

SALE_KEY = ("order_id", "line_number", "document_type")


def suites() -> dict[str, list[ExpectNoRows]]:
    """Give the expectations by table."""
    return {
        "core.sales_line": sales_line(),
        "core.sales_monthly": sales_monthly(),
        **{f"core.{name}": master(name) for name in _MASTERS},
        "core.calendar": calendar(),
        "channel.channel_performance": channel_performance(),
        "quota.rep_attainment": rep_attainment(),
        "quota.company_goal": company_goal(),
        **commission.suites(),
    }


def sales_line() -> list[ExpectNoRows]:
    """Expect the posted lines of staging, and cancellations that leave nothing of a sale."""
    line = ", ".join(SALE_KEY)
    amounts = ("net_amount", "quantity", "cost_amount")
    total = ", ".join(f"sum({name}) as {name}" for name in amounts)
    posted = "coalesce(status, 'posted') = 'posted' and document_type <> 'cancellation'"
    return [
        unique("transaction_id", within=TOUCHED),
        filled(
            ("transaction_id",),
            (
                *SALE_KEY,
                "document_date",
                "order_date",
                "product_id",
                "quantity",
                "net_amount",
                "currency",
            ),
        ),
        critical(
            "sales and returns are the posted lines of staging, to the last digit",
            f"""
            with staged as (
                select {line}, net_amount, quantity, cost_amount
                from staging.stg_sales_line
                where {posted} and {TOUCHED}
            ),
            mart as (
                select {line}, net_amount, quantity, cost_amount
                from this
                where document_type <> 'cancellation' and {TOUCHED}
            )
            select
                {line}, staged.net_amount as net_amount_staged, mart.net_amount,
                staged.quantity as quantity_staged, mart.quantity,
                staged.cost_amount as cost_amount_staged, mart.cost_amount
            from staged
            full join mart using ({line})
            where
                staged.net_amount is null
                or (mart.net_amount, mart.quantity, mart.cost_amount)
                is distinct from (staged.net_amount, staged.quantity, staged.cost_amount)
            """,
        ),
        same_amounts(
            "sales and returns total what staging totals",
            ("document_type",),
            ("net_amount", "quantity"),
            f"""
            select document_type, {total}
            from this
            where document_type <> 'cancellation'
            group by all
            """,
            f"""
            select document_type, {total}
            from staging.stg_sales_line
            where {posted}
            group by all
            """,
        ),
        critical(
            "a cancellation takes back what is left of its sale",
            f"""
            with cancelled as (
                select original_transaction_id, min(document_date) as voided_date
                from this
                where
                    document_type = 'cancellation'
                    and original_transaction_id is not null
                    and {TOUCHED}
                group by original_transaction_id
            )
            select
                cancelled.original_transaction_id as transaction_id, voided_date,
                sum(net_amount) as net_amount_left, sum(quantity) as quantity_left
            from cancelled
            inner join this as line
                on
                    cancelled.original_transaction_id
                    = coalesce(line.original_transaction_id, line.transaction_id)
            left join commission.commission_exception as held
                on line.transaction_id = held.transaction_id and held.reason = 'return_exceeds_sale'
            -- A return of more than was left counts for nothing in what follows it.
            where
                held.transaction_id is null
                and (line.document_type = 'sale' or line.document_date <= voided_date)
            group by all
            having sum(net_amount) <> 0 or sum(quantity) <> 0
            """,
        ),
    ]


def sales_monthly() -> list[ExpectNoRows]:
    """Expect months that add up to the sales lines."""
    key = ("product_id", "territory_id", "channel_id", "customer_segment", "month")
    amounts = ("net_amount", "quantity", "gross_margin_amount")
    total = ", ".join(f"sum({name}) as {name}" for name in amounts)
    return [
        unique(*key),
        filled(key, ("product_id", "month", "net_amount", "quantity", "orders", "currency")),
        same_amounts(
            "each month and product totals its sales lines",
            ("month", "product_id"),
            amounts,
            f"select month, product_id, {total} from this group by all",
            f"""
            select cast(date_trunc('month', document_date) as date) as month, product_id, {total}
            from core.sales_line
            group by all
            """,
        ),
    ]


_MASTERS = {
    "product": "product_id",
    "customer": "customer_id",
    "channel": "channel_id",
    "territory": "territory_id",
    "participant": "participant_id",
}


def master(name: str) -> list[ExpectNoRows]:
    """Expect all versions that staging has, one of each record current."""
    key = _MASTERS[name]
    version = f"{key}, valid_from, valid_to, is_current"
    return [
        unique(key, "valid_from"),
        critical(
            "one version of each record is current",
            f"select {key} from this group by {key} having count_if(is_current) <> 1",
        ),
        critical(
            "the versions are those of staging",
            f"""
            with staged as (select {version} from staging.stg_{name}),
            mart as (select {version} from this)
            select 'only in staging' as found, * from (from staged except from mart)
            union all
            select 'only in the mart' as found, * from (from mart except from staged)
            """,
        ),
    ]


def calendar() -> list[ExpectNoRows]:
    """Expect each day once, around all sales."""
    return [
        unique("date"),
        critical(
            "no day is missing",
            """
            select min(date) as first_day, max(date) as last_day, count(*) as days
            from this
            having count(*) <> date_diff('day', min(date), max(date)) + 1
            """,
        ),
        critical(
            "each day of a sale is in it",
            """
            select distinct document_date
            from core.sales_line
            anti join this on document_date = date
            """,
        ),
    ]


def channel_performance() -> list[ExpectNoRows]:
    """Expect channels that add up to the company, sales without a channel included."""
    key = ("channel_id", "month")
    amounts = ("net_amount", "quantity", "gross_margin_amount")
    total = ", ".join(f"sum({name}) as {name}" for name in amounts)
    return [
        unique(*key),
        filled(
            key,
            (
                "month",
                "net_amount",
                "quantity",
                "trade_terms_amount",
                "cost_to_serve_amount",
                "active_customers",
                "currency",
            ),
        ),
        same_amounts(
            "each channel and month totals its sales lines, those without a channel too",
            key,
            amounts,
            f"select channel_id, month, {total} from this group by all",
            f"""
            select channel_id, cast(date_trunc('month', document_date) as date) as month, {total}
            from core.sales_line
            group by all
            """,
        ),
        same_amounts(
            "the cost to serve is that of staging",
            key,
            ("amount",),
            "select channel_id, month, cost_to_serve_amount as amount from this",
            """
            select channel_id, cast(date_trunc('month', month) as date) as month, amount
            from staging.stg_channel_cost
            """,
        ),
        critical(
            "net margin = gross margin - trade terms - cost to serve",
            """
            select
                channel_id, month, gross_margin_amount, trade_terms_amount, cost_to_serve_amount,
                net_margin_amount
            from this
            where
                net_margin_amount
                is distinct from gross_margin_amount - trade_terms_amount - cost_to_serve_amount
            """,
        ),
        exact_ratio("net_margin_rate", "net_margin_amount", "net_amount", key),
    ]


def rep_attainment() -> list[ExpectNoRows]:
    """Expect each quota in force once, and attainment that follows from its credits."""
    key = ("participant_id", "quota_type", "period_start", "period_end")
    shown = ", ".join(key)
    return [
        unique(*key),
        filled(key, (*key, "period", "quota_amount", "credited_amount", "gap_amount", "currency")),
        exact_ratio("attainment", "credited_amount", "quota_amount", key),
        critical(
            "gap = credited - quota",
            f"""
            select {shown}, quota_amount, credited_amount, gap_amount
            from this
            where gap_amount <> credited_amount - quota_amount
            """,
        ),
        same_amounts(
            "the quotas are those of staging in their last version",
            ("participant_id", "quota_type", "period"),
            ("quotas", "quota_amount"),
            """
            select
                participant_id, quota_type, period,
                count(*) as quotas, sum(quota_amount) as quota_amount
            from this
            group by all
            """,
            """
            select
                participant_id, quota_type,
                coalesce(period, cast(period_start as varchar)) as period,
                count(*) as quotas, sum(amount) as quota_amount
            from (
                select *
                from staging.stg_quota
                qualify
                    row_number() over (
                        partition by participant_id, quota_type, period, period_start, period_end
                        order by valid_from desc nulls last
                    ) = 1
            )
            group by all
            """,
        ),
        critical(
            "what is credited to a quota is what the commission summary has measured against it",
            """
            with counted as (
                -- Of several components with one quota type the first one of a plan counts.
                select plan_id, plan_version, component_id, quota_type
                from plan.plan_component
                qualify row_number() over (
                    partition by plan_id, plan_version, quota_type order by ordinal
                ) = 1
            ),
            compared as (
                select
                    this.participant_id, this.quota_type, this.period, this.credited_amount,
                    sum(summary.measure_amount) as measure_amount,
                    bool_or(
                        summary.period_start < this.period_start
                        or summary.period_end > this.period_end
                    ) as is_cut
                from this
                inner join counted using (quota_type)
                inner join commission.commission_summary as summary
                    on summary.participant_id = this.participant_id
                    and summary.plan_id = counted.plan_id
                    and summary.plan_version = counted.plan_version
                    and summary.component_id = counted.component_id
                    and summary.period_start <= this.period_end
                    and summary.period_end >= this.period_start
                group by all
            )
            -- A pay period that is longer than the quota's can't be told apart here.
            select participant_id, quota_type, period, credited_amount, measure_amount
            from compared
            where not is_cut and credited_amount <> measure_amount
            """,
        ),
    ]


def company_goal() -> list[ExpectNoRows]:
    """Expect each goal once, and what was reached to follow from the sales lines."""
    key = ("goal_id", "period_start", "period_end")
    return [
        unique(*key),
        filled(key, (*key, "period", "measure", "goal_amount", "actual_amount", "currency")),
        exact_ratio("attainment", "actual_amount", "goal_amount", key),
        same_amounts(
            "the goals are those of staging",
            ("goal_id",),
            ("goals", "amount"),
            "select goal_id, count(*) as goals, sum(goal_amount) as amount from this group by all",
            """
            select goal_id, count(*) as goals, sum(amount) as amount
            from staging.stg_company_goal
            group by all
            """,
        ),
        same_amounts(
            "the revenue of the company is what its sales lines total",
            key,
            ("actual_amount",),
            f"""
            select {", ".join(key)}, actual_amount
            from this
            where measure = 'revenue' and scope = 'company'
            """,
            f"""
            select {", ".join(key)}, sum(net_amount) as actual_amount
            from this
            inner join core.sales_line as line
                on line.document_date between this.period_start and this.period_end
            where measure = 'revenue' and scope = 'company'
            group by all
            """,
        ),
    ]

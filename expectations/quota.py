"""What must hold of the marts of schema quota: what is reached or foreseen follows from sales."""

from __future__ import annotations

from .rules import exact_ratio, filled, same_amounts, says_why, unique
from .severity import ExpectNoRows, critical


def suites() -> dict[str, list[ExpectNoRows]]:
    """Give the expectations by table."""
    return {
        "quota.rep_attainment": rep_attainment(),
        "quota.company_goal": company_goal(),
        "quota.sales_forecast": sales_forecast(),
        "quota.forecast_accuracy": forecast_accuracy(),
    }


def rep_attainment() -> list[ExpectNoRows]:
    """Expect each quota in force once, and attainment that follows from its credits."""
    key = ("participant_id", "quota_type", "period_start", "period_end")
    shown = ", ".join(key)
    return [
        unique(*key),
        filled(key, (*key, "period", "quota_amount", "credited_amount", "gap_amount", "currency")),
        exact_ratio("attainment", "credited_amount", "quota_amount", key, is_whole_rounded=True),
        critical(
            "gap = credited - quota",
            f"""
            select {shown}, quota_amount, credited_amount, gap_amount
            from this
            where gap_amount <> credited_amount - quota_amount
            """,
        ),
        critical(
            "each quota is the stated one, or what its window counts of it",
            f"""
            select {shown}, period, quota_amount
            from this
            where not exists (
                select 1
                from staging.stg_quota as stated
                where stated.participant_id = this.participant_id
                    and stated.quota_type = this.quota_type
                    and stated.amount = this.quota_amount
            )
            and not exists (
                select 1
                from intermediate.int_commission__quota_window as counted
                where counted.participant_id = this.participant_id
                    and counted.quota_type = this.quota_type
                    and counted.window_start = this.period_start
                    and counted.window_end = this.period_end
                    and counted.quota_amount = this.quota_amount
            )
            """,
        ),
        same_amounts(
            "the quotas are those of staging, each once",
            ("participant_id", "quota_type", "period"),
            ("quotas",),
            """
            select participant_id, quota_type, period, count(*) as quotas
            from this
            group by all
            """,
            """
            select
                participant_id, quota_type,
                coalesce(period, cast(period_start as varchar)) as period,
                count(*) as quotas
            from (
                select distinct participant_id, quota_type, period, period_start, period_end
                from staging.stg_quota
            )
            group by all
            """,
        ),
        critical(
            "what is credited to a quota is what the commission summary has measured against it",
            """
            with counted as (
                -- Of several components with one quota type the first one of a plan counts.
                select component_key, plan_id, plan_version, component_id, quota_type
                from plan.plan_component
                inner join plan.plan_quota_rule using (component_key)
                qualify row_number() over (
                    partition by plan_id, plan_version, quota_type order by ordinal
                ) = 1
            ),
            opened as (
                select
                    opening.participant_id, counted.quota_type, opening.as_of,
                    opening.opening_amount
                from intermediate.int_commission__opening as opening
                inner join counted using (component_key)
            ),
            compared as (
                select
                    this.participant_id, this.quota_type, this.period, this.credited_amount,
                    this.period_start, this.period_end,
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
            ),
            begun as (
                select
                    compared.participant_id, compared.quota_type, compared.period,
                    sum(opened.opening_amount) as opening_amount
                from compared
                inner join opened
                    on opened.participant_id = compared.participant_id
                    and opened.quota_type = compared.quota_type
                    and opened.as_of between compared.period_start and compared.period_end
                group by all
            )
            -- A pay period that is longer than the quota's can't be told apart here.
            select participant_id, quota_type, period, credited_amount, measure_amount
            from compared
            left join begun using (participant_id, quota_type, period)
            where
                not is_cut
                and credited_amount <> measure_amount + coalesce(opening_amount, 0)
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


def sales_forecast() -> list[ExpectNoRows]:
    """Expect forecasts that follow from their parts and add up to what was sold a year before."""
    key = ("made_date", "product_id", "territory_id", "channel_type", "month")
    shown = ", ".join(key)
    running = "cast(date_trunc('month', as_of_date + 1) as date)"
    return [
        unique(*key),
        filled(
            key,
            (
                "made_date",
                "product_id",
                "month",
                "horizon",
                "is_sum_of_territories",
                "is_in_sum_above",
                "experts",
                "observations",
                "currency",
            ),
        ),
        critical(
            "the forecast is the mean of statistics and experts by the weight of the experts",
            f"""
            select {shown}, statistical_quantity, expert_quantity, expert_weight, forecast_quantity
            from this
            where
                forecast_quantity is distinct from cast(
                    (1 - cast(expert_weight as decimal(19, 9))) * coalesce(statistical_quantity, 0)
                    + cast(expert_weight as decimal(19, 9)) * coalesce(expert_quantity, 0)
                    as decimal(18, 6)
                )
                or (expert_weight > 0 and expert_quantity is null)
                or (expert_weight < 1 and statistical_quantity is null)
            """,
        ),
        critical(
            "the forecast lies in its interval",
            f"""
            select {shown}, quantity_low, forecast_quantity, quantity_high
            from this
            where
                forecast_quantity not between quantity_low and quantity_high
                or (quantity_low is null) <> (quantity_high is null)
            """,
        ),
        says_why(
            key, "forecast_quantity", "statistical_quantity", "quantity_low", "forecast_amount"
        ),
        same_amounts(
            "rows in no sum above them total what was sold a year before, to the last digit",
            ("product_id", "month"),
            ("quantity",),
            f"""
            select product_id, month, statistical_quantity as quantity
            from this
            cross join run.parameter
            where
                made_date = as_of_date
                and not is_in_sum_above
                and month < {running} + interval 3 month
            """,
            f"""
            select
                product_id, quantity,
                cast(date_trunc('month', document_date) + interval 1 year as date) as month
            from core.sales_line
            cross join run.parameter
            where
                document_date >= {running} - interval 12 month
                and document_date < {running} - interval 9 month
            """,
        ),
    ]


def forecast_accuracy() -> list[ExpectNoRows]:
    """Expect every projection of a complete month to be compared, and rates that follow."""
    key = ("product_line", "territory_id", "horizon", "forecaster_kind", "forecaster")
    shown = ", ".join(key)
    sums = (
        "absolute_error_quantity",
        "absolute_actual_quantity",
        "error_quantity",
        "actual_quantity",
    )
    return [
        unique(*key),
        filled(
            key,
            (
                "horizon",
                "forecaster_kind",
                "forecaster",
                "observations",
                "naive_observations",
                *sums,
                "method",
            ),
        ),
        exact_ratio("wape", "absolute_error_quantity", "absolute_actual_quantity", key),
        exact_ratio("bias", "error_quantity", "actual_quantity", key),
        says_why(key, "wape", "bias", "mase", "value_added"),
        critical(
            "the naive forecast adds no value to itself",
            f"""
            select {shown}, value_added
            from this
            where forecaster_kind = 'naive' and value_added <> 0
            """,
        ),
        same_amounts(
            "each expert's last word of a month on a month that is complete by now is compared",
            ("forecaster",),
            ("projections",),
            """
            select forecaster, observations as projections
            from this
            where forecaster_kind = 'expert'
            """,
            """
            select expert as forecaster, count(*) as projections
            from (
                select distinct
                    expert, product_id, territory_id, date_trunc('month', month) as month,
                    date_trunc('month', made_date) as origin_month
                from staging.stg_expert_projection
                where month is not null
            )
            cross join run.parameter
            where month >= origin_month and month < date_trunc('month', as_of_date + 1)
            group by all
            """,
        ),
    ]

with

goal as (
    select * from {{ ref('int_quota__goal') }}
),

progress as (
    select
        goal_id,
        period_start,
        period_end,
        actual_amount,
        row_number() over (partition by goal_id, period_start, period_end order by day desc) as recency
    from {{ ref('int_quota__goal_progress') }}
),

manager as (
    select distinct manager_id as participant_id
    from {{ ref('stg_participant') }}
    where manager_id is not null
),

quota_measure as (
    select distinct
        quota_type,
        case when measure = 'margin' then 'margin' else 'revenue' end as measure
    from {{ ref('int_commission__component') }}
),

-- Managers' quotas repeat their teams', so only those who manage nobody are summed.
rep_quota as (
    select
        quota.period_start,
        quota.period_end,
        coalesce(quota_measure.measure, 'revenue') as measure,
        quota.amount
    from {{ ref('int_quota__quota') }} as quota
    left join quota_measure
        on quota.quota_type = quota_measure.quota_type
    left join manager
        on quota.participant_id = manager.participant_id
    where manager.participant_id is null
),

covered as (
    select
        goal.goal_id,
        goal.period_start,
        goal.period_end,
        sum(rep_quota.amount) as quota_amount
    from goal
    inner join rep_quota
        on
            goal.measure = rep_quota.measure
            and goal.scope_kind = 'company'
            and goal.period_start <= rep_quota.period_start
            and goal.period_end >= rep_quota.period_end
    group by goal.goal_id, goal.period_start, goal.period_end
),

measured as (
    select
        goal.*,
        covered.quota_amount,
        progress.actual_amount as actual
    from goal
    left join progress
        on
            goal.goal_id = progress.goal_id
            and goal.period_start = progress.period_start
            and goal.period_end = progress.period_end
            and progress.recency = 1
    left join covered
        on
            goal.goal_id = covered.goal_id
            and goal.period_start = covered.period_start
            and goal.period_end = covered.period_end
),

final as (
    select
        goal_id,
        measure,
        scope,
        period,
        period_start,
        period_end,
        cast(amount as decimal(24, 6)) as goal_amount,
        cast(coalesce(actual, 0) as decimal(24, 6)) as actual_amount,
        {{ ratio('coalesce(actual, 0)', 'amount') }} as attainment,
        cast(null as decimal(24, 6)) as expected_amount,
        {{ ratio('quota_amount', 'amount') }} as quota_coverage,
        '{{ var("currency") }}' as currency,
        'expected_amount: not yet estimated' as reason
    from measured
)

select * from final

{{ config(materialized='table') }}

{# S8 of plans: what the cap on a plan's sum takes away, carried by a component of its own. #}

with

quota_window as (
    select * from {{ ref('int_commission__quota_window') }}
    where measure = 'pay'
),

earned as (
    select
        participant_id,
        plan_id,
        plan_version,
        pay_period_start,
        gated_minor + reversal_minor + floor_effect_minor + cap_effect_minor as earned_minor
    from {{ ref('int_commission__component_result') }}
    where payee = 'participant'
    union all
    select
        participant_id,
        plan_id,
        plan_version,
        pay_period_start,
        amount_minor as earned_minor
    from {{ ref('int_commission__override_line') }}
),

paid as (
    select
        participant_id,
        plan_id,
        plan_version,
        pay_period_start,
        cast(sum(earned_minor) as bigint) as earned_minor
    from earned
    group by participant_id, plan_id, plan_version, pay_period_start
),

to_date as (
    select
        quota_window.*,
        window_period.pay_period_start,
        window_period.pay_period,
        window_period.pay_period_end,
        case
            when limits.cap_minor is null then 0
            else -greatest(0, sum(coalesce(paid.earned_minor, 0)) over (
                partition by quota_window.window_number
                order by window_period.pay_period_start
                rows between unbounded preceding and current row
            ) - limits.cap_minor)
        end as cap_effect_to_date_minor
    from quota_window
    inner join {{ ref('int_commission__window_period') }} as window_period
        on quota_window.window_number = window_period.window_number
    left join paid
        on
            quota_window.participant_id = paid.participant_id
            and quota_window.plan_id = paid.plan_id
            and quota_window.plan_version = paid.plan_version
            and window_period.pay_period_start = paid.pay_period_start
    left join {{ ref('int_commission__limit') }} as limits
        on quota_window.window_number = limits.window_number
),

final as (
    select
        *,
        cast(cap_effect_to_date_minor - coalesce(lag(cap_effect_to_date_minor) over (
            partition by window_number order by pay_period_start
        ), 0) as bigint) as cap_effect_minor
    from to_date
)

select * from final

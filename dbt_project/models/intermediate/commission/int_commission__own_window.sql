{{ config(materialized='table') }}

{# Windows that follow a participant's own quotas and no calendar: the dates of the quota (window: quota), and
   the parts of a period whose quota changed (on_change: split). #}

with

component as (
    select * from {{ ref('int_commission__component') }}
    where window_kind = 'quota' or on_change = 'split'
),

period as (
    select * from {{ ref('int_calendar__period') }}
),

dated as (
    select
        quota.participant_id,
        component.component_key,
        case
            when component.on_change = 'split' then greatest(quota.period_start, quota.version_from)
            else quota.period_start
        end as window_start,
        case
            when component.on_change = 'split' then least(quota.period_end, quota.version_to)
            else quota.period_end
        end as window_end
    from component
    inner join {{ ref('int_quota__version') }} as quota
        on
            component.quota_type = quota.quota_type
            and (quota.is_newest or component.on_change = 'split')
    left join period
        on
            component.window_kind = period.period_kind
            and quota.period_start = period.period_start
            and quota.period_end = period.period_end
    where component.window_kind = 'quota' or period.period_start is not null
),

ordered as (
    select
        *,
        max(window_end) over (
            partition by participant_id, component_key
            order by window_start, window_end
            rows between unbounded preceding and 1 preceding
        ) as last_end_before
    from dated
    where window_start <= window_end
),

final as (
    select
        participant_id,
        component_key,
        window_start,
        window_end,
        -- A day can't count in two windows: the one that begins first has it.
        coalesce(window_start <= last_end_before, false) as is_overlapping
    from ordered
)

select * from final

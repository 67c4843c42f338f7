{# The cap and the floor of each window in minor units. A share of a target that is not known limits nothing: that
   is an exception. #}

with

limited as (
    select
        quota_window.window_number,
        plan_limit.limit_kind,
        plan_limit.period_kind,
        {{ limit_in_minor('plan_limit', 'quota_window') }} as limit_minor
    from {{ ref('int_commission__quota_window') }} as quota_window
    inner join {{ source('plan', 'plan_limit') }} as plan_limit
        on quota_window.component_key = plan_limit.component_key
),

final as (
    select
        window_number,
        max(case when limit_kind = 'cap' then period_kind end) as cap_kind,
        max(case when limit_kind = 'cap' then limit_minor end) as cap_minor,
        max(case when limit_kind = 'floor' then period_kind end) as floor_kind,
        max(case when limit_kind = 'floor' then limit_minor end) as floor_minor
    from limited
    group by window_number
)

select * from final

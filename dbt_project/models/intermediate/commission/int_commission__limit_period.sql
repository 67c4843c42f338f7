{# The period of a cap or floor that each pay period of a window falls in; where windows follow no calendar, the
   window itself. #}

with

limits as (
    select * from {{ ref('int_commission__limit') }}
),

limited as (
    select
        window_number,
        cap_kind as period_kind
    from limits
    where cap_kind is not null
    union
    select
        window_number,
        floor_kind as period_kind
    from limits
    where floor_kind is not null
),

final as (
    select
        limited.window_number,
        limited.period_kind,
        window_period.pay_period_start,
        coalesce(period.period_start, quota_window.window_start) as period_start,
        coalesce(period.period_end, quota_window.window_end) as period_end
    from limited
    inner join {{ ref('int_commission__quota_window') }} as quota_window
        on limited.window_number = quota_window.window_number
    inner join {{ ref('int_commission__window_period') }} as window_period
        on limited.window_number = window_period.window_number
    left join {{ ref('int_calendar__period') }} as period
        on
            limited.period_kind = period.period_kind
            and window_period.pay_period_start between period.period_start and period.period_end
)

select * from final

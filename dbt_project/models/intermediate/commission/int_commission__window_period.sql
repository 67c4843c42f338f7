{# The pay periods of each window, as far as there are sales to pay for. #}

with

quota_window as (
    select * from {{ ref('int_commission__quota_window') }}
),

span as (
    select * from {{ ref('int_calendar__span') }}
),

final as (
    select
        quota_window.window_number,
        period.period_start as pay_period_start,
        period.period as pay_period,
        period.period_end as pay_period_end
    from quota_window
    inner join {{ ref('int_calendar__period') }} as period
        on
            quota_window.pay_kind = period.period_kind
            and quota_window.window_end >= period.period_start
            and quota_window.window_start <= period.period_end
    inner join span
        on
            period.period_start <= span.last_sale_date
            and period.period_end >= span.first_sale_date
)

select * from final

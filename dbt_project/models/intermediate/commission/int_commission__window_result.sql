{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('window_id', ref('int_commission__dirty_window')) }}"
) }}

{# S8. The result of each window in each pay period, zero rows included. Gates, multipliers, caps and floors
   are not calculated yet: nothing stands between the lines and the result. #}

with

quota_window as (
    select quota_window.*
    from {{ ref('int_commission__quota_window') }} as quota_window
    inner join {{ ref('int_commission__dirty_window') }} as dirty_window
        on quota_window.window_id = dirty_window.window_id
),

pay_period as (
    select * from {{ ref('int_commission__window_period') }}
),

-- The measure moves once per credit, however many lines pay it.
moved as (
    select
        walked_line.window_id,
        walked_line.pay_period_start,
        walked_line.event_id,
        max(walked_line.measure_delta) as measure_delta,
        sum(walked_line.amount_minor) as walked_minor,
        sum(case when walked_line.is_reversal then walked_line.amount_minor else 0 end) as replaced_minor
    from {{ ref('int_commission__walked_line') }} as walked_line
    inner join quota_window
        on walked_line.window_id = quota_window.window_id
    group by walked_line.window_id, walked_line.pay_period_start, walked_line.event_id
),

measured as (
    select
        window_id,
        pay_period_start,
        cast(sum(measure_delta) as bigint) as measure_units,
        cast(sum(walked_minor) as bigint) as walked_minor,
        cast(sum(replaced_minor) as bigint) as replaced_minor
    from moved
    group by window_id, pay_period_start
),

reversed as (
    select
        reversal_line.window_id,
        reversal_line.pay_period_start,
        cast(sum(reversal_line.amount_minor) as bigint) as reversal_minor
    from {{ ref('int_commission__reversal_line') }} as reversal_line
    inner join quota_window
        on reversal_line.window_id = quota_window.window_id
    group by reversal_line.window_id, reversal_line.pay_period_start
),

totalled as (
    select
        quota_window.*,
        pay_period.pay_period_start,
        pay_period.pay_period,
        pay_period.pay_period_end,
        coalesce(measured.measure_units, 0) as measure_units,
        quota_window.opening_units + cast(sum(coalesce(measured.measure_units, 0)) over (
            partition by quota_window.window_id
            order by pay_period.pay_period_start
            rows between unbounded preceding and current row
        ) as bigint) as measure_to_date_units,
        coalesce(measured.walked_minor, 0) as calculated_minor,
        coalesce(reversed.reversal_minor, 0) - coalesce(measured.replaced_minor, 0) as return_effect_minor
    from quota_window
    inner join pay_period
        on quota_window.window_id = pay_period.window_id
    left join measured
        on
            pay_period.window_id = measured.window_id
            and pay_period.pay_period_start = measured.pay_period_start
    left join reversed
        on
            pay_period.window_id = reversed.window_id
            and pay_period.pay_period_start = reversed.pay_period_start
),

final as (
    select
        *,
        calculated_minor + return_effect_minor as earned_minor
    from totalled
)

select * from final

{{ config(materialized='table') }}

{# The measure of each window up to the end of each of its pay periods, and its quota. A score is one figure for
   the window, known at its end, of a quota of 100%; what measures nothing is known then, too. #}

with

quota_window as (
    select * from {{ ref('int_commission__quota_window') }}
),

window_period as (
    select * from {{ ref('int_commission__window_period') }}
),

measured as (
    select
        window_number,
        pay_period_start,
        measure_units
    from {{ ref('int_commission__measure_total') }}
    union all
    select
        quota_window.window_number,
        window_period.pay_period_start,
        score.score_units as measure_units
    from quota_window
    inner join window_period
        on
            quota_window.window_number = window_period.window_number
            and quota_window.window_end between window_period.pay_period_start and window_period.pay_period_end
    inner join {{ ref('int_commission__score') }} as score
        on
            quota_window.participant_id = score.participant_id
            and quota_window.quota_type = score.objective_id
            and quota_window.window_kind = score.period_kind
            and quota_window.window_start = score.period_start
    where quota_window.measure = 'score'
    union all
    select
        quota_window.window_number,
        window_period.pay_period_start,
        cast(0 as bigint) as measure_units
    from quota_window
    inner join window_period
        on
            quota_window.window_number = window_period.window_number
            and quota_window.window_end between window_period.pay_period_start and window_period.pay_period_end
    where quota_window.measure = 'none'
),

final as (
    select
        quota_window.window_number,
        quota_window.participant_id,
        quota_window.component_key,
        quota_window.plan_id,
        quota_window.plan_version,
        quota_window.component_id,
        quota_window.measure,
        quota_window.window_start,
        window_period.pay_period_start,
        window_period.pay_period,
        window_period.pay_period_end,
        quota_window.quota_numerator,
        quota_window.quota_denominator,
        measured.window_number is not null as is_measured,
        coalesce(measured.measure_units, 0) as measure_units,
        quota_window.opening_units + cast(sum(coalesce(measured.measure_units, 0)) over (
            partition by quota_window.window_number
            order by window_period.pay_period_start
            rows between unbounded preceding and current row
        ) as bigint) as measure_to_date_units
    from quota_window
    inner join window_period
        on quota_window.window_number = window_period.window_number
    left join measured
        on
            window_period.window_number = measured.window_number
            and window_period.pay_period_start = measured.pay_period_start
)

select * from final

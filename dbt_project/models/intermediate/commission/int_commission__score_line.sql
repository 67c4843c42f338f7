{{ config(materialized='table') }}

{# S7 of scores: one line per window, on its last day, with the pay that the curve has for the score. #}

with

quota_window as (
    select * from {{ ref('int_commission__quota_window') }}
    where measure = 'score'
),

scored as (
    select
        attainment.window_id,
        attainment.participant_id,
        attainment.component_key,
        attainment.window_start,
        attainment.pay_period_start,
        attainment.measure_units,
        quota_window.window_end
    from {{ ref('int_commission__attainment') }} as attainment
    inner join quota_window
        on attainment.window_id = quota_window.window_id
    where attainment.is_measured
),

final as (
    select
        scored.window_id,
        scored.participant_id,
        scored.component_key,
        scored.window_start,
        scored.window_end as event_date,
        scored.pay_period_start,
        scored.measure_units as credited_delta,
        cast(0 as bigint) as measure_before,
        scored.measure_units as measure_after,
        segment.segment_number,
        segment.segment_id,
        segment.rate,
        coalesce({{ payout('scored.measure_units', 'segment') }}, 0) as amount_minor
    from scored
    left join {{ ref('int_commission__window_band') }} as band
        on scored.window_id = band.window_id
    left join {{ ref('int_commission__curve_window') }} as segment
        on
            scored.window_id = segment.curve_key
            and segment.curve_number = coalesce(band.curve_number, 0)
            and scored.measure_units >= segment.x_from
            and scored.measure_units < segment.x_to
)

select * from final

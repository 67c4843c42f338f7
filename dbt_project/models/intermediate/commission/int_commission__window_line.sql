{{ config(materialized='table') }}

{# S7 of what pays once for a window: one line, on its last day, with the pay that the curve has for a score, or that
   the cell of a grid of amounts says. #}

with

quota_window as (
    select * from {{ ref('int_commission__quota_window') }}
    where
        measure = 'score'
        or (
            measure = 'none'
            and component_key in (select band.component_key from {{ source('plan', 'plan_band') }} as band)
        )
),

measured as (
    select
        attainment.window_number,
        attainment.participant_id,
        attainment.component_key,
        attainment.window_start,
        attainment.pay_period_start,
        attainment.measure_units,
        case when quota_window.measure = 'score' then 'score' else 'grid' end as cause,
        {{ curve_key('quota_window') }} as curve_key,
        quota_window.window_end
    from {{ ref('int_commission__attainment') }} as attainment
    inner join quota_window
        on attainment.window_number = quota_window.window_number
    where attainment.is_measured
),

final as (
    select
        measured.window_number,
        measured.participant_id,
        measured.component_key,
        measured.window_start,
        measured.window_end as event_date,
        measured.pay_period_start,
        measured.measure_units as credited_delta,
        cast(0 as bigint) as measure_before,
        measured.measure_units as measure_after,
        segment.segment_number,
        segment.segment_id,
        segment.rate,
        measured.cause,
        coalesce({{ payout('measured.measure_units', 'segment') }}, 0) as amount_minor
    from measured
    left join {{ ref('int_commission__window_band') }} as band
        on measured.window_number = band.window_number
    left join {{ ref('int_commission__curve_window') }} as segment
        on
            measured.curve_key = segment.curve_key
            and segment.curve_number = coalesce(band.curve_number, 0)
            and measured.measure_units >= segment.x_from
            and measured.measure_units < segment.x_to
)

select * from final

{{ config(materialized='table') }}

{# What rounding has taken from the curve of a window at the end of a pay period, so that a factor applies to what
   the curve pays before it is rounded. Denominators that would leave no room in 128 bits are left out: there the
   factor applies to the rounded pay; so it does on running curves, which are no function of the measure. #}

with

factor as (
    select
        window_number,
        pay_period_start
    from {{ ref('int_commission__factor') }}
),

reached as (
    select
        attainment.window_number,
        attainment.pay_period_start,
        attainment.measure_to_date_units,
        {{ curve_key('line_window') }} as curve_key,
        coalesce(band.curve_number, 0) as curve_number
    from {{ ref('int_commission__attainment') }} as attainment
    inner join factor
        on
            attainment.window_number = factor.window_number
            and attainment.pay_period_start = factor.pay_period_start
    inner join {{ ref('int_commission__window') }} as line_window
        on attainment.window_number = line_window.window_number
    left join {{ ref('int_commission__window_band') }} as band
        on attainment.window_number = band.window_number
    where
        coalesce(band.walk, line_window.walk) in ('segments', 'reached')
        and (line_window.measure not in ('score', 'none') or attainment.is_measured)
),

final as (
    select
        reached.window_number,
        reached.pay_period_start,
        segment.intercept_wide + segment.slope_wide * cast(reached.measure_to_date_units as {{ type_wide() }})
        - {{ payout('reached.measure_to_date_units', 'segment') }} * segment.denominator_wide as rest_numerator,
        segment.denominator_wide as rest_denominator
    from reached
    inner join {{ ref('int_commission__curve_window') }} as segment
        on
            reached.curve_key = segment.curve_key
            and reached.curve_number = segment.curve_number
            and reached.measure_to_date_units >= segment.x_from
            and reached.measure_to_date_units < segment.x_to
    where segment.denominator_wide < 1000000000000000
)

select * from final

{{ config(materialized='ephemeral') }}

{# S7, the walk `spread`: the money of a credit is spread evenly over another measure, such as its units, which
   walks over the segments. One row per segment crossed, rounded as a running total. #}

with

running as (
    select * from {{ ref('int_commission__running_line') }}
),

placed as (
    select
        running.*,
        place_line.place_delta,
        place_line.place_before,
        place_line.place_after
    from running
    inner join {{ ref('int_commission__place_line') }} as place_line
        on
            running.event_number = place_line.event_number
            and running.participant_id = place_line.participant_id
            and running.component_key = place_line.component_key
    where running.walk = 'spread'
),

crossed as (
    select
        placed.*,
        curve.segment_number,
        curve.segment_id,
        curve.rate,
        curve.denominator_wide,
        curve.rounds_to_even,
        curve.rounds_each_line,
        curve.rounding_unit,
        curve.slope_wide,
        {{ exact_in_segment('placed.place_before', 'placed.place_after', 'curve') }} as exact_in_segment,
        {{ crossed_in_segment('placed.place_before', 'placed.place_after', 'curve') }} as crossed_delta
    from placed
    left join {{ ref('int_commission__curve_window') }} as curve
        on
            placed.curve_key = curve.curve_key
            and placed.curve_number = curve.curve_number
            and curve.x_from <= greatest(placed.place_before, placed.place_after)
            and curve.x_to > least(placed.place_before, placed.place_after)
),

-- Money without a unit has the rate of its place.
spread as (
    select
        *,
        case
            when segment_number is null then cast(0 as {{ type_wide() }})
            when place_delta = 0 then slope_wide * measure_delta * cast(1000000000000 as {{ type_wide() }})
            else {{ spread_evenly('exact_in_segment', 'measure_delta', 'cast(place_delta as ' ~ type_wide() ~ ')') }}
        end as exact_delta,
        case
            when place_delta = 0 or segment_number is null then measure_delta
            else {{ proportion('measure_delta', 'crossed_delta', 'place_delta') }}
        end as credited_delta
    from crossed
    where segment_number is null or place_delta = 0 or crossed_delta <> 0 or exact_in_segment <> 0
),

to_date as (
    select
        *,
        sum(exact_delta) over (
            partition by window_number, line_ordinal
            order by segment_number
            rows between unbounded preceding and current row
        ) as exact_of_line,
        sum(exact_delta) over (
            partition by window_number
            order by line_ordinal, segment_number
            rows between unbounded preceding and current row
        ) as exact_after
    from spread
),

final as (
    select
        {%- for column in walked_columns() %}
            {{ column }},
        {%- endfor %}
        'sale' as line_kind,
        credited_delta,
        cast(coalesce(
            case
                when rounds_each_line then {{ spread_difference('exact_of_line') }}
                else {{ spread_difference('exact_after') }}
            end, 0
        ) as bigint) as amount_minor
    from to_date
)

select * from final

{{ config(materialized='ephemeral') }}

{# S7, the walk `reached`: a credit is paid at the rate that it reaches, and re-rates what was sold before in a
   second row. #}

with

placed as (
    {{ running_at_places("running.walk = 'reached'") }}
),

curve as (
    select * from {{ ref('int_commission__curve_window') }}
),

reached as (
    select
        placed.*,
        reached_segment.segment_number,
        reached_segment.segment_id,
        reached_segment.rate,
        left_segment.segment_number as left_segment_number,
        {{ payout('placed.measure_after', 'reached_segment') }} as pay_after,
        {{ payout('placed.measure_before', 'reached_segment') }} as pay_before_at_reached_rate,
        {{ payout('placed.measure_before', 'left_segment') }} as pay_before
    from placed
    left join curve as reached_segment
        on
            placed.curve_key = reached_segment.curve_key
            and placed.curve_number = reached_segment.curve_number
            and placed.place_after >= reached_segment.x_from
            and placed.place_after < reached_segment.x_to
    left join curve as left_segment
        on
            placed.curve_key = left_segment.curve_key
            and placed.curve_number = left_segment.curve_number
            and placed.place_before >= left_segment.x_from
            and placed.place_before < left_segment.x_to
),

final as (
    select
        {%- for column in walked_columns() %}
            {{ column }},
        {%- endfor %}
        'sale' as line_kind,
        measure_delta as credited_delta,
        cast(coalesce(pay_after - pay_before_at_reached_rate, 0) as bigint) as amount_minor
    from reached
    union all
    select
        {%- for column in walked_columns() %}
            {{ column }},
        {%- endfor %}
        're-rating' as line_kind,
        cast(0 as bigint) as credited_delta,
        cast(pay_before_at_reached_rate - pay_before as bigint) as amount_minor
    from reached
    where
        segment_number <> left_segment_number
        and pay_before_at_reached_rate <> pay_before
)

select * from final

{{ config(materialized='ephemeral') }}

{# S7, the walks `running_before` and `running_after`: a credit is paid at one rate, rounded as a running total,
   and re-rates nothing. #}

with

running as (
    select * from {{ ref('int_commission__running_line') }}
),

curve as (
    select * from {{ ref('int_commission__curve_window') }}
),

placed as (
    select
        running.*,
        {% if has_places() %}
            case
                when running.picked_by is not null and running.walk = 'running_before' then place_line.place_before
                when running.picked_by is not null then place_line.place_after
                when running.walk = 'running_before' then running.measure_before
                else running.measure_after
            end as place
        {% else %}
            case when running.walk = 'running_before' then running.measure_before else running.measure_after end
                as place
        {% endif %}
    from running
    {% if has_places() %}
        left join {{ ref('int_commission__place_line') }} as place_line
            on
                running.event_id = place_line.event_id
                and running.participant_id = place_line.participant_id
                and running.component_key = place_line.component_key
    {% endif %}
    where running.walk in ('running_before', 'running_after')
),

-- Over denominator_wide: sales alone, each at the rate of its own place.
rated as (
    select
        placed.*,
        curve.segment_number,
        curve.segment_id,
        curve.rate,
        curve.denominator_wide,
        curve.rounds_to_even,
        curve.rounds_each_line,
        curve.rounding_unit,
        case when placed.is_taking_back then 0 else placed.measure_delta end
        * cast(curve.slope_wide as {{ type_wide() }}) as exact_delta
    from placed
    left join curve
        on
            placed.curve_key = curve.curve_key
            and placed.curve_number = curve.curve_number
            and placed.place >= curve.x_from
            and placed.place < curve.x_to
),

paid_to_date as (
    select
        *,
        sum(exact_delta) over (
            partition by window_id
            order by line_ordinal
            rows between unbounded preceding and current row
        ) as exact_after
    from rated
),

final as (
    select
        {%- for column in walked_columns() %}
            {{ column }},
        {%- endfor %}
        'sale' as line_kind,
        measure_delta as credited_delta,
        cast(coalesce(
            {{ rounded_difference('exact_after', 'exact_delta', 'exact_delta', 'denominator_wide') }}, 0
        ) as bigint) as amount_minor
    from paid_to_date
)

select * from final

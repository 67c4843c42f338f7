{{ config(materialized='ephemeral') }}

{# S7, the walk `exact`, of components with terms or with lines that are rounded one by one: a row per segment that a
   credit crosses on the curve of its own term, exact until its last step. The pay of all terms is rounded as one
   running total, or each line by itself. #}

with

running as (
    select * from {{ ref('int_commission__running_line') }}
),

curve as (
    select * from {{ ref('int_commission__curve_window') }}
),

crossed as (
    select
        running.*,
        curve.segment_number,
        curve.segment_id,
        curve.rate,
        curve.denominator_wide,
        curve.rounds_to_even,
        curve.rounds_each_line,
        curve.rounding_unit,
        {{ exact_in_segment('running.measure_before', 'running.measure_after', 'curve') }} as exact_in_segment,
        case
            when curve.segment_number is null then running.measure_delta
            else {{ crossed_in_segment('running.measure_before', 'running.measure_after', 'curve') }}
        end as credited_delta
    from running
    left join curve
        on
            running.curve_key = curve.curve_key
            and running.curve_number = curve.curve_number
            and curve.x_from <= greatest(running.measure_before, running.measure_after)
            and curve.x_to > least(running.measure_before, running.measure_after)
    where running.walk = 'exact'
),

-- Over denominator_wide, which is the same for all curves of a component.
paid as (
    select
        *,
        coalesce(exact_in_segment, 0) as exact_delta
    from crossed
    -- An edge that is only touched says nothing.
    where segment_number is null or measure_delta = 0 or credited_delta <> 0 or exact_in_segment <> 0
),

paid_to_date as (
    select
        *,
        {% if has_own_rounding() %}
            sum(exact_delta) over (
                partition by window_number, line_ordinal
                order by segment_number
                rows between unbounded preceding and current row
            ) as exact_of_line,
        {% endif %}
        sum(exact_delta) over (
            partition by window_number
            order by line_ordinal, segment_number
            rows between unbounded preceding and current row
        ) as exact_after
    from paid
),

final as (
    select
        {%- for column in walked_columns() %}
            {{ column }},
        {%- endfor %}
        'sale' as line_kind,
        credited_delta,
        cast(coalesce(
            {{ rounded_difference('exact_after', 'exact_of_line', 'exact_delta', 'denominator_wide') }}, 0
        ) as bigint) as amount_minor
    from paid_to_date
)

select * from final

{{ config(materialized='ephemeral') }}

{# S7, the walk `terms`: one row per segment that a credit crosses on the curve of its own term, at that segment's
   rate. The pay of all terms is rounded as one running total. #}

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
        curve.slope_wide,
        curve.denominator_wide,
        case
            when curve.segment_number is null then running.measure_delta
            when running.measure_delta < 0
                then greatest(running.measure_after, curve.x_from) - least(running.measure_before, curve.x_to)
            else least(running.measure_after, curve.x_to) - greatest(running.measure_before, curve.x_from)
        end as credited_delta
    from running
    left join curve
        on
            running.curve_key = curve.curve_key
            and running.curve_number = curve.curve_number
            and curve.x_from <= greatest(running.measure_before, running.measure_after)
            and curve.x_to > least(running.measure_before, running.measure_after)
    where running.walk = 'terms'
),

-- Over denominator_wide, which is the same for all curves of a component.
paid as (
    select
        *,
        coalesce(credited_delta * cast(slope_wide as {{ type_wide() }}), 0) as exact_delta
    from crossed
    -- An edge that is only touched says nothing.
    where segment_number is null or measure_delta = 0 or credited_delta <> 0
),

paid_to_date as (
    select
        *,
        sum(exact_delta) over (
            partition by window_id
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
            {{ rounded_division('exact_after', 'denominator_wide') }}
            - {{ rounded_division('(exact_after - exact_delta)', 'denominator_wide') }}, 0
        ) as bigint) as amount_minor
    from paid_to_date
)

select * from final

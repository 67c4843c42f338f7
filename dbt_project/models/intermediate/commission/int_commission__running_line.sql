{{ config(materialized='ephemeral') }}

{# S6. The running measure before and after each credit, in the windows that this build calculates. The order
   is total, so any batching of the exports gives the same lines. #}

{% set order_of_lines
    = 'line.event_date, line.is_taking_back, line.order_id, line.line_number, line.document_type, line.event_number, '
    'line.credit_level' %}

with

line as (
    select * from {{ ref('int_commission__rest_line') }}
),

component as (
    select
        component_key,
        component_number,
        walk,
        picked_by,
        re_rates_at_edges,
        returns_rate,
        returns_keep_attainment,
        needs_quota or needs_target as has_curve_of_window
    from {{ ref('int_commission__component') }}
    -- Orders by themselves are walked apart, and what others are less of before all.
    where walk not like 'order%' and walk <> 'house'
),

summed as (
    select
        {{ all_but('line', 'curve_number') }},
        line.curve_number + coalesce(band.curve_number, 0) as curve_number,
        coalesce(band.walk, component.walk) as walk,
        component.picked_by,
        coalesce(band.re_rates_at_edges, component.re_rates_at_edges) as re_rates_at_edges,
        -- What it changes for others in its own window stays, or they would be paid for it twice.
        line.is_taking_back and (
            component.returns_keep_attainment
            or component.returns_rate = 'current'
            or component.walk in ('shared', 'differential')
            or (
                component.returns_rate = 'as_sold'
                and (
                    line.original_window_number <> line.window_number
                    or coalesce(band.walk, component.walk) in ('running_before', 'running_after')
                )
            )
        ) as is_reversal,
        case when component.has_curve_of_window then line.window_number else component.component_number end as curve_key,
        coalesce(opening.opening_units, 0)
        + cast(sum(line.measure_delta) over (
            partition by line.window_number
            order by {{ order_of_lines }}
            rows between unbounded preceding and current row
        ) as bigint) as measure_after,
        row_number() over (partition by line.window_number order by {{ order_of_lines }}) as line_ordinal
    from line
    inner join component
        on line.component_key = component.component_key
    left join {{ ref('int_commission__window_band') }} as band
        on line.window_number = band.window_number
    left join {{ ref('int_commission__opening') }} as opening
        on
            line.participant_id = opening.participant_id
            and line.component_key = opening.component_key
            and line.window_start = opening.window_start
),

final as (
    select
        *,
        measure_after - measure_delta as measure_before
    from summed
)

select * from final

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

-- Nothing goes through the sorting that the window itself says.
summed as (
    select
        line.*,
        cast(sum(line.measure_delta) over (
            partition by line.window_number
            order by {{ order_of_lines }}
            rows between unbounded preceding and current row
        ) as bigint) as summed_units,
        row_number() over (partition by line.window_number order by {{ order_of_lines }}) as line_ordinal
    from line
),

described as (
    select
        {{ all_but('summed', 'curve_number') }},
        summed.curve_number + coalesce(band.curve_number, 0) as curve_number,
        line_window.participant_id,
        line_window.component_key,
        line_window.picked_by,
        coalesce(band.walk, line_window.walk) as walk,
        coalesce(band.re_rates_at_edges, line_window.re_rates_at_edges) as re_rates_at_edges,
        -- What it changes for others in its own window stays, or they would be paid for it twice.
        summed.is_taking_back and (
            line_window.returns_keep_attainment
            or line_window.returns_rate = 'current'
            or line_window.walk in ('shared', 'differential')
            or (
                line_window.returns_rate = 'as_sold'
                and (
                    summed.original_window_number <> summed.window_number
                    or coalesce(band.walk, line_window.walk) in ('running_before', 'running_after')
                )
            )
        ) as is_reversal,
        {{ curve_key('line_window') }} as curve_key,
        coalesce(opening.opening_units, 0) + summed.summed_units as measure_after
    from summed
    inner join {{ ref('int_commission__window') }} as line_window
        on summed.window_number = line_window.window_number
    left join {{ ref('int_commission__window_band') }} as band
        on summed.window_number = band.window_number
    left join {{ ref('int_commission__opening') }} as opening
        on
            line_window.participant_id = opening.participant_id
            and line_window.component_key = opening.component_key
            and line_window.window_start = opening.window_start
    -- Orders by themselves are walked apart, and what others are less of before all.
    where line_window.walk not like 'order%' and line_window.walk <> 'house'
),

final as (
    select
        *,
        measure_after - measure_delta as measure_before
    from described
)

select * from final

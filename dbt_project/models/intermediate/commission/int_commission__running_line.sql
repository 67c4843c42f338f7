{{ config(materialized='ephemeral') }}

{# S6. The running measure before and after each credit, in the windows that this build calculates. The order
   is total, so any batching of the exports gives the same lines. #}

{% set order_of_lines
    = 'line.event_date, line.is_taking_back, line.order_id, line.line_number, line.document_type, line.event_id' %}

with

line as (
    select measure_line.*
    from {{ ref('int_commission__measure_line') }} as measure_line
    inner join {{ ref('int_commission__dirty_window') }} as dirty_window
        on measure_line.window_id = dirty_window.window_id
),

component as (
    select
        component_key,
        walk,
        picked_by,
        re_rates_at_edges,
        needs_quota or needs_target as has_curve_of_window
    from {{ ref('int_commission__component') }}
    -- Orders by themselves are walked apart.
    where walk not like 'order%'
),

summed as (
    select
        line.*,
        component.walk,
        component.picked_by,
        component.re_rates_at_edges,
        case when component.has_curve_of_window then line.window_id else line.component_key end as curve_key,
        cast(sum(line.measure_delta) over (
            partition by line.window_id
            order by {{ order_of_lines }}
            rows between unbounded preceding and current row
        ) as bigint) as measure_after,
        row_number() over (partition by line.window_id order by {{ order_of_lines }}) as line_ordinal
    from line
    inner join component
        on line.component_key = component.component_key
),

final as (
    select
        *,
        measure_after - measure_delta as measure_before
    from summed
)

select * from final

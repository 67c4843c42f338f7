{{ config(materialized='ephemeral') }}

{# S4, second part. The measure lines with whose they are and what they count for, which is said by the numbers of their
   windows. #}

with

final as (
    select
        measure_line.*,
        line_window.participant_id,
        line_window.component_key,
        line_window.window_start,
        coalesce(original_component.component_key, line_window.component_key) as original_component_key
    from {{ ref('int_commission__measure_line') }} as measure_line
    inner join {{ ref('int_commission__window') }} as line_window
        on measure_line.window_number = line_window.window_number
    left join {{ ref('int_commission__component') }} as original_component
        on {{ component_of_window('measure_line.original_window_number') }} = original_component.component_number
)

select * from final

-- depends_on: {{ ref('int_commission__measure_line') }}, {{ ref('int_sales__touched_order') }}
{{ config(materialized='table') }}

{# The windows that this build calculates: all of them, or those that touched orders lie in or lay in, and
   those that take back sales of such a window. #}

{% set last_lines = last_build_of('intermediate', 'int_commission__walked_line') %}

with

{% if should_full_refresh() or not last_lines %}

    final as (
        select window_id from {{ ref('int_commission__quota_window') }}
    )

{% else %}

    touched as (
        select measure_line.window_id
        from {{ ref('int_commission__measure_line') }} as measure_line
        inner join {{ ref('int_sales__touched_order') }} as touched_order
            on measure_line.root_order_id = touched_order.root_order_id
        union
        select last_line.window_id
        from {{ last_lines }} as last_line
        inner join {{ ref('int_sales__touched_order') }} as touched_order
            on last_line.root_order_id = touched_order.root_order_id
    ),

    -- A window that this build has for the first time still gets its zero row.
    opened as (
        select quota_window.window_id
        from {{ ref('int_commission__quota_window') }} as quota_window
        left join {{ last_build_of('intermediate', 'int_commission__window_result') }} as last_result
            on quota_window.window_id = last_result.window_id
        where last_result.window_id is null
    ),

    taking_back as (
        select measure_line.window_id
        from {{ ref('int_commission__measure_line') }} as measure_line
        inner join touched
            on measure_line.original_window_id = touched.window_id
    ),

    final as (
        select window_id from touched
        union
        select window_id from opened
        union
        select window_id from taking_back
    )

{% endif %}

select * from final

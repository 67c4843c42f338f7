-- depends_on: {{ ref('int_commission__measure_line') }}, {{ ref('int_sales__touched_order') }}
-- depends_on: {{ ref('int_commission__window_period') }}
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

    -- Sales that move the first or last day open pay periods, which get their zero row, or close them.
    opened_or_closed as (
        select distinct coalesce(window_period.window_id, last_result.window_id) as window_id
        from {{ ref('int_commission__window_period') }} as window_period
        full outer join {{ last_build_of('intermediate', 'int_commission__window_result') }} as last_result
            on
                window_period.window_id = last_result.window_id
                and window_period.pay_period_start = last_result.pay_period_start
        where window_period.window_id is null or last_result.window_id is null
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
        select window_id from opened_or_closed
        union
        select window_id from taking_back
    )

{% endif %}

select * from final

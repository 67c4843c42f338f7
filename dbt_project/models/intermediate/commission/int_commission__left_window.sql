{{ config(materialized='table') }}

{# A table, because the lines that it reads are deleted by touched orders. #}

{% set last_lines = last_build_of('intermediate', 'int_commission__measure_line') %}

with

touched_order as (
    select root_order_id from {{ ref('int_sales__touched_order') }}
),

{% if should_full_refresh() or not last_lines %}

    final as (
        select cast(null as bigint) as window_number
        from touched_order
        where false
    )

{% else %}

    final as (
        select distinct last_line.window_number
        from {{ last_lines }} as last_line
        inner join touched_order
            on last_line.root_order_id = touched_order.root_order_id
    )

{% endif %}

select * from final

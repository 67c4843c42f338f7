{{ config(materialized='ephemeral') }}

{# S7, the walk `house`: the lines of components that others are less of, as they were paid before. #}

with

final as (
    select
        {%- for column in walked_columns() %}
            {{ 'false as is_reversal' if column == 'is_reversal' else 'house_pay.' ~ column }},
        {%- endfor %}
        house_pay.line_kind,
        house_pay.measure_delta as credited_delta,
        house_pay.amount_minor
    from {{ ref('int_commission__house_pay') }} as house_pay
    inner join {{ ref('int_commission__dirty_window') }} as dirty_window
        on house_pay.window_number = dirty_window.window_number
)

select * from final

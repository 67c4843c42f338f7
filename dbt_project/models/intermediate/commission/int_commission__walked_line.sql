{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('window_number', ref('int_commission__dirty_window')) }}"
) }}

{# S7, first half. What each credit moves on the curve, by the way in which its component walks. The ways are
   parts of this query, so that the running line is made once. What takes a sale back on a running curve, or from an
   order by itself, has the sale's own cents. #}

with

walked as (
    {% for way in ways_of_walking() %}
        select * from {{ ref('int_commission__walked_' ~ way) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        {%- for column in walked_columns() if column != 'is_reversal' %}
            {{ column }},
        {%- endfor %}
        line_kind,
        credited_delta,
        amount_minor,
        is_reversal and line_kind = 'sale' as is_reversal
    from walked
)

select * from final

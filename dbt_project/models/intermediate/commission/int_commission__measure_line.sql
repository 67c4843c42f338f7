-- depends_on: {{ ref('int_commission__left_window') }}
-- depends_on: {{ ref('int_commission__counted_line') }}, {{ ref('int_commission__deducted_line') }}
-- depends_on: {{ ref('int_sales__document') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('root_order_id', ref('int_sales__touched_order')) }}"
) }}

{# S3, second half. What a credit adds to the running measure of a component: money, millionths of a quantity by
   the credit's share, or what is counted one by one. #}

{% set measures = measures_in_use() %}

with

credit as (
    select * from {{ ref('int_commission__component_credit') }}
    where measure not in ('orders', 'customers', 'deducted')
),

measured as (
    select
        credit.*,
        case
            when credit.measure = 'margin' then credit.margin_units + credit.unsold_margin_units
            {% if 'quantity' in measures %}
                when credit.measure = 'quantity'
                    then cast(round({{ millionths_as_integer('document.quantity') }} * credit.share) as bigint)
            {% endif %}
            else credit.net_units + credit.unsold_net_units
        end as measure_units
    from credit
    {% if 'quantity' in measures %}
        inner join {{ ref('int_sales__document') }} as document
            on credit.document_id = document.document_id
    {% endif %}
),

final as (
    select
        {%- for column in measure_line_columns() %}
            {{ column }},
        {%- endfor %}
        case when is_kept then 0 else measure_units end as measure_delta,
        case when is_kept then measure_units end as kept_delta
    from measured
    where measure_units is not null
    {% if 'deducted' in measures %}
        union all
        select
            {%- for column in measure_line_columns() %}
                {{ column }},
            {%- endfor %}
            case when is_kept then 0 else measure_units end as measure_delta,
            case when is_kept then measure_units end as kept_delta
        from {{ ref('int_commission__deducted_line') }}
        where measure_units is not null
    {% endif %}
    {% if 'orders' in measures or 'customers' in measures %}
        union all
        select
            {%- for column in measure_line_columns() %}
                {{ column }},
            {%- endfor %}
            measure_delta,
            cast(null as bigint) as kept_delta
        from {{ ref('int_commission__counted_line') }}
    {% endif %}
)

select * from final

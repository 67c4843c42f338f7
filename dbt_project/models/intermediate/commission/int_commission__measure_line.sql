{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('root_order_id', ref('int_sales__touched_order')) }}"
) }}

{# S3, second half. What a credit adds to the running measure of a component. An order counts once, with the first
   of its lines, and so does a customer in a window; what takes the last of the lines back takes the count back,
   and follows the line that brought it. #}

{% set measures = measures_in_use() %}
{% set counts = 'orders' in measures or 'customers' in measures %}
{% set order_of_lines = 'event_date, is_taking_back, order_id, line_number, document_type' %}

with

credit as (
    select
        *,
        {{ window_id('participant_id', 'component_key', 'window_start') }} as window_id,
        case
            when is_taking_back
                then {{ window_id('participant_id', 'original_component_key', 'original_window_start') }}
        end as original_window_id
    from {{ ref('int_commission__component_credit') }}
),

changed as (
    select
        credit.*,
        {{ counted_once(measures) }} as counted_key,
        {{ change_of_measure(measures) }} as measure_delta
    from credit
    {% if counts or 'quantity' in measures %}
        left join {{ ref('int_sales__document') }} as document
            on credit.document_id = document.document_id
    {% endif %}
),

{% if counts %}

    opened as (
        select
            *,
            sum(measure_delta) over (
                partition by participant_id, counted_key
                order by {{ order_of_lines }}
                rows between unbounded preceding and current row
            ) as open_after,
            row_number() over (partition by participant_id, counted_key order by {{ order_of_lines }}) as line_ordinal
        from changed
        where counted_key is not null
    ),

    counted as (
        select
            *,
            case when open_after > 0 then 1 else 0 end
            - case when open_after - measure_delta > 0 then 1 else 0 end as count_delta
        from opened
    ),

    brought as (
        select
            *,
            max(case when count_delta = 1 then line_ordinal end) over (
                partition by participant_id, counted_key
                order by line_ordinal
                rows between unbounded preceding and current row
            ) as bringing_ordinal
        from counted
    ),

{% endif %}

{% set columns = [
    'window_id', 'event_id', 'participant_id', 'component_key', 'curve_number', 'credit_level', 'document_id',
    'root_order_id', 'order_id', 'line_number', 'document_type', 'is_taking_back', 'event_date', 'window_start',
    'pay_period_start', 'share', '_loaded_at',
] %}
{% set originals = ['event_id', 'window_id', 'component_key'] %}

final as (
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        {%- for column in originals %}
            original_{{ column }},
        {%- endfor %}
        measure_delta
    from changed
    where
        counted_key is null
        and measure_delta is not null
    {% if counts %}
        union all
        select
            {%- for column in columns %}
                brought.{{ column }},
            {%- endfor %}
            {%- for column in originals %}
                case
                    when brought.is_taking_back then coalesce(bringing.{{ column }}, brought.original_{{ column }})
                    else brought.original_{{ column }}
                end as original_{{ column }},
            {%- endfor %}
            cast(brought.count_delta as bigint) as measure_delta
        from brought
        left join counted as bringing
            on
                brought.participant_id = bringing.participant_id
                and brought.counted_key = bringing.counted_key
                and brought.bringing_ordinal = bringing.line_ordinal
    {% endif %}
)

select * from final

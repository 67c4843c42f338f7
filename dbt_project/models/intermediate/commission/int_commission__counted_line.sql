{{ config(materialized='ephemeral') }}

{# S3, the measures that are counted. An order counts once, with the first of its lines, and a customer once in the
   window of the sale; what takes the last of the lines back takes the count back, and follows the line that brought
   it. A credit note is no order. #}

{% set order_of_lines = 'event_date, is_taking_back, order_id, line_number, document_type' %}
{% set of_counted = 'partition by participant_id, counted_key order by ' ~ order_of_lines %}
{% set until_now = 'rows between unbounded preceding and current row' %}

with

credit as (
    select
        credit.*,
        document.customer_id,
        document.sale_basis,
        document.taken_back_basis,
        document.taken_back_basis + document.basis as taken_back_basis_before
    from {{ ref('int_commission__component_credit') }} as credit
    inner join {{ ref('int_sales__document') }} as document
        on credit.document_id = document.document_id
    where
        credit.measure in ('orders', 'customers')
        and document.sale_basis > 0
        and (credit.measure = 'orders' or document.customer_id is not null)
),

-- A line opens what is counted, until all of it has come back.
line as (
    select
        *,
        case
            when measure = 'orders' then plan_id || '|' || component_id || '|' || root_order_id
            else cast(coalesce(original_window_number, window_number) as {{ dbt.type_string() }}) || '|' || customer_id
        end as counted_key,
        case
            when not is_taking_back then 1
            when taken_back_basis >= sale_basis and taken_back_basis_before < sale_basis then -1
            else 0
        end as opened
    from credit
),

opened as (
    select
        *,
        sum(opened) over ({{ of_counted }} {{ until_now }}) as open_after,
        row_number() over ({{ of_counted }}) as line_ordinal
    from line
),

counted as (
    select
        *,
        cast(
            case when open_after > 0 then 1 else 0 end - case when open_after - opened > 0 then 1 else 0 end as bigint
        ) as measure_delta
    from opened
),

brought as (
    select
        *,
        max(case when measure_delta = 1 then line_ordinal end) over ({{ of_counted }} {{ until_now }})
            as bringing_ordinal
    from counted
),

final as (
    select
        {%- for column in measure_line_columns() if not column.startswith('original_') %}
            brought.{{ column }},
        {%- endfor %}
        {%- for column in ['event_number', 'window_number'] %}
            case when brought.is_taking_back then bringing.{{ column }} else brought.original_{{ column }} end
                as original_{{ column }},
        {%- endfor %}
        brought.measure_delta
    from brought
    left join counted as bringing
        on
            brought.participant_id = bringing.participant_id
            and brought.counted_key = bringing.counted_key
            and brought.bringing_ordinal = bringing.line_ordinal
)

select * from final

{# S7. All lines that pay: the moves on the curve, and reversals in place of the moves of what was sold in an
   earlier window. #}

{% set columns = [
    'window_id', 'event_id', 'participant_id', 'component_key', 'credit_level', 'document_id', 'document_type',
    'event_date', 'window_start', 'pay_period_start', 'share', 'credited_delta', 'measure_before', 'measure_after',
    'segment_number', 'segment_id', 'rate', 'line_kind', 'amount_minor', '_loaded_at',
] %}

with

every_line as (
    select
    {%- for column in columns %}
            {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ ref('int_commission__walked_line') }}
    where not is_reversal
    union all
    select
    {%- for column in columns %}
            {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ ref('int_commission__reversal_line') }}
),

final as (
    select
        event_id || '|' || participant_id || '|' || component_key
        || '|'
        || cast(coalesce(segment_number, 0) as {{ dbt.type_string() }})
        || '|'
        || line_kind
        -- The same order may be credited to one person at several levels.
        || case when credit_level > 1 then '|' || cast(credit_level as {{ dbt.type_string() }}) else '' end
            as commission_line_id,
        *
    from every_line
)

select * from final

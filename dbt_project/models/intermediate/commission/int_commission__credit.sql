{# S2. What counts for whom: level 0 is who sold, higher levels are credited with what others sold. #}

{% set columns = [
    'event_number', 'original_event_number', 'document_id', 'root_order_id', 'order_id', 'line_number', 'document_type',
    'is_taking_back', 'event_kind', 'event_date', 'order_date', 'participant_id', 'share', 'is_full_split',
    'net_units', 'margin_units', '_loaded_at',
] %}

with

final as (
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        'direct' as credit_kind,
        cast(0 as bigint) as credit_level,
        is_full_pay_split
    from {{ ref('int_commission__direct_credit') }}
    {%- for relation in [
        ref('int_commission__rolled_credit'), ref('int_commission__territory_credit')
    ] %}
        union all
        select
            {%- for column in columns %}
                {{ column }},
            {%- endfor %}
            credit_kind,
            credit_level,
            is_full_split as is_full_pay_split
        from {{ relation }}
    {%- endfor %}
)

select * from final

{# S7 and S8. All lines that pay: the moves on the curve, reversals in place of the moves of what was sold in an
   earlier window, and without a transaction fixed pay, scores and adjustments. #}

{% set columns = [
    'window_number', 'event_number', 'credit_level', 'event_date', 'pay_period_start', 'share', 'credited_delta',
    'measure_before', 'measure_after', 'segment_number', 'segment_id', 'rate', 'line_kind', 'amount_minor',
] %}

with

credited_line as (
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

plain_line as (
    {%- for table, line_kind, cause, has_measure in [
        ('int_commission__window_line', 'fixed', 'cause', true),
        ('int_commission__override_line', 'fixed', "'override'", true),
        ('int_commission__fixed_line', 'fixed', "'fixed'", false),
        ('int_commission__adjustment_line', 'adjustment', 'cause', false),
        ('int_commission__pool_line', 'fixed', "'pool'", false),
        ('int_commission__contest_line', 'fixed', "'contest'", false),
    ] %}
        select
            window_number,
            participant_id,
            component_key,
            event_date,
            window_start,
            pay_period_start,
            {%- if has_measure %}
                credited_delta,
                measure_before,
                measure_after,
                segment_number,
                segment_id,
                rate,
            {%- else %}
                cast(0 as bigint) as credited_delta,
                cast(null as bigint) as measure_before,
                cast(null as bigint) as measure_after,
                cast(null as bigint) as segment_number,
                cast(null as {{ dbt.type_string() }}) as segment_id,
                cast(null as decimal(18, 9)) as rate,
            {%- endif %}
            '{{ line_kind }}' as line_kind,
            {{ cause }} as cause,
            amount_minor
        from {{ ref(table) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        event.event_id || '|' || line_window.participant_id || '|' || line_window.component_key
        || '|'
        || cast(coalesce(line.segment_number, 0) as {{ dbt.type_string() }})
        || '|'
        || line.line_kind
        -- The same order may be credited to one person at several levels.
        || case when line.credit_level > 1 then '|' || cast(line.credit_level as {{ dbt.type_string() }}) else '' end
            as commission_line_id,
        cast(null as {{ dbt.type_string() }}) as cause,
        {%- for column in columns %}
            line.{{ column }},
        {%- endfor %}
        line_window.participant_id,
        line_window.component_key,
        line_window.window_start,
        event.document_id,
        event.document_type
    from credited_line as line
    inner join {{ ref('int_commission__window') }} as line_window
        on line.window_number = line_window.window_number
    inner join {{ ref('int_commission__sale_event') }} as event
        on line.event_number = event.event_number
    union all
    select
        {{ window_id('participant_id', 'component_key', 'window_start') }} || '|'
        || cast(pay_period_start as {{ dbt.type_string() }}) || '|' || cause as commission_line_id,
        cause,
        window_number,
        cast(null as bigint) as event_number,
        cast(null as integer) as credit_level,
        event_date,
        pay_period_start,
        cast(null as decimal(18, 9)) as share,
        credited_delta,
        measure_before,
        measure_after,
        segment_number,
        segment_id,
        rate,
        line_kind,
        amount_minor,
        participant_id,
        component_key,
        window_start,
        cast(null as {{ dbt.type_string() }}) as document_id,
        cast(null as {{ dbt.type_string() }}) as document_type
    from plain_line
)

select * from final

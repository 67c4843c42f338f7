{# The measures of all components. #}
{% macro measures_in_use() -%}
    {%- set relation = source('plan', 'plan_component') -%}
    {%- if execute -%}
        {{ return(run_query('select distinct measure from ' ~ relation).rows | map(attribute='measure') | list) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}

{# Whether a component is less of another's pay. #}
{% macro pays_the_company() -%}
    {%- set relation = source('plan', 'plan_component') -%}
    {%- if execute -%}
        {{ return(run_query('select 1 from ' ~ relation ~ ' where house_key is not null limit 1').rows | length > 0) }}
    {%- endif -%}
    {{ return(true) }}
{%- endmacro %}

{# The columns of a credit that int_commission__measure_line keeps; each way of measuring adds measure_delta. #}
{% macro measure_line_columns() %}
    {{ return([
        'window_number', 'original_window_number', 'event_number', 'original_event_number', 'curve_number',
        'credit_level', 'root_order_id', 'order_id', 'line_number', 'document_type', 'is_taking_back', 'event_date',
        'pay_period_start', 'share',
    ]) }}
{% endmacro %}

{# The columns of a window in a pay period that its result keeps, whatever it is paid for. #}
{% macro window_columns() %}
    {{ return([
        'window_number', 'participant_id', 'component_key', 'plan_id', 'plan_version', 'component_id', 'measure',
        'window_start', 'window_end', 'pay_kind', 'pay_period_start', 'pay_period', 'pay_period_end', 'quota_amount',
        'quota_numerator', 'quota_denominator', 'yearly_target_numerator', 'yearly_target_denominator',
        'target_numerator', 'target_denominator', 'needs_quota', 'needs_target', 'currency', 'is_approved', 'payee',
    ]) }}
{% endmacro %}

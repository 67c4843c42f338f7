{# The columns that every way of walking gives of a credit and the segment that it reaches; each adds
   line_kind, credited_delta and amount_minor of its own. #}
{% macro walked_columns() %}
    {{ return([
        'window_id', 'original_window_id', 'event_id', 'original_event_id', 'participant_id', 'component_key',
        'original_component_key', 'credit_level', 'document_id', 'root_order_id', 'document_type', 'is_taking_back',
        'event_date', 'window_start', 'pay_period_start', 'share',
        'measure_delta', 'measure_before', 'measure_after', 'segment_number', 'segment_id', 'rate', 'walk', '_loaded_at',
    ]) }}
{% endmacro %}

{# The models of the ways of walking, of which only those that some component takes are run. #}
{% macro ways_of_walking() -%}
    {%- set models = {
        'segments': 'segment', 'reached': 'whole', 'running': 'running', 'exact': 'exact', 'spread': 'spread',
        'order': 'order',
    } -%}
    {%- if not execute -%}
        {{ return(models.values() | list) }}
    {%- endif -%}
    {%- set used = run_query('select distinct walk from ' ~ source('plan', 'plan_component')).rows -%}
    {%- set ways = ['segment'] -%}
    {%- for walk in used | map(attribute='walk') if models[walk.split('_')[0]] not in ways -%}
        {%- do ways.append(models[walk.split('_')[0]]) -%}
    {%- endfor -%}
    {{ return(ways | sort) }}
{%- endmacro %}

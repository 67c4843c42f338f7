{# The columns that every way of walking gives of a credit and the segment that it reaches; each adds
   line_kind, credited_delta and amount_minor of its own. #}
{% macro walked_columns() %}
    {{ return([
        'window_id', 'original_window_id', 'event_id', 'original_event_id', 'participant_id', 'component_key',
        'original_component_key', 'credit_level', 'document_id', 'root_order_id', 'document_type', 'is_taking_back',
        'event_date', 'window_start', 'pay_period_start', 'share',
        'measure_delta', 'kept_delta', 'measure_before', 'measure_after', 'curve_number', 'segment_number', 'segment_id',
        'rate', 'is_reversal', '_loaded_at',
    ]) }}
{% endmacro %}

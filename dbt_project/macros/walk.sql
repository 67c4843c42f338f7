{# The columns that every way of walking gives of a credit and the segment that it reaches; each adds
   line_kind, credited_delta and amount_minor of its own. #}
{% macro walked_columns() %}
    {{ return([
        'window_number', 'original_window_number', 'event_number', 'original_event_number', 'credit_level',
        'is_taking_back', 'event_date', 'pay_period_start', 'share', 'measure_delta', 'kept_delta',
        'measure_before', 'measure_after', 'curve_number', 'segment_number', 'segment_id', 'rate', 'is_reversal',
    ]) }}
{% endmacro %}

{# The models of the ways of walking, of which only those that some component takes are run. #}
{% macro ways_of_walking() -%}
    {%- set models = {
        'segments': 'segment', 'reached': 'whole', 'running': 'running', 'exact': 'exact', 'spread': 'spread',
        'order': 'order', 'shared': 'shared', 'differential': 'differential',
        'house': 'house',
    } -%}
    {%- if not execute -%}
        {{ return(models.values() | list) }}
    {%- endif -%}
    {%- set used = run_query(
        'select walk from ' ~ source('plan', 'plan_component') ~ ' union select walk from ' ~ source('plan', 'plan_band')
    ).rows -%}
    {%- set ways = ['segment'] -%}
    {%- for walk in used | map(attribute='walk') if walk.split('_')[0] in models and models[walk.split('_')[0]] not in ways -%}
        {%- do ways.append(models[walk.split('_')[0]]) -%}
    {%- endfor -%}
    {{ return(ways | sort) }}
{%- endmacro %}

{# Key of the curves of a window: its own where a quota or a target enters, else those of its component. #}
{% macro curve_key(line_window) -%}
    case
        when {{ line_window }}.needs_quota or {{ line_window }}.needs_target then {{ line_window }}.window_number
        else {{ line_window }}.component_number
    end
{%- endmacro %}

{# The running lines of some walks, with the place before and after each that picks its rate: the running measure,
   or what another one has reached. #}
{% macro running_at_places(condition) -%}
    select
        running.*,
        {% if has_places() %}
            case when running.picked_by is null then running.measure_before else place_line.place_before end
                as place_before,
            case when running.picked_by is null then running.measure_after else place_line.place_after end
                as place_after
        {% else %}
            running.measure_before as place_before,
            running.measure_after as place_after
        {% endif %}
    from {{ ref('int_commission__running_line') }} as running
    {% if has_places() %}
        left join {{ ref('int_commission__place_line') }} as place_line
            on
                running.event_number = place_line.event_number
                and running.participant_id = place_line.participant_id
                and running.component_key = place_line.component_key
    {% endif %}
    where {{ condition }}
{%- endmacro %}

{# What a sale has given back where `taken_back` of its basis has come back: its own cents, and at the rate of the
   curve what the company has had of that part and, by `house_minor` of less than zero, not given back. #}
{% macro given_back_of_rest(taken_back, house_minor) -%}
    {%- set wide = type_wide() -%}
    {%- set units = minor_to_millionths('slope_wide') -%}
    case
        when sale_basis = 0 then 0
        else {{ rounded_division(
            '(cast(own_minor as ' ~ wide ~ ') * denominator_wide + ' ~ units ~ ' * house_minor) * ' ~ taken_back
            ~ ' + ' ~ units ~ ' * ' ~ house_minor ~ ' * sale_basis',
            'denominator_wide * cast(sale_basis as ' ~ wide ~ ')'
        ) }}
    end
{%- endmacro %}

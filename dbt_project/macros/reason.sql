{# Why figures of a row are NULL: the texts whose conditions hold, one after the other; NULL where none does. #}
{% macro reasons(conditions) -%}
    {%- set parts = [] -%}
    {%- for text, condition in conditions.items() -%}
        {%- do parts.append("case when " ~ condition ~ " then '; " ~ text ~ "' else '' end") -%}
    {%- endfor -%}
    nullif(substring({{ parts | join(' || ') }}, 3), '')
{%- endmacro %}

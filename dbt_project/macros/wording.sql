{# Words that a mart makes of its figures, the same on every engine. #}

{# Those texts that are not NULL, one after the other; NULL when there is none. #}
{% macro joined(texts, delimiter='; ') -%}
    {%- set parts = [] -%}
    {%- for text in texts -%}
        {%- do parts.append("coalesce('" ~ delimiter ~ "' || " ~ text ~ ", '')") -%}
    {%- endfor -%}
    nullif(substring({{ parts | join(' || ') }}, {{ delimiter | length + 1 }}), '')
{%- endmacro %}

{# Why figures of a row are NULL: `columns: words` of each part whose condition holds; NULL where none does. A part
   is (columns, condition, SQL that gives the words). #}
{% macro reasons(parts) -%}
    {%- set texts = [] -%}
    {%- for columns, condition, words in parts -%}
        {%- do texts.append("case when " ~ condition ~ " then '" ~ columns ~ ": ' || " ~ words ~ " end") -%}
    {%- endfor -%}
    {{ joined(texts) }}
{%- endmacro %}

{# A whole number as text. #}
{% macro count_text(number) -%} cast(cast({{ number }} as bigint) as {{ dbt.type_string() }}) {%- endmacro %}

{# A rate (DECIMAL) as percent: 0.0512 is 5.1%. #}
{% macro percent_text(rate, digits=1) -%}
    cast(cast({{ rate }} * 100 as decimal(18, {{ digits }})) as {{ dbt.type_string() }}) || '%'
{%- endmacro %}

{# Why figures of a row are NULL, in words: `columns: words` of each part whose condition holds, joined by
   semicolons; NULL where none does. A part is (columns, condition, SQL that gives the words). #}
{% macro reasons(parts) -%}
    nullif(substring(
        {%- for columns, condition, words in parts %}
            {{ '|| ' if not loop.first }}case when {{ condition }} then '; {{ columns }}: ' || {{ words }} else '' end
        {%- endfor %}, 3
    ), '')
{%- endmacro %}

{# A promotion's scope in words: kinds with their ids, like `product_line: tea; channel: C01, C02`. Kinds are
   product, product_line, channel and territory; case and single spaces around the marks don't matter. #}

{# The ids of a kind, separated by commas, in small letters; '' where the scope does not name the kind. #}
{% macro scope_ids(scope, kind) -%}
    {%- set text = namespace(sql="lower(coalesce(" ~ scope ~ ", ''))") -%}
    {%- for mark in [',', ':', ';'] -%}
        {%- set text.sql = "replace(replace(" ~ text.sql ~ ", ' " ~ mark ~ "', '" ~ mark ~ "'), '" ~ mark ~ " ', '" ~ mark ~ "')" -%}
    {%- endfor -%}
    trim(split_part(split_part(
        ';' || replace(trim({{ text.sql }}), 'product line:', 'product_line:'), ';{{ kind }}:', 2
    ), ';', 1))
{%- endmacro %}

{# Whether an id is one of those; NULL is none. #}
{% macro is_listed(id, ids) -%}
    coalesce(position(',' || lower({{ id }}) || ',' in ',' || {{ ids }} || ',') > 0, false)
{%- endmacro %}

{# What differs between the engines, behind one name each. #}

{# Integer division that truncates towards zero. #}
{% macro idiv(dividend, divisor) -%}
    {{ return(adapter.dispatch('idiv')(dividend, divisor)) }}
{%- endmacro %}

{% macro default__idiv(dividend, divisor) -%}
    (({{ dividend }}) // ({{ divisor }}))
{%- endmacro %}

{% macro spark__idiv(dividend, divisor) -%}
    (({{ dividend }}) div ({{ divisor }}))
{%- endmacro %}

{# Type of integers that may need more than 64 bits. #}
{% macro type_wide() -%}
    {{ return(adapter.dispatch('type_wide')()) }}
{%- endmacro %}

{% macro default__type_wide() -%} hugeint {%- endmacro %}

{% macro spark__type_wide() -%} decimal(38, 0) {%- endmacro %}

{# Integer division of wide integers that truncates towards zero. #}
{% macro wide_idiv(dividend, divisor) -%}
    {{ return(adapter.dispatch('wide_idiv')(dividend, divisor)) }}
{%- endmacro %}

{% macro default__wide_idiv(dividend, divisor) -%}
    (({{ dividend }}) // ({{ divisor }}))
{%- endmacro %}

{# `div` on DECIMAL wraps above 64 bits without an error. #}
{% macro spark__wide_idiv(dividend, divisor) -%}
    cast((({{ dividend }}) - ({{ dividend }}) % ({{ divisor }})) / ({{ divisor }}) as decimal(38, 0))
{%- endmacro %}

{# Day of the week, Monday 1 to Sunday 7. #}
{% macro weekday(day) -%}
    {{ return(adapter.dispatch('weekday')(day)) }}
{%- endmacro %}

{% macro default__weekday(day) -%}
    cast(isodow({{ day }}) as integer)
{%- endmacro %}

{% macro spark__weekday(day) -%}
    cast(weekday({{ day }}) + 1 as integer)
{%- endmacro %}

{# Day of a moment (UTC) in the company's time zone. #}
{% macro local_date(moment) -%}
    {{ return(adapter.dispatch('local_date')(moment)) }}
{%- endmacro %}

{% macro default__local_date(moment) -%}
    cast(timezone('{{ var("time_zone") }}', timezone('UTC', {{ moment }})) as date)
{%- endmacro %}

{% macro spark__local_date(moment) -%}
    cast(from_utc_timestamp({{ moment }}, '{{ var("time_zone") }}') as date)
{%- endmacro %}

{# Texts of a group in one, in their own order, with commas between. #}
{% macro text_list(text) -%}
    {{ return(adapter.dispatch('text_list')(text)) }}
{%- endmacro %}

{% macro default__text_list(text) -%}
    string_agg({{ text }}, ', ' order by {{ text }})
{%- endmacro %}

{% macro spark__text_list(text) -%}
    listagg({{ text }}, ', ') within group (order by {{ text }})
{%- endmacro %}

{# All columns of a relation but one. #}
{% macro all_but(relation, column) -%}
    {{ return(adapter.dispatch('all_but')(relation, column)) }}
{%- endmacro %}

{% macro default__all_but(relation, column) -%} {{ relation }}.* exclude ({{ column }}) {%- endmacro %}

{% macro spark__all_but(relation, column) -%} {{ relation }}.* except ({{ column }}) {%- endmacro %}

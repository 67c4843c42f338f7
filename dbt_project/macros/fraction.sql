{# Exact fractions in SQL: wide integers over a common denominator. #}

{# The least common multiple of a group's denominators, or at least a common one. #}
{% macro common_denominator(denominator) -%}
    {{ return(adapter.dispatch('common_denominator')(denominator)) }}
{%- endmacro %}

{% macro default__common_denominator(denominator) -%}
    list_reduce(list(distinct cast({{ denominator }} as hugeint)), lambda a, b: cast(lcm(a, b) as hugeint))
{%- endmacro %}

{% macro spark__common_denominator(denominator) -%}
    aggregate(
        collect_set(cast({{ denominator }} as decimal(38, 0))), cast(1 as decimal(38, 0)),
        (a, b) -> cast(a * b as decimal(38, 0))
    )
{%- endmacro %}

{# What numerator and denominator can both be divided by; 1 on the engine that can't tell. #}
{% macro common_divisor(numerator, denominator) -%}
    {{ return(adapter.dispatch('common_divisor')(numerator, denominator)) }}
{%- endmacro %}

{% macro default__common_divisor(numerator, denominator) -%}
    greatest(gcd(cast({{ numerator }} as hugeint), cast({{ denominator }} as hugeint)), cast(1 as hugeint))
{%- endmacro %}

{% macro spark__common_divisor(numerator, denominator) -%}
    cast(1 as decimal(38, 0))
{%- endmacro %}

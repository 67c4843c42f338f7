{# Exact products of factors. #}

{# Product of a column over the rows of a group, of which `ordinal` counts at most four: there is no exact
   aggregate for it. #}
{% macro product_by_ordinal(column) -%}
    {%- for ordinal in range(1, 5) -%}
        cast(coalesce(max(case when ordinal = {{ ordinal }} then {{ column }} end), 1) as {{ type_wide() }})
        {{- ' * ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# round(minor * numerator / denominator), half away from zero, of wide fractions. #}
{% macro times(minor, numerator, denominator) -%}
    cast({{ rounded_division(
        'cast(' ~ minor ~ ' as ' ~ type_wide() ~ ') * (' ~ numerator ~ ')', '(' ~ denominator ~ ')'
    ) }} as bigint)
{%- endmacro %}

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

{# A limit in minor units, as the compiler has written it: (amount + target * T) / denominator, T the yearly target.
   NULL where it is none, or needs a target that is not known. #}
{% macro limit_in_minor(limit, target_units) -%}
    cast({{ rounded_division(
        limit ~ '.amount_numerator + case when ' ~ limit ~ '.target_numerator = 0 then 0 else cast(' ~ limit
        ~ '.target_numerator as ' ~ type_wide() ~ ') * ' ~ target_units ~ ' end',
        'cast(' ~ limit ~ '.denominator as ' ~ type_wide() ~ ')'
    ) }} as bigint)
{%- endmacro %}

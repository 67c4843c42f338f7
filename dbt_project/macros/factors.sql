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

{# A limit in minor units, as the compiler has written it: (amount + target * T) / denominator, T the yearly target of
   `window`. NULL where it is none, or needs a target that is not known. #}
{% macro limit_in_minor(limit, window) -%}
    {%- set target = window ~ '.yearly_target_numerator' -%}
    {%- set target_denominator = window ~ '.yearly_target_denominator' -%}
    case
        when {{ limit }}.target_numerator = 0
            then cast({{ rounded_division(
                'cast(' ~ limit ~ '.amount_numerator as ' ~ type_wide() ~ ')',
                'cast(' ~ limit ~ '.denominator as ' ~ type_wide() ~ ')'
            ) }} as bigint)
        else cast({{ rounded_division(
            limit ~ '.amount_numerator * ' ~ target_denominator ~ ' + ' ~ limit ~ '.target_numerator * ' ~ target,
            limit ~ '.denominator * ' ~ target_denominator
        ) }} as bigint)
    end
{%- endmacro %}

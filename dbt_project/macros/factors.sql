{# Exact products of factors. #}

{# Product of a column over the rows of a group, of which `ordinal` counts at most four: there is no exact
   aggregate for it. #}
{% macro product_by_ordinal(column) -%}
    {%- for ordinal in range(1, 5) -%}
        cast(coalesce(max(case when ordinal = {{ ordinal }} then {{ column }} end), 1) as {{ type_wide() }})
        {{- ' * ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# minor * numerator / denominator of wide fractions, the denominator positive, rounded as the plan of `of` rounds pay. #}
{% macro times(minor, numerator, denominator, of='') -%}
    cast({{ rounded_pay(
        '(cast(' ~ minor ~ ' as ' ~ type_wide() ~ ') * (' ~ numerator ~ '))', '(' ~ denominator ~ ')', of
    ) }} as bigint)
{%- endmacro %}

{# minor * part / whole, rounded as the plan rounds pay; 0 where the whole is 0. #}
{% macro part_of_pay(minor, part, whole) -%}
    case
        when {{ whole }} = 0 then 0
        else {{ times(minor, part, 'cast(' ~ whole ~ ' as ' ~ type_wide() ~ ')') }}
    end
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

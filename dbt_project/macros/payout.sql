{# The payout curve F(x) of a segment, rounded half away from zero to minor units, in exact integers.

   narrow: 64 bits. x is split by the denominator so that no product leaves 64 bits. The intercept's part is
   in [0, denominator), and 0 below zero x, so the part has the sign of F.
   wide: 128 bits, where a quota or a target is in the denominator. #}

{% macro payout(x, segment) -%}
    case
        when {{ segment }}.is_narrow then {{ payout_narrow(x, segment) }}
        else cast({{ payout_wide(x, segment) }} as bigint)
    end
{%- endmacro %}

{% macro payout_narrow(x, segment) -%}
    {%- set part -%}
        ({{ segment }}.intercept_part + {{ segment }}.slope * (({{ x }}) % {{ segment }}.denominator))
    {%- endset -%}
    {{ segment }}.intercept_whole + {{ segment }}.slope * ({{ idiv(x, segment ~ '.denominator') }})
    + {{ idiv(
        '2 * ' ~ part ~ ' + (case when ' ~ part ~ ' < 0 then -' ~ segment ~ '.denominator else '
        ~ segment ~ '.denominator end)',
        '2 * ' ~ segment ~ '.denominator'
    ) }}
{%- endmacro %}

{% macro payout_wide(x, segment) -%}
    {%- set value -%}
        ({{ segment }}.intercept_wide + {{ segment }}.slope_wide * cast({{ x }} as {{ type_wide() }}))
    {%- endset -%}
    {{ rounded_pay(value, segment ~ '.denominator_wide', segment ~ '.') }}
{%- endmacro %}

{# Whether a plan rounds otherwise than half away from zero to the minor unit. #}
{% macro has_own_rounding() -%}
    {%- set relation = source('plan', 'plan_component') -%}
    {%- if execute -%}
        {{ return(run_query(
            'select 1 from ' ~ relation ~ ' where rounds_to_even or rounds_each_line or rounding_unit <> 1 limit 1'
        ).rows | length > 0) }}
    {%- endif -%}
    {{ return(true) }}
{%- endmacro %}

{# Pay, an exact fraction, rounded as its plan says: `of` is the prefix of rounds_to_even and rounding_unit. #}
{% macro rounded_pay(dividend, divisor, of='') -%}
    {%- if has_own_rounding() -%}
        {%- set coarse = '(' ~ divisor ~ ' * ' ~ of ~ 'rounding_unit)' -%}
        case
            when {{ of }}rounds_to_even then {{ rounded_to_even(dividend, coarse) }}
            else {{ rounded_division(dividend, coarse) }}
        end * {{ of }}rounding_unit
    {%- else -%}
        {{ rounded_division(dividend, divisor) }}
    {%- endif -%}
{%- endmacro %}

{# What a row adds to pay: the difference it makes to the rounded running total, or to its rounded line. #}
{% macro rounded_difference(total_after, line_after, delta, divisor) -%}
    {%- set of_total = rounded_pay(total_after, divisor)
        ~ ' - ' ~ rounded_pay('(' ~ total_after ~ ' - ' ~ delta ~ ')', divisor) -%}
    {%- if has_own_rounding() -%}
        case
            when rounds_each_line
                then {{ rounded_pay(line_after, divisor) }}
                    - {{ rounded_pay('(' ~ line_after ~ ' - ' ~ delta ~ ')', divisor) }}
            else {{ of_total }}
        end
    {%- else -%}
        {{ of_total }}
    {%- endif -%}
{%- endmacro %}

{# round(dividend / divisor) of wide integers, halves to the even neighbour; the divisor is positive. #}
{% macro rounded_to_even(dividend, divisor) -%}
    {%- set whole -%} {{ wide_idiv(dividend, divisor) }} {%- endset -%}
    {%- set rest -%} (2 * abs(({{ dividend }}) % ({{ divisor }}))) {%- endset -%}
    cast({{ whole }} + case
        when {{ rest }} > {{ divisor }} or ({{ rest }} = {{ divisor }} and ({{ whole }}) % 2 <> 0)
            then case when {{ dividend }} < 0 then -1 else 1 end
        else 0
    end as decimal(28, 0))
{%- endmacro %}

{# round(dividend / divisor), half away from zero, of wide integers of any sign; as DECIMAL(28, 0). #}
{% macro rounded_division(dividend, divisor) -%}
    {%- set size -%} abs({{ divisor }}) {%- endset -%}
    {%- set signed -%} (({{ dividend }}) * case when {{ divisor }} < 0 then -1 else 1 end) {%- endset -%}
    cast({{ wide_idiv(
        '2 * ' ~ signed ~ ' + case when ' ~ signed ~ ' < 0 then -' ~ size ~ ' else ' ~ size ~ ' end',
        '2 * ' ~ size
    ) }} as decimal(28, 0))
{%- endmacro %}

{# round(part * numerator / denominator), half away from zero; 0 where denominator is 0. #}
{% macro proportion(part, numerator, denominator) -%}
    case
        when {{ denominator }} = 0 then 0
        else cast({{ rounded_division(
            'cast(' ~ part ~ ' as ' ~ type_wide() ~ ') * ' ~ numerator,
            'cast(' ~ denominator ~ ' as ' ~ type_wide() ~ ')'
        ) }} as bigint)
    end
{%- endmacro %}

{# What a move between two measures is paid in the segment, as an exact fraction over its denominator_wide. The moves
   in all segments that it crosses add up to F at its end less F at its beginning. #}
{% macro exact_in_segment(before, after, segment) -%}
    {%- set low = 'least(' ~ before ~ ', ' ~ after ~ ')' -%}
    {%- set high = 'greatest(' ~ before ~ ', ' ~ after ~ ')' -%}
    case when {{ after }} < {{ before }} then -1 else 1 end * (
        {{ segment }}.intercept_wide + {{ segment }}.slope_wide * least({{ high }}, {{ segment }}.x_to)
        - case
            when {{ low }} >= {{ segment }}.x_from
                then {{ segment }}.intercept_wide + {{ segment }}.slope_wide * {{ low }}
            else {{ segment }}.intercept_before_wide + {{ segment }}.slope_before_wide * {{ segment }}.x_from
        end
    )
{%- endmacro %}

{# How much of a move between two measures lies in the segment. #}
{% macro crossed_in_segment(before, after, segment) -%}
    {%- set low = 'least(' ~ before ~ ', ' ~ after ~ ')' -%}
    {%- set high = 'greatest(' ~ before ~ ', ' ~ after ~ ')' -%}
    case when {{ after }} < {{ before }} then -1 else 1 end
    * (least({{ high }}, {{ segment }}.x_to) - greatest({{ low }}, {{ segment }}.x_from))
{%- endmacro %}

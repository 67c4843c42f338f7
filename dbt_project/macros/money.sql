{# Money as exact integers: units at the workspace's money scale, minor units of the currency. #}

{# Money (DECIMAL) to whole units; ingest has refused amounts with more decimals than the scale. In 64 bits where
   the amount fits: in 128 the product takes some half a microsecond for each row. #}
{% macro to_units(amount) -%}
    {%- set scale = var('money_scale') | int -%}
    coalesce(
        cast(
            try_cast(try_cast({{ amount }} as decimal(18, 6)) as decimal({{ 17 - scale }}, {{ scale }}))
            * cast({{ 10 ** scale }} as decimal({{ scale + 1 }}, 0)) as bigint
        ),
        cast({{ amount }} * cast({{ 10 ** scale }} as decimal(7, 0)) as bigint)
    )
{%- endmacro %}

{% macro power_of_ten_as_decimal(digits) -%}
    {%- if digits == 0 -%}
        cast(1 as decimal(1, 0))
    {%- else -%}
        cast(0.{{ '0' * (digits - 1) }}1 as decimal({{ digits + 1 }}, {{ digits }}))
    {%- endif -%}
{%- endmacro %}

{% macro from_units(units) -%}
    cast(cast({{ units }} as decimal(19, 0)) * {{ power_of_ten_as_decimal(var('money_scale') | int) }} as decimal(24, 6))
{%- endmacro %}

{# An amount as integer units of the measure, and back: money at the money scale, quantities and what deductions
   leave in millionths,
   orders and customers one by one. #}
{% macro to_measure(amount, measure) -%}
    case
        when {{ measure }} in ('quantity', 'deducted') then {{ millionths_as_integer(amount) }}
        when {{ measure }} in ('orders', 'customers') then cast({{ amount }} as bigint)
        else {{ to_units(amount) }}
    end
{%- endmacro %}

{% macro from_measure(units, measure) -%}
    case
        when {{ measure }} in ('quantity', 'deducted') then {{ from_millionths(units) }}
        when {{ measure }} in ('orders', 'customers') then cast({{ units }} as decimal(24, 6))
        when {{ measure }} = 'score'
            then cast(cast({{ units }} as decimal(19, 0)) * {{ power_of_ten_as_decimal(9) }} as decimal(24, 6))
        else {{ from_units(units) }}
    end
{%- endmacro %}

{% macro from_millionths(millionths) -%}
    cast(cast({{ millionths }} as decimal(19, 0)) * {{ power_of_ten_as_decimal(6) }} as decimal(24, 6))
{%- endmacro %}

{% macro from_minor(minor) -%}
    cast(cast({{ minor }} as decimal(19, 0)) * {{ power_of_ten_as_decimal(var('currency_digits') | int) }} as decimal(24, 6))
{%- endmacro %}

{# The same in the minor unit of any currency: `digits` is 0, 2 or 3. #}
{% macro from_minor_of(minor, digits) -%}
    cast(
        cast({{ minor }} as decimal(19, 0))
        * case {{ digits }} when 0 then cast(1 as decimal(4, 3)) when 2 then cast(0.01 as decimal(4, 3)) else cast(0.001 as decimal(4, 3)) end
        as decimal(24, 6)
    )
{%- endmacro %}

{# Minor units as units at the money scale, to look at: rounded where the scale has fewer decimals. #}
{% macro minor_to_units(minor) -%}
    cast({{ rounded_division(
        'cast(' ~ minor ~ ' as ' ~ type_wide() ~ ') * ' ~ 10 ** (var('money_scale') | int),
        'cast(' ~ 10 ** (var('currency_digits') | int) ~ ' as ' ~ type_wide() ~ ')'
    ) }} as bigint)
{%- endmacro %}

{# Minor units as millionths. #}
{% macro minor_to_millionths(minor) -%}
    {{ minor }} * {{ 10 ** (6 - (var('currency_digits') | int)) }}
{%- endmacro %}

{# A quantity (six decimals) as an integer of millionths. #}
{% macro millionths_as_integer(quantity) -%}
    cast({{ quantity }} * cast(1000000 as decimal(7, 0)) as bigint)
{%- endmacro %}

{# Money or quantity (six decimals) as a wide integer of millionths. #}
{% macro millionths(amount) -%}
    cast(cast({{ amount }} as decimal(24, 6)) * cast(1000000 as decimal(7, 0)) as {{ type_wide() }})
{%- endmacro %}

{# Exact ratio of two amounts, rounded to nine decimals; NULL where there is nothing to divide by. Division of
   decimals would be DOUBLE on one engine and truncate on the other. 28 digits and 9 are the most that can be
   multiplied: with one more Spark gives up the ninth decimal. #}
{% macro ratio(part, whole) -%}
    case
        when {{ whole }} is null or {{ whole }} = 0 then null
        else try_cast(
            {{ rounded_division('1000000000 * ' ~ millionths(part), millionths(whole)) }}
            * cast(0.000000001 as decimal(9, 9)) as decimal(18, 9)
        )
    end
{%- endmacro %}

{# Amount for one unit, rounded to six decimals; NULL where there are no units. #}
{% macro per_unit(amount, quantity) -%}
    case
        when {{ quantity }} > 0
            then cast(
                {{ rounded_division('1000000 * ' ~ millionths(amount), millionths(quantity)) }}
                * cast(0.000001 as decimal(7, 6)) as decimal(24, 6)
            )
    end
{%- endmacro %}

{# `ratio` of two integers in units, in 64 bits where they fit: long division by three digits at a time.
   128-bit division takes some 10 microseconds a row, too long for tables of lines. #}
{% macro unit_ratio(part, whole) -%}
    {%- set size = 'abs(' ~ whole ~ ')' -%}
    {%- set rest_0 = '(abs(' ~ part ~ ') % ' ~ size ~ ')' -%}
    {%- set rest_1 = '((1000 * ' ~ rest_0 ~ ') % ' ~ size ~ ')' -%}
    {%- set rest_2 = '((1000 * ' ~ rest_1 ~ ') % ' ~ size ~ ')' -%}
    {%- set rest_3 = '((1000 * ' ~ rest_2 ~ ') % ' ~ size ~ ')' -%}
    case
        when {{ whole }} is null or {{ whole }} = 0 then null
        when {{ size }} < 9000000000000000 then try_cast(
            cast(case when ({{ part }} < 0) <> ({{ whole }} < 0) then -1 else 1 end as decimal(1, 0)) * (
                cast({{ idiv('abs(' ~ part ~ ')', size) }} as decimal(19, 0))
                + cast(
                    1000000 * {{ idiv('1000 * ' ~ rest_0, size) }}
                    + 1000 * {{ idiv('1000 * ' ~ rest_1, size) }}
                    + {{ idiv('1000 * ' ~ rest_2, size) }}
                    + case when 2 * {{ rest_3 }} >= {{ size }} then 1 else 0 end as decimal(10, 0)
                ) * cast(0.000000001 as decimal(9, 9))
            ) as decimal(18, 9)
        )
        else {{ ratio(from_units(part), from_units(whole)) }}
    end
{%- endmacro %}

{# Share of a quota reached, of units of the measure and the quota as an exact fraction, rounded to nine decimals. #}
{% macro attainment(units, numerator, denominator) -%}
    case
        when {{ denominator }} = 1 then {{ unit_ratio(units, 'cast(' ~ numerator ~ ' as bigint)') }}
        when {{ numerator }} <> 0
            then try_cast(
                {{ rounded_division(
                    '1000000000 * cast(' ~ units ~ ' as ' ~ type_wide() ~ ') * ' ~ denominator, numerator
                ) }} * cast(0.000000001 as decimal(9, 9)) as decimal(18, 9)
            )
    end
{%- endmacro %}

{# How many millionths a unit of the measure is: see to_measure. #}
{% macro millionths_of_unit(measure) -%}
    case
        when {{ measure }} in ('quantity', 'deducted') then 1
        when {{ measure }} in ('orders', 'customers') then 1000000
        else {{ 10 ** (6 - (var('money_scale') | int)) }}
    end
{%- endmacro %}

{# An exact fraction of units of the measure as an amount, rounded to six decimals. #}
{% macro from_fraction(numerator, denominator, measure) -%}
    {{ from_millionths(rounded_division(numerator ~ ' * ' ~ millionths_of_unit(measure), denominator)) }}
{%- endmacro %}

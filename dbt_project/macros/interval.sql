{# Intervals of estimates: 95%, two-sided. Estimates are not money: DOUBLE inside, nine decimals outside. #}

{# The 97.5% quantile of the normal distribution. #}
{% macro normal_quantile() -%} cast(1.959963984540054 as double) {%- endmacro %}

{# An estimate as it is published: nine decimals. #}
{% macro as_estimate(value) -%} cast({{ value }} as decimal(18, 9)) {%- endmacro %}

{# Bounds of a share of successes among trials (Wilson 1927): never outside 0 and 1, and of use with few
   trials, where the usual p +- z se is not. NULL without trials. #}
{% macro wilson_low(successes, trials) -%} {{ wilson_bound(successes, trials, '-') }} {%- endmacro %}

{% macro wilson_high(successes, trials) -%} {{ wilson_bound(successes, trials, '+') }} {%- endmacro %}

{% macro wilson_bound(successes, trials, sign) -%}
    {%- set s = 'cast(' ~ successes ~ ' as double)' -%}
    {%- set n = 'cast(' ~ trials ~ ' as double)' -%}
    {%- set z = normal_quantile() -%}
    case
        when {{ trials }} > 0
            then {{ as_estimate(
                '(' ~ s ~ ' + ' ~ z ~ ' * ' ~ z ~ ' / 2 ' ~ sign ~ ' ' ~ z ~ ' * sqrt('
                ~ s ~ ' * (' ~ n ~ ' - ' ~ s ~ ') / ' ~ n ~ ' + ' ~ z ~ ' * ' ~ z ~ ' / 4))'
                ~ ' / (' ~ n ~ ' + ' ~ z ~ ' * ' ~ z ~ ')'
            ) }}
    end
{%- endmacro %}

{# The 97.5% quantile of Student's distribution, for spreads that are themselves estimated from few values.
   Expansion of Abramowitz & Stegun (1964), 26.7.5; to three decimals from 4 degrees of freedom on. #}
{% macro student_quantile(degrees) -%}
    {%- set n = 'cast(' ~ degrees ~ ' as double)' -%}
    {%- set z = 1.959963984540054 -%}
    (
        {{ normal_quantile() }}
        + cast({{ (z ** 3 + z) / 4 }} as double) / {{ n }}
        + cast({{ (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96 }} as double) / ({{ n }} * {{ n }})
        + cast({{ (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384 }} as double)
        / ({{ n }} * {{ n }} * {{ n }})
        + cast({{ (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160 }} as double)
        / ({{ n }} * {{ n }} * {{ n }} * {{ n }})
    )
{%- endmacro %}

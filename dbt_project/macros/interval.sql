{# Intervals of estimates: 95%, two-sided. Estimates are not money: DOUBLE inside, nine decimals outside. #}

{# The 97.5% quantile of the normal distribution. #}
{% macro normal_quantile() -%} cast(1.959963984540054 as double) {%- endmacro %}

{# An estimate as it is published: nine decimals. #}
{% macro as_estimate(value) -%} cast({{ value }} as decimal(18, 9)) {%- endmacro %}

{# A share in words: 0.345 as 35%. #}
{% macro in_percent(share) -%}
    cast(cast({{ share }} * cast(100 as decimal(3, 0)) as decimal(5, 0)) as {{ dbt.type_string() }}) || '%'
{%- endmacro %}

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

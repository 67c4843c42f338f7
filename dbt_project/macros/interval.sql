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

{# Bounds of a net score, the share of promoters less that of detractors. Its variance is p + d - (p - d)^2; as
   Rocks (2016) found best, three answers are added first, 3/4 of one to either side and the rest in between:
   without them few answers would look more certain than they are. NULL with less than two. #}
{% macro net_score_bound(promoters, detractors, responses, sign) -%}
    {%- set n = '(cast(' ~ responses ~ ' as double) + 3)' -%}
    {%- set p = '((cast(' ~ promoters ~ ' as double) + 0.75) / ' ~ n ~ ')' -%}
    {%- set d = '((cast(' ~ detractors ~ ' as double) + 0.75) / ' ~ n ~ ')' -%}
    {%- set net = '(' ~ p ~ ' - ' ~ d ~ ')' -%}
    case
        when {{ responses }} >= 2
            then {{ as_estimate(
                'greatest(-1, least(1, ' ~ net ~ ' ' ~ sign ~ ' ' ~ normal_quantile() ~ ' * sqrt(('
                ~ p ~ ' + ' ~ d ~ ' - ' ~ net ~ ' * ' ~ net ~ ') / ' ~ n ~ ')))'
            ) }}
    end
{%- endmacro %}

{# The 97.5% quantile of Student's t distribution. Below ten degrees of freedom from the table, above by the
   expansion of Abramowitz and Stegun (26.7.5), which is then less than 0.00001 off. #}
{% macro t_quantile(degrees) -%}
    {%- set table = [
        12.706204736, 4.302652730, 3.182446305, 2.776445105, 2.570581836, 2.446911851, 2.364624252, 2.306004135,
        2.262157163,
    ] -%}
    {%- set v = 'cast(' ~ degrees ~ ' as double)' -%}
    case {{ degrees }}
        {%- for quantile in table %}
        when {{ loop.index }} then cast({{ quantile }} as double)
        {%- endfor %}
        else {{ normal_quantile() }} + (cast(2.372271230 as double) + (cast(2.822498616 as double)
            + (cast(2.555849680 as double) + cast(1.589534053 as double) / {{ v }}) / {{ v }}) / {{ v }}) / {{ v }}
    end
{%- endmacro %}

{# Bounds of a mean, from the sum of the values and the sum of their squares; NULL with less than two values. #}
{% macro mean_bound(total, squares, observations, sign) -%}
    {%- set n = 'cast(' ~ observations ~ ' as double)' -%}
    {%- set sum = 'cast(' ~ total ~ ' as double)' -%}
    case
        when {{ observations }} >= 2
            then {{ as_estimate(
                sum ~ ' / ' ~ n ~ ' ' ~ sign ~ ' ' ~ t_quantile(observations ~ ' - 1') ~ ' * sqrt(greatest(0, (cast('
                ~ squares ~ ' as double) - ' ~ sum ~ ' * ' ~ sum ~ ' / ' ~ n ~ ') / (' ~ n ~ ' - 1) / ' ~ n ~ '))'
            ) }}
    end
{%- endmacro %}

{# Bounds of the difference between two independent estimates from the bounds of each (Zou and Donner 2008; of two
   shares Newcombe's tenth method). Of intervals that are as wide to either side it is +- 1.96 of the root of
   the sum of the squared standard errors. `one` and `other` are the tables whose score, score_low and
   score_high are compared. #}
{% macro difference_low(one, other) -%} {{ difference_bound(one, other, '-', 'low', 'high') }} {%- endmacro %}

{% macro difference_high(one, other) -%} {{ difference_bound(one, other, '+', 'high', 'low') }} {%- endmacro %}

{% macro difference_bound(one, other, sign, one_side, other_side) -%}
    {%- set one_width = 'cast(' ~ one ~ '.score - ' ~ one ~ '.score_' ~ one_side ~ ' as double)' -%}
    {%- set other_width = 'cast(' ~ other ~ '.score - ' ~ other ~ '.score_' ~ other_side ~ ' as double)' -%}
    {{ as_estimate(
        'cast(' ~ one ~ '.score - ' ~ other ~ '.score as double) ' ~ sign ~ ' sqrt('
        ~ one_width ~ ' * ' ~ one_width ~ ' + ' ~ other_width ~ ' * ' ~ other_width ~ ')'
    ) }}
{%- endmacro %}

{# Whether those who say one thing are more than half of all who say anything, by more than chance, and not fewer
   than `fewest`. #}
{% macro is_majority(voices, all_voices, fewest) -%}
    coalesce({{ voices }} >= {{ fewest }} and {{ wilson_low(voices, all_voices) }} > 0.5, false)
{%- endmacro %}

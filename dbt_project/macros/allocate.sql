{# Sharing integer units by shares in billionths: each share gets its whole units, the rest goes to the
   largest remainders, ties to the earlier participant. Negative amounts mirror positive ones. #}

{# floor(|units| * share_parts / 10^9) without leaving 64 bits. #}
{% macro whole_share(units, share_parts) -%}
    (
        {{ idiv('abs(' ~ units ~ ')', '1000000000') }} * {{ share_parts }}
        + {{ idiv('(abs(' ~ units ~ ') % 1000000000) * ' ~ share_parts, '1000000000') }}
    )
{%- endmacro %}

{# What the floor leaves, in billionths of a unit. #}
{% macro share_remainder(units, share_parts) -%}
    (((abs({{ units }}) % 1000000000) * {{ share_parts }}) % 1000000000)
{%- endmacro %}

{# The same by weights that are whole numbers, of which `weights` is the sum: floor(|units| * weight / weights).
   128 bits, so for small tables. #}
{% macro whole_by_weight(units, weight, weights) -%}
    {{ wide_idiv(wide_product('abs(' ~ units ~ ')', weight), 'cast(' ~ weights ~ ' as ' ~ type_wide() ~ ')') }}
{%- endmacro %}

{% macro remainder_by_weight(units, weight, weights) -%}
    ({{ wide_product('abs(' ~ units ~ ')', weight) }} % cast({{ weights }} as {{ type_wide() }}))
{%- endmacro %}

{% macro wide_product(units, weight) -%}
    cast({{ units }} as {{ type_wide() }}) * cast({{ weight }} as {{ type_wide() }})
{%- endmacro %}

{# The allocated units of a row. `shared_units` is what all rows of `partition` share, in billionths exact. #}
{% macro allocated_units(units, whole, remainder, partition, order) -%}
    cast(sign({{ units }}) as bigint) * (
        {{ whole }} + case
            when row_number() over (partition by {{ partition }} order by {{ remainder }} desc, {{ order }})
                <= abs({{ units }}) - sum({{ whole }}) over (partition by {{ partition }})
                then 1
            else 0
        end
    )
{%- endmacro %}

{# Rounded half away from zero: for splits that do not total 100% there is no rest to hand out. #}
{% macro rounded_share(units, whole, remainder) -%}
    cast(sign({{ units }}) as bigint) * ({{ whole }} + case when {{ remainder }} >= 500000000 then 1 else 0 end)
{%- endmacro %}

{# A split rule that names several keys holds where all of them do. #}
{% macro other_keys_match(keys) -%}
    {%- set conditions = ['true'] -%}
    {%- for key in keys -%}
        {%- do conditions.append('(rule.' ~ key ~ ' is null or rule.' ~ key ~ ' = sale.' ~ key ~ ')') -%}
    {%- endfor -%}
    {{ conditions | join(' and ') }}
{%- endmacro %}

{# A share (nine decimals) in billionths. #}
{% macro billionths(share) -%}
    cast(cast({{ share }} as decimal(28, 9)) * cast(1000000000 as decimal(10, 0)) as bigint)
{%- endmacro %}

{% macro share_of_billionths(parts) -%}
    cast(cast({{ parts }} as decimal(18, 0)) * cast(0.000000001 as decimal(9, 9)) as decimal(18, 9))
{%- endmacro %}

{# Sum over a group of units times shares in billionths, rounded half away from zero once. #}
{% macro shares_added(units, share_parts) -%}
    cast({{ rounded_division(
        'sum(cast(' ~ units ~ ' as ' ~ type_wide() ~ ') * ' ~ share_parts ~ ')',
        'cast(1000000000 as ' ~ type_wide() ~ ')'
    ) }} as bigint)
{%- endmacro %}

{# What a level adds to an amount that is credited at most whole, `moment` of which (after or before an event) is
   credited up to that level; negative amounts mirror positive ones. #}
{% macro counted_once(amount, moment) -%}
    {%- set whole = 'event_' ~ amount ~ '_' ~ moment -%}
    {%- set to_level = amount ~ '_' ~ moment ~ '_to_level' -%}
    {%- set below = '(' ~ to_level ~ ' - ' ~ amount ~ '_' ~ moment ~ ')' -%}
    case
        when {{ whole }} >= 0 then least({{ to_level }}, {{ whole }}) - least({{ below }}, {{ whole }})
        else greatest({{ to_level }}, {{ whole }}) - greatest({{ below }}, {{ whole }})
    end
{%- endmacro %}

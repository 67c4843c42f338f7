{# Where a component `by` another measure stands on the edges of its curve: an integer like those edges. #}

{# Whether a component of some plan is `by` another measure. #}
{% macro has_places() -%}
    {%- set relation = source('plan', 'plan_component') -%}
    {%- if execute -%}
        {{ return(run_query('select 1 from ' ~ relation ~ ' where picked_by is not null limit 1').rows | length > 0) }}
    {%- endif -%}
    {{ return(true) }}
{%- endmacro %}

{# What is summed to know the place: the measure itself, or the margin of a rate. #}
{% macro place_part(picked_by) -%}
    case {{ picked_by }}
        when 'net_amount' then credit.net_units
        when 'quantity' then cast(round({{ millionths_as_integer('document.quantity') }} * credit.share) as bigint)
        else credit.margin_units
    end
{%- endmacro %}

{# What the margin of a rate is compared with: the price, or the cost; of what has no known cost, neither. #}
{% macro place_whole(picked_by) -%}
    case
        when credit.margin_units is null then 0
        when {{ picked_by }} = 'margin_rate' then credit.net_units
        when {{ picked_by }} = 'markup_rate' then credit.net_units - credit.margin_units
    end
{%- endmacro %}

{# A rate stands on an even place where it is a whole number of ten billionths, else on the odd place behind it, so
   that it is compared with an edge as an exact fraction is. Above no cost it is beyond all edges; below zero, or of
   nothing, it is below them all. #}
{% macro place(picked_by, part, whole) -%}
    {%- set parts = 'cast(10000000000 as ' ~ type_wide() ~ ') * ' ~ part -%}
    {%- set wholes = 'cast(' ~ whole ~ ' as ' ~ type_wide() ~ ')' -%}
    {%- set beyond = 'cast(8000000000000000000 as bigint)' -%}
    case
        when {{ picked_by }} not in ('margin_rate', 'markup_rate') then cast({{ part }} as bigint)
        when {{ whole }} = 0 and {{ part }} > 0 then {{ beyond }}
        when {{ part }} is null or {{ part }} < 0 or {{ whole }} <= 0 then cast(-1 as bigint)
        else cast(least(
            2 * {{ wide_idiv(parts, wholes) }}
            + case when ({{ parts }}) % ({{ wholes }}) > 0 then 1 else 0 end,
            {{ beyond }}
        ) as bigint)
    end
{%- endmacro %}

{# part * of / whole as an integer of 10^-12, in two steps so that no product leaves 128 bits. #}
{% macro spread_evenly(part, of, whole) -%}
    {%- set of_wide = 'cast(' ~ of ~ ' as ' ~ type_wide() ~ ')' -%}
    {%- set scale = 'cast(1000000000000 as ' ~ type_wide() ~ ')' -%}
    {{ wide_idiv(part, whole) }} * {{ of_wide }} * {{ scale }}
    + cast({{ rounded_division('((' ~ part ~ ') % (' ~ whole ~ ')) * ' ~ of_wide ~ ' * ' ~ scale, whole) }} as {{ type_wide() }})
{%- endmacro %}

{# A sum of what is spread evenly, in 10^-6: each summand is exact to 10^-12 only, and what differs from a half by
   less than a millionth is that half. #}
{% macro spread_sum(sum) -%}
    cast({{ rounded_division(sum, 'cast(1000000 as ' ~ type_wide() ~ ')') }} as {{ type_wide() }})
{%- endmacro %}

{# What exact_delta adds to the rounded pay of a sum that ends with it. #}
{% macro spread_difference(sum) -%}
    {%- set divisor = '(denominator_wide * cast(1000000 as ' ~ type_wide() ~ '))' -%}
    {{ rounded_pay(spread_sum(sum), divisor) }} - {{ rounded_pay(spread_sum('(' ~ sum ~ ' - exact_delta)'), divisor) }}
{%- endmacro %}

{# A running total of orders in minor units. #}
{% macro rounded_order(sum) -%}
    case
        when walk = 'order_spread'
            then {{ rounded_pay(spread_sum(sum), '(curve_denominator * cast(1000000 as ' ~ type_wide() ~ '))') }}
        else {{ rounded_pay(sum, 'denominator') }}
    end
{%- endmacro %}

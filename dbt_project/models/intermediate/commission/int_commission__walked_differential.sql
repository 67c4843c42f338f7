{{ config(materialized='ephemeral') }}

{# S7, the walk `differential`: each level is paid what it is above the highest level paid below it, rounded as a
   running total. Of several ways from one seller to the same person the nearest counts first, up to the whole. #}

{# Rates are in parts of ten billion, shares in billionths. #}
{% set denominator = 'cast(' ~ 10 ** (19 + (var('money_scale') | int)) ~ ' as ' ~ type_wide() ~ ')' %}
{% set to_minor = 'cast(' ~ 10 ** (var('currency_digits') | int) ~ ' as ' ~ type_wide() ~ ')' %}

with

running as (
    select
        running_line.*,
        component.measure,
        component.rounds_to_even,
        component.rounds_each_line,
        component.rounding_unit
    from {{ ref('int_commission__running_line') }} as running_line
    inner join {{ ref('int_commission__component') }} as component
        on running_line.component_key = component.component_key
    where running_line.walk = 'differential'
),

sold as (
    select distinct
        event_number,
        component_key,
        participant_id,
        measure
    from running
    where not is_taking_back
),

way as (
    select
        sold.event_number,
        sold.component_key,
        sold.participant_id,
        rate.credit_level,
        case when sold.measure = 'margin' then seller.margin_units else seller.net_units end as units,
        rate.share_parts,
        rate.rate_parts,
        sum(rate.share_parts) over (
            partition by sold.event_number, sold.component_key, sold.participant_id, seller.participant_id
            order by rate.credit_level, rate.route
            rows between unbounded preceding and current row
        ) as parts_to_way
    from sold
    inner join {{ ref('int_commission__direct_credit') }} as seller
        on sold.event_number = seller.event_number
    inner join {{ ref('int_commission__differential_rate') }} as rate
        on
            sold.component_key = rate.component_key
            and sold.participant_id = rate.credited_id
            and seller.participant_id = rate.participant_id
            and seller.order_date between rate.valid_from and rate.valid_to
),

levelled as (
    select
        event_number,
        component_key,
        participant_id,
        credit_level,
        max(rate_parts) as rate_parts,
        sum(
            cast(units as {{ type_wide() }})
            * (least(parts_to_way, 1000000000) - least(parts_to_way - share_parts, 1000000000))
            * rate_parts
        ) * {{ to_minor }} as exact_delta
    from way
    group by event_number, component_key, participant_id, credit_level
),

rated as (
    select
        running.*,
        levelled.rate_parts,
        coalesce(levelled.exact_delta, 0) as exact_delta,
        sum(coalesce(levelled.exact_delta, 0)) over (
            partition by running.window_number
            order by running.line_ordinal
            rows between unbounded preceding and current row
        ) as exact_after
    from running
    left join levelled
        on
            running.event_number = levelled.event_number
            and running.component_key = levelled.component_key
            and running.participant_id = levelled.participant_id
            and running.credit_level = levelled.credit_level
            and not running.is_taking_back
),

paid as (
    select
        *,
        credit_level as segment_number,
        cast(null as {{ dbt.type_string() }}) as segment_id,
        cast(cast(rate_parts as decimal(18, 0)) * cast(0.0000000001 as decimal(10, 10)) as decimal(18, 9)) as rate
    from rated
),

final as (
    select
        {%- for column in walked_columns() %}
            {{ column }},
        {%- endfor %}
        'sale' as line_kind,
        measure_delta as credited_delta,
        cast({{ rounded_difference('exact_after', 'exact_delta', 'exact_delta', denominator) }} as bigint)
            as amount_minor
    from paid
)

select * from final

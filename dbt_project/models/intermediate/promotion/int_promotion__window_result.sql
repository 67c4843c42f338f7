{{ config(materialized='table') }}

{% set phases = {'before': 'is_before', 'during': 'not is_before'} %}

with

window_day as (
    select * from {{ ref('int_promotion__window_day') }}
),

product_day as (
    select * from {{ ref('int_promotion__product_day') }}
),

product as (
    select * from {{ ref('int_promotion__product') }}
),

overlap as (
    select * from {{ ref('int_promotion__overlap') }}
),

market_day as (
    select
        market_id,
        day,
        cast(sum(value_at_mean_price) as decimal(38, 12)) as value_at_mean_price
    from product_day
    group by market_id, day
),

each_window as (
    select distinct
        promotion_id,
        window_number
    from window_day
),

-- Products that can't be compared with: the treated ones, and those promoted on a part of the days.
promoted as (
    select
        each_window.promotion_id,
        each_window.window_number,
        product.product_id
    from each_window
    inner join product
        on each_window.promotion_id = product.promotion_id
    union
    select
        each_window.promotion_id,
        each_window.window_number,
        product.product_id
    from each_window
    inner join overlap
        on
            each_window.promotion_id = overlap.promotion_id
            and each_window.window_number = overlap.window_number
    inner join product
        on overlap.other_promotion_id = product.promotion_id
),

sold as (
    select
        window_day.promotion_id,
        window_day.window_number,
        window_day.is_before,
        product.product_id is not null as is_treated,
        product_day.quantity,
        product_day.margin_amount,
        product_day.unknown_lines,
        product_day.value_at_mean_price
    from window_day
    inner join promoted
        on
            window_day.promotion_id = promoted.promotion_id
            and window_day.window_number = promoted.window_number
    inner join product_day
        on
            window_day.market_id = product_day.market_id
            and window_day.day = product_day.day
            and promoted.product_id = product_day.product_id
    left join product
        on
            promoted.promotion_id = product.promotion_id
            and promoted.product_id = product.product_id
),

of_promoted as (
    select
        {%- for phase, condition in phases.items() %}
            sum(case when {{ condition }} then value_at_mean_price end) as value_{{ phase }},
            sum(case when {{ condition }} and is_treated then quantity end) as quantity_{{ phase }},
            sum(case when {{ condition }} and is_treated then margin_amount end) as margin_{{ phase }},
            sum(case when {{ condition }} and is_treated then unknown_lines end) as unknown_{{ phase }},
        {%- endfor %}
        promotion_id,
        window_number
    from sold
    group by promotion_id, window_number
),

of_all as (
    select
        {%- for phase, condition in phases.items() %}
            count(case when {{ condition }} then window_day.day end) as {{ phase }}_days,
            sum(case when {{ condition }} then market_day.value_at_mean_price end) as value_{{ phase }},
        {%- endfor %}
        window_day.promotion_id,
        window_day.window_number
    from window_day
    left join market_day
        on
            window_day.market_id = market_day.market_id
            and window_day.day = market_day.day
    group by window_day.promotion_id, window_day.window_number
),

final as (
    select
        {%- for phase in phases %}
            cast(coalesce(of_promoted.quantity_{{ phase }}, 0) as decimal(18, 6)) as quantity_{{ phase }},
            cast(coalesce(of_promoted.margin_{{ phase }}, 0) as decimal(24, 6)) as margin_{{ phase }},
            cast(coalesce(of_promoted.unknown_{{ phase }}, 0) as bigint) as unknown_{{ phase }},
            cast(
                coalesce(of_all.value_{{ phase }}, 0) - coalesce(of_promoted.value_{{ phase }}, 0)
                as decimal(38, 12)
            ) as control_{{ phase }},
        {%- endfor %}
        of_all.before_days,
        of_all.promotion_id,
        of_all.window_number
    from of_all
    left join of_promoted
        on
            of_all.promotion_id = of_promoted.promotion_id
            and of_all.window_number = of_promoted.window_number
)

select * from final

{# A table: the one place where promotions read sales lines; all that follows works on products and days. #}
{{ config(materialized='table') }}

with

bound as (
    select distinct
        market_id,
        channel_ids,
        territory_ids
    from {{ ref('int_promotion__promotion') }}
    where market_id <> ''
),

-- Channels and territories are told apart only where a promotion asks for it.
told_apart as (
    select
        coalesce(bool_or(channel_ids <> ''), false) as by_channel,
        coalesce(bool_or(territory_ids <> ''), false) as by_territory
    from bound
),

-- A return counts on the day of its order: what the window sold and lost again was not sold.
cell as (
    select
        document.product_id,
        document.order_date as day,
        case when told_apart.by_channel then document.channel_id end as channel_id,
        case when told_apart.by_territory then document.territory_id end as territory_id,
        sum(document.quantity) as quantity,
        sum(document.net_amount) as net_amount,
        sum(document.margin_amount) as margin_amount,
        count(*) - count(document.margin_amount) as unknown_lines
    from {{ ref('int_sales__document') }} as document
    cross join told_apart
    group by
        document.product_id,
        document.order_date,
        case when told_apart.by_channel then document.channel_id end,
        case when told_apart.by_territory then document.territory_id end
),

place as (
    select distinct
        channel_id,
        territory_id
    from cell
),

market_place as (
    select
        bound.market_id,
        place.channel_id,
        place.territory_id
    from bound
    inner join place
        on
            (bound.channel_ids = '' or {{ is_listed('place.channel_id', 'bound.channel_ids') }})
            and (bound.territory_ids = '' or {{ is_listed('place.territory_id', 'bound.territory_ids') }})
),

in_market as (
    select
        '' as market_id,
        cell.*
    from cell
    union all
    select
        market_place.market_id,
        cell.*
    from cell
    inner join market_place
        on
            cell.channel_id is not distinct from market_place.channel_id
            and cell.territory_id is not distinct from market_place.territory_id
),

-- Kilograms and pieces don't add up; what they are worth at one price for all days does.
price as (
    select
        product_id,
        case
            when sum(quantity) > 0 and sum(net_amount) > 0
                then cast(cast(sum(net_amount) as double) / cast(sum(quantity) as double) as decimal(18, 6))
            else cast(0 as decimal(18, 6))
        end as mean_price
    from cell
    group by product_id
),

daily as (
    select
        market_id,
        product_id,
        day,
        cast(sum(quantity) as decimal(18, 6)) as quantity,
        cast(sum(margin_amount) as decimal(24, 6)) as margin_amount,
        cast(sum(unknown_lines) as bigint) as unknown_lines
    from in_market
    group by market_id, product_id, day
),

final as (
    select
        daily.market_id,
        daily.product_id,
        daily.day,
        daily.quantity,
        daily.margin_amount,
        daily.unknown_lines,
        cast(daily.quantity as decimal(19, 6)) * price.mean_price as value_at_mean_price
    from daily
    inner join price
        on daily.product_id = price.product_id
)

select * from final

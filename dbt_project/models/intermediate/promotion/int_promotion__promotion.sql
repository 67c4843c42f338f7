{{ config(materialized='table') }}

with

promotion as (
    select * from {{ ref('stg_promotion') }}
),

discount as (
    select * from {{ ref('int_promotion__discount') }}
),

-- Sale lines may name promotions that the feed does not have: they cost money as well.
named as (
    select promotion_id from promotion
    union
    select promotion_id from discount
),

dated as (
    select
        named.promotion_id,
        promotion.campaign_id,
        promotion.kind,
        promotion.end_date,
        promotion.fixed_cost_amount,
        coalesce(promotion.start_date, discount.first_order_date) as start_date,
        {{ scope_ids('promotion.scope', 'product') }} as product_ids,
        {{ scope_ids('promotion.scope', 'product_line') }} as product_lines,
        {{ scope_ids('promotion.scope', 'channel') }} as channel_ids,
        {{ scope_ids('promotion.scope', 'territory') }} as territory_ids
    from named
    left join promotion
        on named.promotion_id = promotion.promotion_id
    left join discount
        on named.promotion_id = discount.promotion_id
),

final as (
    select
        promotion_id,
        campaign_id,
        kind,
        start_date,
        end_date,
        fixed_cost_amount,
        product_ids,
        product_lines,
        channel_ids,
        territory_ids,
        -- Promotions that hold in the same places share a market.
        case when channel_ids = '' and territory_ids = '' then '' else channel_ids || ';' || territory_ids end
            as market_id,
        cast(7 * {{ idiv(dbt.datediff('start_date', 'end_date', 'day') ~ ' + 7', '7') }} as integer) as window_days
    from dated
)

select * from final

{{ config(materialized='table') }}

with

product as (
    select * from {{ ref('int_promotion__product') }}
),

promotion as (
    select
        promotion_id,
        start_date,
        coalesce(end_date, cast('9999-12-31' as date)) as end_date
    from {{ ref('int_promotion__promotion') }}
    where start_date is not null
),

sharing as (
    select distinct
        product.promotion_id,
        other.promotion_id as other_promotion_id
    from product
    inner join product as other
        on product.product_id = other.product_id
),

overlapping as (
    select
        every_window.promotion_id,
        every_window.window_number,
        promotion.promotion_id as other_promotion_id,
        promotion.start_date as other_start,
        promotion.end_date as other_end,
        promotion.start_date <= every_window.window_end
        and promotion.end_date >= every_window.window_start as is_during
    from {{ ref('int_promotion__window') }} as every_window
    -- One that holds on all days, before and during, changes nothing between them.
    inner join promotion
        on
            (
                (every_window.before_start <= promotion.end_date and every_window.before_end >= promotion.start_date)
                or (every_window.window_start <= promotion.end_date and every_window.window_end >= promotion.start_date)
            )
            and (
                every_window.before_start < promotion.start_date or every_window.window_end > promotion.end_date
            )
),

final as (
    select
        overlapping.*,
        sharing.promotion_id is not null as shares_products
    from overlapping
    left join sharing
        on
            overlapping.promotion_id = sharing.promotion_id
            and overlapping.other_promotion_id = sharing.other_promotion_id
)

select * from final

{{ config(materialized='table') }}

with

promotion as (
    select * from {{ ref('int_promotion__promotion') }}
),

product as (
    select * from {{ ref('stg_product') }}
),

in_scope as (
    select distinct
        promotion.promotion_id,
        product.product_id
    from promotion
    inner join product
        on
            coalesce(promotion.start_date, promotion.end_date) between product.valid_from and product.valid_to
            and (
                {{ is_listed('product.product_id', 'promotion.product_ids') }}
                or {{ is_listed('product.line', 'promotion.product_lines') }}
            )
),

scoped as (
    select distinct promotion_id
    from in_scope
),

sold as (
    select distinct
        promotion_id,
        product_id
    from {{ ref('int_sales__document') }}
    where promotion_id is not null and document_type = 'sale'
),

final as (
    select * from in_scope
    union all
    select sold.*
    from sold
    left join scoped
        on sold.promotion_id = scoped.promotion_id
    where scoped.promotion_id is null
)

select * from final

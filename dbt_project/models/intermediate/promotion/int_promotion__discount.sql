{# A table: the promotions, their costs and their products all read it. #}
{{ config(materialized='table') }}

with

line as (
    select
        document_id,
        original_document_id,
        document_type,
        promotion_id,
        order_date,
        basis,
        sale_basis,
        is_excess,
        cast(coalesce(
            discount_amount,
            cast(cast(unit_price as decimal(19, 6)) * quantity as decimal(24, 6)) - net_amount
        ) as decimal(24, 6)) as discount_amount
    from {{ ref('int_sales__document') }}
    where promotion_id is not null
),

sale as (
    select *
    from line
    where document_type = 'sale'
),

-- What comes back gives its part of the discount back; a return's own figure has no common sign.
given_back as (
    select
        sale.promotion_id,
        sum(cast(
            {{ rounded_division(
                millionths('sale.discount_amount') ~ ' * cast(line.basis as ' ~ type_wide() ~ ')',
                'cast(line.sale_basis as ' ~ type_wide() ~ ')'
            ) }} * cast(0.000001 as decimal(7, 6)) as decimal(24, 6)
        )) as discount_amount
    from line
    inner join sale
        on line.original_document_id = sale.document_id
    where line.document_type <> 'sale' and not line.is_excess and line.sale_basis <> 0
    group by sale.promotion_id
),

given as (
    select
        promotion_id,
        min(order_date) as first_order_date,
        count(*) as sale_lines,
        count(*) - count(discount_amount) as unknown_lines,
        sum(discount_amount) as discount_amount
    from sale
    group by promotion_id
),

final as (
    select
        given.promotion_id,
        given.first_order_date,
        given.sale_lines,
        given.unknown_lines,
        cast(
            coalesce(given.discount_amount, 0) + coalesce(given_back.discount_amount, 0) as decimal(24, 6)
        ) as discount_amount
    from given
    left join given_back
        on given.promotion_id = given_back.promotion_id
)

select * from final

with

document as (
    select * from {{ ref('int_sales__document') }}
),

final as (
    select
        product_id,
        territory_id,
        channel_id,
        customer_segment,
        {{ period_start("'month'", 'document_date') }} as month,
        cast(sum(net_amount) as decimal(24, 6)) as net_amount,
        cast(sum(quantity) as decimal(18, 6)) as quantity,
        cast(sum(margin_amount) as decimal(24, 6)) as gross_margin_amount,
        count(distinct case when document_type = 'sale' then order_id end) as orders,
        count(distinct case when document_type = 'sale' then customer_id end) as customers,
        '{{ var("currency") }}' as currency
    from document
    group by
        product_id, territory_id, channel_id, customer_segment, {{ period_start("'month'", 'document_date') }}
)

select * from final

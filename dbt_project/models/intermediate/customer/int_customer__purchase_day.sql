with

final as (
    select
        customer_id,
        order_date,
        sum(net_amount) as net_amount,
        -- A day of which everything has come back is none of a purchase.
        sum(net_amount) > 0 as is_purchase
    from {{ ref('int_sales__document') }}
    where customer_id is not null
    group by customer_id, order_date
)

select * from final

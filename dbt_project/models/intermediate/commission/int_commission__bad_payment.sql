{# Payments of orders that nobody knows, and what is paid beyond an order's amount. #}

with

payment as (
    select
        payment_id,
        order_id,
        payment_date,
        amount,
        _loaded_at,
        sum(amount) over (
            partition by order_id
            order by payment_date, payment_id
            rows between unbounded preceding and current row
        ) as paid_to_date
    from {{ ref('stg_payment') }}
    where exists (
        select 1 from {{ source('plan', 'plan_component') }} as component
        where component.event_kind = 'payment'
    )
),

sold as (
    select
        order_id,
        max(sales_rep_id) as sales_rep_id,
        sum(net_amount) as net_amount
    from {{ ref('int_sales__document') }}
    where document_type = 'sale'
    group by order_id
),

final as (
    select
        payment.payment_id as document_id,
        payment.payment_date as document_date,
        case when sold.order_id is null then 'orphan_payment' else 'payment_exceeds_sale' end as reason,
        payment.amount,
        sold.sales_rep_id as participant_id,
        payment._loaded_at
    from payment
    left join sold
        on payment.order_id = sold.order_id
    where
        sold.order_id is null
        or (payment.amount > 0 and payment.paid_to_date > sold.net_amount)
)

select * from final

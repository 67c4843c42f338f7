{# S1. Money received counts on the day on which it came. It is spread over the lines of its order by their
   amounts, rounded as a running sum, so that the parts add up to the payment. #}

with

payment as (
    select * from {{ ref('stg_payment') }}
    where exists (
        select 1 from {{ source('plan', 'plan_component') }} as component
        where component.event_kind = 'payment'
    )
),

sale as (
    select * from {{ ref('int_sales__document') }}
    where document_type = 'sale'
),

line as (
    select
        sale.*,
        payment.payment_id,
        payment.payment_date,
        payment._loaded_at as payment_loaded_at,
        {{ to_units('payment.amount') }} as payment_units,
        cast(sum(sale.net_units) over (
            partition by payment.payment_id
            order by sale.line_number
            rows between unbounded preceding and current row
        ) as bigint) as net_units_to_here,
        cast(sum(sale.net_units) over (partition by payment.payment_id) as bigint) as order_units,
        row_number() over (partition by payment.payment_id order by sale.line_number) as line_ordinal,
        row_number() over (partition by sale.document_number order by payment.payment_id) as payment_ordinal
    from payment
    inner join sale
        on payment.order_id = sale.order_id
),

spread as (
    select
        *,
        -- Of an order that costs nothing the first line gets it all.
        case
            when order_units = 0 then payment_units
            else {{ proportion('payment_units', 'net_units_to_here', 'order_units') }}
        end as paid_units_to_here,
        case
            when line_ordinal = 1 then 0
            when order_units = 0 then payment_units
            else {{ proportion('payment_units', '(net_units_to_here - net_units)', 'order_units') }}
        end as paid_units_before
    from line
),

final as (
    select
        *,
        paid_units_to_here - paid_units_before as paid_units
    from spread
)

select * from final

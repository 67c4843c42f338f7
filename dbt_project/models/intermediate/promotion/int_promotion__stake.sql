with

mention as (
    select * from {{ ref('int_promotion__mention') }}
),

negative as (
    select distinct
        theme,
        product_id,
        month,
        customer_id
    from mention
    where sentiment = -1 and customer_id is not null
),

bought as (
    select
        customer_id,
        {{ period_start("'month'", 'document_date') }} as month,
        sum(net_amount) as net_amount
    from {{ ref('int_sales__document') }}
    where customer_id in (select negative.customer_id from negative)
    group by customer_id, {{ period_start("'month'", 'document_date') }}
),

final as (
    select
        negative.theme,
        negative.product_id,
        negative.month,
        cast(sum(bought.net_amount) as decimal(24, 6)) as net_amount
    from negative
    inner join bought
        on
            negative.customer_id = bought.customer_id
            and negative.month >= bought.month
            and negative.month < cast({{ dbt.dateadd('month', 12, 'bought.month') }} as date)
    group by negative.theme, negative.product_id, negative.month
)

select * from final

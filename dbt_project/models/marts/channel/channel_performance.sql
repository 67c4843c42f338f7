{# Sales without a channel are a row of their own, so that the channels add up to the company. #}

with

sold as (
    select
        channel_id,
        {{ period_start("'month'", 'document_date') }} as month,
        sum(net_amount) as net_amount,
        sum(quantity) as quantity,
        sum(margin_amount) as gross_margin_amount,
        count(distinct case when document_type = 'sale' then customer_id end) as active_customers,
        sum(case when document_type = 'sale' then net_amount else 0 end) as sold_amount,
        -sum(case when document_type = 'return' then net_amount else 0 end) as returned_amount
    from {{ ref('int_sales__document') }}
    group by channel_id, {{ period_start("'month'", 'document_date') }}
),

term as (
    select * from {{ ref('int_channel__terms') }}
),

cost as (
    select
        channel_id,
        {{ period_start("'month'", 'month') }} as month,
        sum(amount) as cost_to_serve_amount
    from {{ ref('stg_channel_cost') }}
    group by channel_id, {{ period_start("'month'", 'month') }}
),

channel_month as (
    select
        channel_id,
        month
    from sold
    union
    select
        channel_id,
        month
    from term
    union
    select
        channel_id,
        month
    from cost
),

channel as (
    select * from {{ ref('stg_channel') }}
),

totalled as (
    select
        channel_month.channel_id,
        channel.name as channel_name,
        channel.type as channel_type,
        channel_month.month,
        coalesce(sold.net_amount, 0) as net_amount,
        coalesce(sold.quantity, 0) as quantity,
        case when sold.month is null then 0 else sold.gross_margin_amount end as gross_margin_amount,
        coalesce(term.trade_terms_amount, 0) as trade_terms_amount,
        coalesce(cost.cost_to_serve_amount, 0) as cost_to_serve_amount,
        coalesce(sold.active_customers, 0) as active_customers,
        sold.sold_amount,
        sold.returned_amount,
        year_before.net_amount as year_before_amount
    from channel_month
    left join sold
        on
            channel_month.channel_id is not distinct from sold.channel_id
            and channel_month.month = sold.month
    left join sold as year_before
        on
            channel_month.channel_id is not distinct from year_before.channel_id
            and year_before.month = cast({{ dbt.dateadd('year', -1, 'channel_month.month') }} as date)
    left join term
        on
            channel_month.channel_id = term.channel_id
            and channel_month.month = term.month
    left join cost
        on
            channel_month.channel_id = cost.channel_id
            and channel_month.month = cost.month
    left join channel
        on
            channel_month.channel_id = channel.channel_id
            and channel_month.month between channel.valid_from and channel.valid_to
),

netted as (
    select
        *,
        gross_margin_amount - trade_terms_amount - cost_to_serve_amount as net_margin_amount
    from totalled
),

final as (
    select
        channel_id,
        channel_name,
        channel_type,
        month,
        cast(net_amount as decimal(24, 6)) as net_amount,
        cast(quantity as decimal(18, 6)) as quantity,
        cast(gross_margin_amount as decimal(24, 6)) as gross_margin_amount,
        cast(trade_terms_amount as decimal(24, 6)) as trade_terms_amount,
        cast(cost_to_serve_amount as decimal(24, 6)) as cost_to_serve_amount,
        cast(net_margin_amount as decimal(24, 6)) as net_margin_amount,
        {{ ratio('net_margin_amount', 'net_amount') }} as net_margin_rate,
        cast(active_customers as bigint) as active_customers,
        {{ ratio('net_amount - year_before_amount', 'year_before_amount') }} as growth,
        {{ ratio('returned_amount', 'sold_amount') }} as returns_rate,
        '{{ var("currency") }}' as currency
    from netted
)

select * from final

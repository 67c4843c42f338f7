{{ config(materialized='table') }}

{# What the company has reached of each goal up to each day of sales in its scope. #}

with

goal as (
    select * from {{ ref('int_quota__goal') }}
),

document as (
    select
        document.*,
        product.line as product_line
    from {{ ref('int_sales__document') }} as document
    left join {{ ref('stg_product') }} as product
        on
            document.product_id = product.product_id
            and document.order_date between product.valid_from and product.valid_to
),

first_purchase as (
    select
        customer_id,
        min(document_date) as first_date
    from document
    where document_type = 'sale'
    group by customer_id
),

in_scope as (
    select
        goal.goal_id,
        goal.period_start,
        goal.period_end,
        document.document_date as day,
        document.net_amount,
        document.quantity,
        document.margin_amount,
        case
            when
                document.document_type = 'sale'
                and coalesce(document.is_new_customer, document.document_date = first_purchase.first_date)
                then document.customer_id
        end as new_customer_id
    from goal
    inner join document
        on
            document.document_date between goal.period_start and goal.period_end
            and (
                goal.scope_kind = 'company'
                or (goal.scope_kind in ('product_line', 'product line') and goal.scope_id = document.product_line)
                or (goal.scope_kind = 'channel' and goal.scope_id = document.channel_id)
                or (goal.scope_kind = 'territory' and goal.scope_id = document.territory_id)
            )
    left join first_purchase
        on document.customer_id = first_purchase.customer_id
),

-- A new customer counts once, on the first day.
first_time as (
    select
        goal_id,
        period_start,
        period_end,
        new_customer_id,
        min(day) as day
    from in_scope
    where new_customer_id is not null
    group by goal_id, period_start, period_end, new_customer_id
),

new_customer as (
    select
        goal_id,
        period_start,
        period_end,
        day,
        count(*) as new_customers
    from first_time
    group by goal_id, period_start, period_end, day
),

daily as (
    select
        goal_id,
        period_start,
        period_end,
        day,
        sum(net_amount) as net_amount,
        sum(quantity) as quantity,
        sum(margin_amount) as margin_amount
    from in_scope
    group by goal_id, period_start, period_end, day
),

final as (
    select
        goal.goal_id,
        goal.period_start,
        goal.period_end,
        daily.day,
        goal.amount as goal_amount,
        cast(coalesce(sum(case goal.measure
            when 'revenue' then daily.net_amount
            when 'volume' then daily.quantity
            when 'margin' then daily.margin_amount
            when 'new customers' then new_customer.new_customers
        end) over (
            partition by goal.goal_id, goal.period_start, goal.period_end
            order by daily.day
            rows between unbounded preceding and current row
        ), 0) as decimal(24, 6)) as actual_amount
    from goal
    inner join daily
        on
            goal.goal_id = daily.goal_id
            and goal.period_start = daily.period_start
            and goal.period_end = daily.period_end
    left join new_customer
        on
            daily.goal_id = new_customer.goal_id
            and daily.period_start = new_customer.period_start
            and daily.period_end = new_customer.period_end
            and daily.day = new_customer.day
)

select * from final

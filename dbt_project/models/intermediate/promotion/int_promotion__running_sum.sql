{# A table: with it the sum over a run of days is the difference of two rows, however long the run. #}
{{ config(materialized='table') }}

with

product_day as (
    select * from {{ ref('int_promotion__product_day') }}
),

day as (
    select calendar_day.day
    from {{ ref('int_calendar__day') }} as calendar_day
    inner join {{ ref('int_calendar__span') }} as span
        on calendar_day.day between span.first_document_date and span.last_document_date
),

-- All products of a market together have none of their own.
sold as (
    select
        product_day.market_id,
        product_day.product_id,
        product_day.day,
        product_day.value_at_mean_price
    from product_day
    where product_day.product_id in (select product.product_id from {{ ref('int_promotion__product') }} as product)
    union all
    select
        market_id,
        cast(null as {{ dbt.type_string() }}) as product_id,
        day,
        sum(value_at_mean_price) as value_at_mean_price
    from product_day
    group by market_id, day
),

pair as (
    select distinct
        market_id,
        product_id
    from sold
),

final as (
    select
        pair.market_id,
        pair.product_id,
        day.day,
        cast(coalesce(sum(sold.value_at_mean_price) over (
            partition by pair.market_id, pair.product_id
            order by day.day
            rows between unbounded preceding and current row
        ), 0) as decimal(38, 12)) as value_at_mean_price
    from pair
    cross join day
    left join sold
        on
            pair.market_id = sold.market_id
            and pair.product_id is not distinct from sold.product_id
            and day.day = sold.day
)

select * from final

with

span as (
    select * from {{ ref('int_promotion__window_span') }}
),

product as (
    select * from {{ ref('int_promotion__product') }}
),

overlap as (
    select * from {{ ref('int_promotion__overlap') }}
),

each_window as (
    select distinct
        promotion_id,
        window_number
    from span
),

-- Products that can't be compared with: the treated ones, and those promoted on a part of the days.
set_apart as (
    select
        each_window.promotion_id,
        each_window.window_number,
        product.product_id
    from each_window
    inner join product
        on each_window.promotion_id = product.promotion_id
    union
    select
        overlap.promotion_id,
        overlap.window_number,
        product.product_id
    from overlap
    inner join product
        on overlap.other_promotion_id = product.promotion_id
),

part as (
    select
        promotion_id,
        window_number,
        cast(null as {{ dbt.type_string() }}) as product_id,
        true as is_added
    from each_window
    union all
    select
        promotion_id,
        window_number,
        product_id,
        false as is_added
    from set_apart
),

edge as (
    select
        promotion_id,
        market_id,
        window_number,
        is_before,
        last_day as day,
        true as is_last
    from span
    union all
    select
        promotion_id,
        market_id,
        window_number,
        is_before,
        cast({{ dbt.dateadd('day', -1, 'first_day') }} as date) as day,
        false as is_last
    from span
),

signed as (
    select
        edge.promotion_id,
        edge.window_number,
        edge.is_before,
        case
            when edge.is_last = part.is_added then running_sum.value_at_mean_price
            else -running_sum.value_at_mean_price
        end as value_at_mean_price
    from edge
    inner join part
        on
            edge.promotion_id = part.promotion_id
            and edge.window_number = part.window_number
    inner join {{ ref('int_promotion__running_sum') }} as running_sum
        on
            edge.market_id = running_sum.market_id
            and edge.day = running_sum.day
            and part.product_id is not distinct from running_sum.product_id
),

final as (
    select
        promotion_id,
        window_number,
        sum(case when is_before then value_at_mean_price end) as control_before,
        sum(case when not is_before then value_at_mean_price end) as control_during
    from signed
    group by promotion_id, window_number
)

select * from final

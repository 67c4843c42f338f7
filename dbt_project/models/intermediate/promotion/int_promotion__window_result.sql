{{ config(materialized='table') }}

{% set phases = {'before': 'is_before', 'during': 'not is_before'} %}

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

running_sum as (
    select * from {{ ref('int_promotion__running_sum') }}
),

each_window as (
    select
        promotion_id,
        market_id,
        window_number,
        cast(sum(case when is_before then day_count else 0 end) as integer) as before_days
    from span
    group by promotion_id, market_id, window_number
),

promoted as (
    select distinct
        overlap.promotion_id,
        overlap.window_number,
        product.product_id
    from overlap
    inner join product
        on overlap.other_promotion_id = product.promotion_id
),

-- From all products those are taken off that can't be compared with: the treated ones, and those that were
-- promoted on a part of the days.
part as (
    select
        promotion_id,
        window_number,
        cast(null as {{ dbt.type_string() }}) as product_id,
        true as is_added,
        false as is_treated
    from each_window
    union all
    select
        each_window.promotion_id,
        each_window.window_number,
        product.product_id,
        false as is_added,
        true as is_treated
    from each_window
    inner join product
        on each_window.promotion_id = product.promotion_id
    union all
    select
        promoted.promotion_id,
        promoted.window_number,
        promoted.product_id,
        false as is_added,
        false as is_treated
    from promoted
    left join product
        on
            promoted.promotion_id = product.promotion_id
            and promoted.product_id = product.product_id
    where product.product_id is null
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
        part.is_treated,
        {%- for measure in ['quantity', 'margin_amount', 'unknown_lines'] %}
            case when edge.is_last then running_sum.{{ measure }} else -running_sum.{{ measure }} end as {{ measure }},
        {%- endfor %}
        case
            when edge.is_last = part.is_added then running_sum.value_at_mean_price
            else -running_sum.value_at_mean_price
        end as control_value
    from edge
    inner join part
        on
            edge.promotion_id = part.promotion_id
            and edge.window_number = part.window_number
    inner join running_sum
        on
            edge.market_id = running_sum.market_id
            and edge.day = running_sum.day
            and part.product_id is not distinct from running_sum.product_id
),

summed as (
    select
        {%- for phase, condition in phases.items() %}
            sum(case when {{ condition }} and is_treated then quantity end) as quantity_{{ phase }},
            sum(case when {{ condition }} and is_treated then margin_amount end) as margin_{{ phase }},
            sum(case when {{ condition }} and is_treated then unknown_lines end) as unknown_{{ phase }},
            sum(case when {{ condition }} then control_value end) as control_{{ phase }},
        {%- endfor %}
        promotion_id,
        window_number
    from signed
    group by promotion_id, window_number
),

final as (
    select
        {%- for phase in phases %}
            cast(coalesce(summed.quantity_{{ phase }}, 0) as decimal(18, 6)) as quantity_{{ phase }},
            cast(coalesce(summed.margin_{{ phase }}, 0) as decimal(24, 6)) as margin_{{ phase }},
            cast(coalesce(summed.unknown_{{ phase }}, 0) as bigint) as unknown_{{ phase }},
            cast(coalesce(summed.control_{{ phase }}, 0) as decimal(38, 12)) as control_{{ phase }},
        {%- endfor %}
        each_window.before_days,
        each_window.promotion_id,
        each_window.window_number
    from each_window
    left join summed
        on
            each_window.promotion_id = summed.promotion_id
            and each_window.window_number = summed.window_number
)

select * from final

{{ config(materialized='table') }}

with

span as (
    select * from {{ ref('int_promotion__window_span') }}
),

day as (
    select day from {{ ref('int_calendar__day') }}
),

counted as (
    select
        promotion_id,
        window_number,
        sum(case when is_before then day_count else 0 end) as before_days
    from span
    group by promotion_id, window_number
),

treated as (
    select
        {%- for phase, condition in {'before': 'span.is_before', 'during': 'not span.is_before'}.items() %}
            sum(case when {{ condition }} then product_day.quantity end) as quantity_{{ phase }},
            sum(case when {{ condition }} then product_day.margin_amount end) as margin_{{ phase }},
            sum(case when {{ condition }} then product_day.unknown_lines end) as unknown_{{ phase }},
        {%- endfor %}
        span.promotion_id,
        span.window_number
    from span
    inner join day
        on day.day between span.first_day and span.last_day
    inner join {{ ref('int_promotion__product') }} as product
        on span.promotion_id = product.promotion_id
    inner join {{ ref('int_promotion__product_day') }} as product_day
        on
            span.market_id = product_day.market_id
            and day.day = product_day.day
            and product.product_id = product_day.product_id
    group by span.promotion_id, span.window_number
),

final as (
    select
        counted.promotion_id,
        counted.window_number,
        {%- for phase in ['before', 'during'] %}
            cast(coalesce(treated.quantity_{{ phase }}, 0) as decimal(18, 6)) as quantity_{{ phase }},
            cast(coalesce(treated.margin_{{ phase }}, 0) as decimal(24, 6)) as margin_{{ phase }},
            cast(coalesce(treated.unknown_{{ phase }}, 0) as bigint) as unknown_{{ phase }},
            cast(coalesce(control.control_{{ phase }}, 0) as decimal(38, 12)) as control_{{ phase }},
        {%- endfor %}
        cast(counted.before_days as integer) as before_days
    from counted
    left join treated
        on
            counted.promotion_id = treated.promotion_id
            and counted.window_number = treated.window_number
    left join {{ ref('int_promotion__control') }} as control
        on
            counted.promotion_id = control.promotion_id
            and counted.window_number = control.window_number
)

select * from final

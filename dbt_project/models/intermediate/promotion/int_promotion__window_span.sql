{{ config(materialized='table') }}

{# How many earlier windows give the spread: those next to the promotion. #}
{% set most_windows = 12 %}

with

day as (
    select day from {{ ref('int_calendar__day') }}
),

rival as (
    select *
    from {{ ref('int_promotion__overlap') }}
    where shares_products and other_promotion_id <> promotion_id
),

-- An earlier window in which the products had a promotion shows its effect, not chance.
eligible as (
    select promotion_window.*
    from {{ ref('int_promotion__window') }} as promotion_window
    where
        promotion_window.window_number <= 0
        or not exists (
            select 1
            from rival
            where
                rival.promotion_id = promotion_window.promotion_id
                and rival.window_number = promotion_window.window_number
                and rival.is_during
        )
),

before_day as (
    select
        eligible.promotion_id,
        eligible.market_id,
        eligible.window_number,
        eligible.window_days,
        day.day
    from eligible
    inner join day
        on day.day between eligible.before_start and eligible.before_end
    where
        not exists (
            select 1
            from rival
            where
                rival.promotion_id = eligible.promotion_id
                and rival.window_number = eligible.window_number
                and day.day between rival.other_start and rival.other_end
        )
),

-- With less than half of its days before, a window would tell less than the promotion's own.
comparable as (
    select
        promotion_id,
        window_number,
        row_number() over (partition by promotion_id order by window_number) as window_rank
    from (
        select
            promotion_id,
            window_number
        from before_day
        where window_number > 0
        group by promotion_id, window_number, window_days
        having 2 * count(*) >= window_days
    ) as long_enough
),

chosen as (
    select eligible.*
    from eligible
    left join comparable
        on
            eligible.promotion_id = comparable.promotion_id
            and eligible.window_number = comparable.window_number
    where eligible.window_number <= 0 or comparable.window_rank <= {{ most_windows }}
),

counted_day as (
    select
        before_day.promotion_id,
        before_day.market_id,
        before_day.window_number,
        true as is_before,
        before_day.day
    from chosen
    inner join before_day
        on
            chosen.promotion_id = before_day.promotion_id
            and chosen.window_number = before_day.window_number
    union all
    select
        chosen.promotion_id,
        chosen.market_id,
        chosen.window_number,
        false as is_before,
        day.day
    from chosen
    inner join day
        on day.day between chosen.window_start and chosen.window_end
),

-- Days in a row differ from their numbers by the same day.
numbered as (
    select
        *,
        cast(row_number() over (partition by promotion_id, window_number, is_before order by day) as integer)
            as day_number
    from counted_day
),

final as (
    select
        promotion_id,
        market_id,
        window_number,
        is_before,
        min(day) as first_day,
        max(day) as last_day,
        cast(count(*) as integer) as day_count
    from numbered
    group by
        promotion_id,
        market_id,
        window_number,
        is_before,
        cast({{ dbt.dateadd('day', '-day_number', 'day') }} as date)
)

select * from final

{# Windows of whole weeks, so that each has as many of every weekday: the last 13 weeks, the 39 before them, and the
   same 13 a year (52 weeks) before. #}

with

aged as (
    select
        day.*,
        cast({{ dbt.datediff('day.order_date', 'parameter.as_of_date', 'day') }} as integer) as age_days,
        day.order_date > {{ dbt.dateadd('year', -1, 'parameter.as_of_date') }} as is_of_last_year
    from {{ ref('int_customer__purchase_day') }} as day
    cross join {{ source('run', 'parameter') }} as parameter
),

counted as (
    select
        customer_id,
        sum(case when is_of_last_year then net_amount else 0 end) as net_amount,
        count(case when is_purchase and is_of_last_year then 1 end) as purchase_days,
        count(case when is_purchase and age_days < 91 then 1 end) as recent_purchase_days,
        count(case when is_purchase and age_days between 91 and 363 then 1 end) as former_purchase_days,
        count(case when is_purchase and age_days between 364 and 454 then 1 end) as year_before_purchase_days,
        count(case when is_purchase and age_days > 454 then 1 end) > 0 as was_customer_before
    from aged
    group by customer_id
),

final as (
    select
        counted.*,
        -- Fewer than chance explains; and fewer than in the same season before, where there was one.
        fall_limit.purchase_days is not null
        and (not counted.was_customer_before or counted.recent_purchase_days < counted.year_before_purchase_days)
            as is_falling
    from counted
    left join {{ ref('int_customer__fall_limit') }} as fall_limit
        on
            counted.recent_purchase_days + counted.former_purchase_days = fall_limit.purchase_days
            and counted.recent_purchase_days <= fall_limit.most_recent_purchase_days
)

select * from final

with

ranked as (
    select
        response.customer_id,
        response.score,
        response.answered_date,
        response.is_detractor and coalesce(
            {{ dbt.dateadd('day', var('score_valid_days'), 'response.answered_date') }} > parameter.as_of_date, true
        ) as is_detractor,
        row_number() over (
            partition by response.customer_id order by response.answered_date desc, response.response_id desc
        ) as score_rank
    from {{ ref('int_customer__response') }} as response
    cross join {{ source('run', 'parameter') }} as parameter
    where
        response.metric = 'nps'
        and response.is_counted
        and response.customer_id is not null
        and response.answered_date is not null
),

final as (
    select
        customer_id,
        score,
        answered_date,
        is_detractor
    from ranked
    where score_rank = 1
)

select * from final

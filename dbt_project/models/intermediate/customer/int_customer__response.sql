with

-- The two highest answers of each scale are those of the pleased, 0 to 6 of nps those of the displeased.
scale as (
    select
        'nps' as metric,
        0 as lowest_score,
        10 as highest_score
    union all
    select
        'csat' as metric,
        1 as lowest_score,
        5 as highest_score
    union all
    select
        'ces' as metric,
        1 as lowest_score,
        7 as highest_score
),

response as (
    select
        response_id,
        lower(trim(metric)) as metric,
        score,
        customer_id,
        segment,
        wants_contact,
        {{ local_date('answered_at') }} as answered_date,
        {{ local_date('invited_at') }} as invited_date
    from {{ ref('stg_survey_response') }}
),

final as (
    select
        response.response_id,
        response.metric,
        response.customer_id,
        -- The respondent's own word on it, else what the customer was on the day of the answer.
        coalesce(response.segment, customer.segment) as segment,
        coalesce(response.wants_contact, false) as wants_contact,
        response.answered_date,
        response.invited_date,
        response.score,
        scale.lowest_score,
        scale.highest_score,
        response.score is not null as is_answered,
        response.score is not null and (
            scale.metric is null or response.score between scale.lowest_score and scale.highest_score
        ) as is_counted,
        response.score between scale.highest_score - 1 and scale.highest_score as is_pleased,
        response.metric = 'nps' and response.score between 0 and 6 as is_detractor
    from response
    left join scale
        on response.metric = scale.metric
    left join {{ ref('stg_customer') }} as customer
        on
            response.customer_id = customer.customer_id
            and coalesce(response.answered_date, response.invited_date, cast('9999-12-31' as date))
            between customer.valid_from and customer.valid_to
)

select * from final

with

request as (
    select
        request.product_id,
        case when request.product_id is null then lower(trim(request.theme)) end as theme,
        request.wish,
        lower(trim(request.source)) as place,
        -- However often a customer asks, it is one voice.
        coalesce('customer:' || request.customer_id, 'request:' || request.request_id) as voice
    from {{ ref('stg_customer_request') }} as request
    cross join {{ source('run', 'parameter') }} as parameter
    where
        (request.product_id is not null or request.wish = 'add')
        and coalesce(request.requested_date > {{ dbt.dateadd('year', -1, 'parameter.as_of_date') }}, true)
),

final as (
    select
        product_id,
        theme,
        count(*) as requests,
        count(distinct case when wish = 'keep' then voice end) as voices_to_keep,
        count(distinct case when wish = 'change' then voice end) as voices_to_change,
        count(distinct case when wish = 'drop' then voice end) as voices_to_drop,
        count(distinct case when wish = 'add' then voice end) as voices_to_add,
        count(distinct place) as places
    from request
    group by product_id, theme
)

select * from final

with

ranked as (
    select
        customer_id,
        purpose,
        is_given,
        row_number() over (partition by customer_id, purpose order by given_at desc) as consent_rank
    from {{ ref('stg_consent') }}
),

final as (
    select
        customer_id,
        {{ text_list('purpose') }} as purposes
    from ranked
    where consent_rank = 1 and not is_given
    group by customer_id
)

select * from final

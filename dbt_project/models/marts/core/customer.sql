with

final as (
    select
        customer_id,
        name,
        segment,
        territory_id,
        channel_id,
        owner_participant_id,
        since,
        email,
        phone,
        valid_from,
        valid_to,
        is_current
    from {{ ref('stg_customer') }}
)

select * from final

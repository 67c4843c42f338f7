with

final as (
    select
        channel_id,
        name,
        type,
        parent_channel_id,
        territory_id,
        payment_terms_days,
        valid_from,
        valid_to,
        is_current
    from {{ ref('stg_channel') }}
)

select * from final

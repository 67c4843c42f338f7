with

final as (
    select
        territory_id,
        name,
        parent_territory_id,
        valid_from,
        valid_to,
        is_current
    from {{ ref('stg_territory') }}
)

select * from final

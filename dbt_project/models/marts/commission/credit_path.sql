with

final as (
    select
        participant_id,
        credited_id,
        credit_kind,
        cast(credit_level as integer) as credit_level,
        cast(cast(share_parts as decimal(18, 0)) * cast(0.000000001 as decimal(9, 9)) as decimal(18, 9)) as share,
        paths,
        valid_from,
        valid_to
    from {{ ref('int_commission__credit_path') }}
)

select * from final

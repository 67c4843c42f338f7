with

final as (
    select
        happened_at,
        who,
        verb,
        reason,
        hash_before,
        hash_after
    from {{ source('state', 'audit_log') }}
)

select * from final

{# What the ledger holds, by line and earned period. #}

with

final as (
    select
        commission_line_id,
        earned_period_start,
        cast(sum(amount_minor) as bigint) as posted_minor
    from {{ source('ledger', 'posting') }}
    group by commission_line_id, earned_period_start
)

select * from final

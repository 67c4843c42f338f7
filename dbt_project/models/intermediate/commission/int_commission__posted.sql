{# What the ledger holds, by line and earned period. #}

with

posting as (
    select
        *,
        row_number() over (
            partition by commission_line_id, earned_period_start order by posted_at desc, posting_id desc
        ) as recency
    from {{ source('ledger', 'posting') }}
),

final as (
    select
        commission_line_id,
        earned_period_start,
        min(window_id) as window_id,
        min(participant_id) as participant_id,
        min(component_key) as component_key,
        min(pay_kind) as pay_kind,
        cast(sum(amount_minor) as bigint) as posted_minor,
        max(case when recency = 1 then posting_id end) as last_posting_id
    from posting
    group by commission_line_id, earned_period_start
)

select * from final

{# Severity and owner of each reason are decided here, once. #}

with

exception as (
    select * from {{ ref('int_commission__exception') }}
),

final as (
    select
        exception_id,
        transaction_id,
        reason,
        cast(amount as decimal(24, 6)) as amount,
        case
            when reason in ('no_plan', 'zero_quota', 'zero_score', 'payment_exceeds_sale', 'duplicate_transaction')
                then 'warning'
            else 'critical'
        end as severity,
        case
            when
                reason in (
                    'no_quota', 'zero_quota', 'no_target', 'no_score', 'zero_score', 'no_goal', 'no_plan',
                    'no_exchange_rate', 'overlapping_quota', 'participant_left'
                )
                then 'sales operations'
            else 'data team'
        end as owner,
        participant_id,
        plan_id,
        component_id,
        period,
        period_start,
        period_end,
        first_seen_at,
        '{{ var("currency") }}' as currency
    from exception
)

select * from final

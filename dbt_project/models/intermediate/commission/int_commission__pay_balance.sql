{# S11. Balances of draws, carried caps, clawbacks and negative pay: none is calculated yet, so no row. #}

with

final as (
    select
        participant_id,
        plan_id,
        posting_period_start,
        kind as balance_kind,
        amount_minor as opening_minor,
        amount_minor as movement_minor,
        amount_minor as closing_minor,
        amount_minor as pay_effect_minor
    from {{ ref('int_commission__posting') }}
    where kind = 'balance'
)

select * from final

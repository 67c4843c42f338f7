{% set balances = [
    'opening_cap_balance', 'closing_cap_balance', 'opening_clawback_balance', 'closing_clawback_balance',
    'opening_negative_balance', 'closing_negative_balance',
] %}

with

payable as (
    select * from {{ ref('int_commission__payable') }}
),

final as (
    select
        payable.participant_id,
        pay_period.period,
        payable.posting_period_start as period_start,
        pay_period.period_end,
        cast(null as decimal(24, 6)) as opening_draw_balance,
        {{ from_minor('earned_minor') }} as earned_amount,
        {{ from_minor('adjustment_minor') }} as adjustment_amount,
        cast(null as decimal(24, 6)) as draw_amount,
        cast(null as decimal(24, 6)) as recovered_amount,
        cast(null as decimal(24, 6)) as held_amount,
        cast(null as decimal(24, 6)) as released_amount,
        {{ from_minor('payable_minor') }} as payable_amount,
        cast(null as decimal(24, 6)) as closing_draw_balance,
        {%- for balance in balances %}
            cast(null as decimal(24, 6)) as {{ balance }},
        {%- endfor %}
        cast(null as timestamp) as closed_at,
        cast(null as {{ dbt.type_string() }}) as ledger_hash,
        '{{ var("currency") }}' as currency,
        'draws, holds and balances: not yet estimated' as reason
    from payable
    inner join {{ ref('int_calendar__period') }} as pay_period
        on
            payable.pay_kind = pay_period.period_kind
            and payable.posting_period_start = pay_period.period_start
)

select * from final

{% set balances = [
    'opening_cap_balance', 'closing_cap_balance', 'opening_clawback_balance', 'closing_clawback_balance',
    'opening_negative_balance', 'closing_negative_balance',
] %}

with

payable as (
    select * from {{ ref('int_commission__payable') }}
),

-- Without a rate, or in several currencies, there is no one amount to pay.
changed as (
    select
        participant_id,
        pay_kind,
        posting_period_start,
        max(to_currency) as paid_currency,
        max(to_digits) as paid_digits,
        cast(sum(paid_minor) as bigint) as paid_minor
    from {{ ref('int_commission__changed_pay') }}
    group by participant_id, pay_kind, posting_period_start
    having count(distinct to_currency) = 1 and count(*) = count(paid_minor)
),

final as (
    select
        payable.participant_id,
        pay_period.period,
        payable.posting_period_start as period_start,
        pay_period.period_end,
        cast(null as decimal(24, 6)) as opening_draw_balance,
        {{ from_minor('payable.earned_minor') }} as earned_amount,
        {{ from_minor('payable.adjustment_minor') }} as adjustment_amount,
        cast(null as decimal(24, 6)) as draw_amount,
        cast(null as decimal(24, 6)) as recovered_amount,
        cast(null as decimal(24, 6)) as held_amount,
        cast(null as decimal(24, 6)) as released_amount,
        {{ from_minor('payable.payable_minor') }} as payable_amount,
        cast(null as decimal(24, 6)) as closing_draw_balance,
        {%- for balance in balances %}
            cast(null as decimal(24, 6)) as {{ balance }},
        {%- endfor %}
        cast(null as timestamp) as closed_at,
        cast(null as {{ dbt.type_string() }}) as ledger_hash,
        '{{ var("currency") }}' as currency,
        {{ from_minor_of('changed.paid_minor', 'changed.paid_digits') }} as paid_amount,
        changed.paid_currency,
        'draws, holds and balances: not yet estimated' as reason
    from payable
    inner join {{ ref('int_calendar__period') }} as pay_period
        on
            payable.pay_kind = pay_period.period_kind
            and payable.posting_period_start = pay_period.period_start
    left join changed
        on
            payable.participant_id = changed.participant_id
            and payable.pay_kind = changed.pay_kind
            and payable.posting_period_start = changed.posting_period_start
)

select * from final

{{ config(materialized='table') }}

{# S12. What each participant gets in each posting period, zero rows included. #}

with

posting as (
    select * from {{ ref('int_commission__posting') }}
    where kind = 'earning'
),

balance as (
    select
        participant_id,
        posting_period_start,
        cast(sum(pay_effect_minor) as bigint) as pay_effect_minor
    from {{ ref('int_commission__pay_balance') }}
    group by participant_id, posting_period_start
),

owed as (
    select
        participant_id,
        posting_period_start,
        pay_kind,
        cast(sum(case when posting_period_start = earned_period_start then amount_minor else 0 end) as bigint)
            as earned_minor,
        cast(sum(case when posting_period_start <> earned_period_start then amount_minor else 0 end) as bigint)
            as adjustment_minor
    from posting
    group by participant_id, posting_period_start, pay_kind
),

expected as (
    select distinct
        participant_id,
        pay_period_start as posting_period_start,
        pay_kind
    from {{ ref('int_commission__window_result') }}
    where is_approved and payee = 'participant'
),

every_period as (
    select
        participant_id,
        posting_period_start,
        pay_kind
    from expected
    union
    select
        participant_id,
        posting_period_start,
        pay_kind
    from owed
),

final as (
    select
        every_period.participant_id,
        every_period.posting_period_start,
        every_period.pay_kind,
        coalesce(owed.earned_minor, 0) as earned_minor,
        coalesce(owed.adjustment_minor, 0) as adjustment_minor,
        coalesce(balance.pay_effect_minor, 0) as balance_minor,
        coalesce(owed.earned_minor, 0) + coalesce(owed.adjustment_minor, 0) + coalesce(balance.pay_effect_minor, 0)
            as payable_minor
    from every_period
    left join owed
        on
            every_period.participant_id = owed.participant_id
            and every_period.posting_period_start = owed.posting_period_start
            and every_period.pay_kind = owed.pay_kind
    left join balance
        on
            every_period.participant_id = balance.participant_id
            and every_period.posting_period_start = balance.posting_period_start
)

select * from final

{# What each plan version pays each participant in a posting period, and the day whose rate changes it. #}

with

posting as (
    select * from {{ ref('int_commission__posting') }}
    where kind = 'earning'
),

exchange as (
    select * from {{ source('plan', 'plan_exchange') }}
),

dated as (
    select
        posting.participant_id,
        posting.pay_kind,
        posting.posting_period_start,
        posting.plan_id,
        posting.plan_version,
        posting.currency,
        posting.amount_minor,
        coalesce(exchange.to_currency, posting.currency) as to_currency,
        exchange.to_digits,
        exchange.rate_kind,
        exchange.steps,
        case when exchange.rate_of = 'earning' then posting.earned_period_end else posting.posting_period_end end
            as rate_day
    from posting
    left join exchange
        on
            posting.plan_id = exchange.plan_id
            and posting.plan_version = exchange.plan_version
),

final as (
    select
        participant_id,
        pay_kind,
        posting_period_start,
        plan_id,
        plan_version,
        currency,
        to_currency,
        to_digits,
        rate_kind,
        steps,
        rate_day,
        cast(sum(amount_minor) as bigint) as amount_minor
    from dated
    group by
        participant_id, pay_kind, posting_period_start, plan_id, plan_version, currency, to_currency, to_digits,
        rate_kind, steps, rate_day
)

select * from final

{# S12. Pay in the currency in which it is paid: each step of the exchange rounds once. Without an exchange it
   stays as it is; without a rate there is no amount. #}

with recursive

pay as (
    select
        pay_to_change.*,
        coalesce(rate.rate_numerator, case when pay_to_change.rate_kind = 'fixed' then 1 end) as rate_numerator,
        coalesce(rate.rate_denominator, 1) as rate_denominator
    from {{ ref('int_commission__pay_to_change') }} as pay_to_change
    left join {{ ref('int_commission__exchange_rate') }} as rate
        on
            pay_to_change.rate_kind = rate.rate_kind
            and pay_to_change.rate_day = rate.rate_day
            and pay_to_change.currency = rate.from_currency
            and pay_to_change.to_currency = rate.to_currency
),

step as (
    select * from {{ source('plan', 'plan_exchange_step') }}
),

changed as (
    select
        pay.*,
        cast(0 as bigint) as step_number,
        cast(pay.amount_minor as {{ type_wide() }}) as value
    from pay
    where pay.steps is not null
    union all
    select
        changed.participant_id,
        changed.pay_kind,
        changed.posting_period_start,
        changed.plan_id,
        changed.plan_version,
        changed.currency,
        changed.to_currency,
        changed.to_digits,
        changed.rate_kind,
        changed.steps,
        changed.rate_day,
        changed.amount_minor,
        changed.rate_numerator,
        changed.rate_denominator,
        step.step_number,
        cast(
            {{ rounded_division(
                'changed.value * step.numerator * changed.rate_numerator',
                'cast(step.denominator as ' ~ type_wide() ~ ') * changed.rate_denominator'
            ) }} as {{ type_wide() }}
        ) as value
    from changed
    inner join step
        on
            changed.plan_id = step.plan_id
            and changed.plan_version = step.plan_version
            and changed.step_number + 1 = step.step_number
),

final as (
    select
        participant_id,
        pay_kind,
        posting_period_start,
        plan_id,
        plan_version,
        rate_day,
        to_currency,
        cast(to_digits as bigint) as to_digits,
        cast(value as bigint) as paid_minor,
        amount_minor,
        -- Steps of a contract are no rate.
        case when rate_kind <> 'fixed' then rate_numerator end as rate_numerator,
        case when rate_kind <> 'fixed' then rate_denominator end as rate_denominator
    from changed
    where step_number = steps
    union all
    select
        participant_id,
        pay_kind,
        posting_period_start,
        plan_id,
        plan_version,
        rate_day,
        to_currency,
        cast({{ var('currency_digits') }} as bigint) as to_digits,
        amount_minor as paid_minor,
        amount_minor,
        cast(null as {{ type_wide() }}) as rate_numerator,
        cast(null as {{ type_wide() }}) as rate_denominator
    from pay
    where steps is null
)

select * from final

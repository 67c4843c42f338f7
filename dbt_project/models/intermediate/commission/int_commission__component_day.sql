{{ config(materialized='table') }}

{# S3, what credit of a day counts for: each component with the kinds of credit that it takes, and in which window of
   the calendar and pay period that day lies. Made before credits are there, so that each finds it with one look. #}

with

component as (
    select * from {{ ref('int_commission__component') }}
),

period_day as (
    select * from {{ ref('int_calendar__period_day') }}
),

final as (
    select
        component.*,
        plan_credit.credit_kind,
        plan_credit.credit_level,
        pay_day.day,
        pay_day.period_start as pay_period_start,
        window_day.period_start as calendar_start
    from component
    inner join {{ source('plan', 'plan_credit') }} as plan_credit
        on component.component_key = plan_credit.component_key
    inner join period_day as pay_day
        on
            component.pay_kind = pay_day.period_kind
            and pay_day.day between component.valid_from and component.valid_to
    left join period_day as window_day
        on
            component.window_kind = window_day.period_kind
            and pay_day.day = window_day.day
)

select * from final

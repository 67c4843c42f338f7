{{ config(materialized='table') }}

{# The second pass: what those whom someone leads have earned in the first, on its own day; what has no
   transaction, at the end of its pay period. In minor units; parts by reporting lines in billionths of one. #}

with

component as (
    select
        component.*,
        plan_credit.credit_kind,
        plan_credit.credit_level
    from {{ ref('int_commission__component') }} as component
    inner join {{ source('plan', 'plan_credit') }} as plan_credit
        on component.component_key = plan_credit.component_key
    where component.measure = 'commission'
),

leader as (
    select
        quota_window.window_number,
        quota_window.participant_id,
        quota_window.window_start,
        quota_window.window_end,
        component.credit_kind,
        component.credit_level,
        component.pay_kind
    from {{ ref('int_commission__quota_window') }} as quota_window
    inner join component
        on quota_window.component_key = component.component_key
),

led as (
    select
        leader.window_number,
        leader.pay_kind,
        credit_path.participant_id,
        credit_path.share_parts,
        greatest(credit_path.valid_from, leader.window_start) as valid_from,
        least(credit_path.valid_to, leader.window_end) as valid_to
    from leader
    inner join {{ ref('int_commission__credit_path') }} as credit_path
        on
            leader.participant_id = credit_path.credited_id
            and leader.credit_kind = credit_path.credit_kind
            and leader.credit_level = credit_path.credit_level
            and leader.window_start <= credit_path.valid_to
            and leader.window_end >= credit_path.valid_from
),

team as (
    select distinct participant_id from led
),

paid_component as (
    select component_key from {{ ref('int_commission__component') }}
    where payee = 'participant'
),

team_window as (
    select
        line_window.window_number,
        line_window.participant_id
    from {{ ref('int_commission__window') }} as line_window
    inner join team
        on line_window.participant_id = team.participant_id
    inner join paid_component
        on line_window.component_key = paid_component.component_key
),

credited_line as (
    select
        walked_line.window_number,
        team_window.participant_id,
        walked_line.event_date,
        walked_line.pay_period_start,
        walked_line.amount_minor
    from {{ ref('int_commission__walked_line') }} as walked_line
    inner join team_window
        on walked_line.window_number = team_window.window_number
    where not walked_line.is_reversal
    union all
    select
        reversal_line.window_number,
        team_window.participant_id,
        reversal_line.event_date,
        reversal_line.pay_period_start,
        reversal_line.amount_minor
    from {{ ref('int_commission__reversal_line') }} as reversal_line
    inner join team_window
        on reversal_line.window_number = team_window.window_number
),

of_day as (
    select
        window_number,
        participant_id,
        event_date,
        pay_period_start,
        sum(amount_minor) as amount_minor
    from credited_line
    group by window_number, participant_id, event_date, pay_period_start
),

credited as (
    select
        window_number,
        pay_period_start,
        sum(amount_minor) as amount_minor
    from of_day
    group by window_number, pay_period_start
),

earned as (
    select
        participant_id,
        event_date,
        amount_minor
    from of_day
    union all
    select
        result.participant_id,
        result.pay_period_end as event_date,
        result.gated_minor + result.reversal_minor + result.floor_effect_minor + result.cap_effect_minor
        - coalesce(credited.amount_minor, 0) as amount_minor
    from {{ ref('int_commission__component_result') }} as result
    inner join team
        on result.participant_id = team.participant_id
    left join credited
        on
            result.window_number = credited.window_number
            and result.pay_period_start = credited.pay_period_start
    where result.payee = 'participant'
),

final as (
    select
        led.window_number,
        pay_period.period_start as pay_period_start,
        cast({{ rounded_division(
            'sum(cast(earned.amount_minor as ' ~ type_wide() ~ ') * led.share_parts)',
            'cast(1000000000 as ' ~ type_wide() ~ ')'
        ) }} as bigint) as commission_minor
    from led
    inner join earned
        on
            led.participant_id = earned.participant_id
            and earned.event_date between led.valid_from and led.valid_to
    inner join {{ ref('int_calendar__period') }} as pay_period
        on
            led.pay_kind = pay_period.period_kind
            and earned.event_date between pay_period.period_start and pay_period.period_end
    group by led.window_number, pay_period.period_start
)

select * from final

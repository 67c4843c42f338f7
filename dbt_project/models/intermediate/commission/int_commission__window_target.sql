{{ config(materialized='table') }}

{# S4, fourth part. The yearly target incentive that holds for each window, as an exact fraction: prorated as the
   component's quota is, and by the days of each amount where it changed inside of the window. #}

with

component_window as (
    select
        component_window.*,
        coalesce(component_window.component_target_units, component_window.plan_target_units) as said_target_units
    from {{ ref('int_commission__window') }} as component_window
    where
        component_window.needs_target
        or component_window.component_key in (
            select plan_limit.component_key from {{ source('plan', 'plan_limit') }} as plan_limit
            where plan_limit.target_numerator <> 0
            union all
            select plan_gate.component_key from {{ source('plan', 'plan_gate') }} as plan_gate
            where plan_gate.target_numerator <> 0
        )
),

active as (
    select * from {{ ref('int_commission__active_span') }}
),

amount as (
    select
        component_window.window_number,
        participant.valid_from as amount_from,
        participant.valid_to as amount_to,
        {{ to_units('participant.target_incentive_amount') }} as target_units
    from component_window
    inner join {{ ref('stg_participant') }} as participant
        on
            component_window.participant_id = participant.participant_id
            and component_window.window_end >= participant.valid_from
            and component_window.window_start <= participant.valid_to
    where component_window.said_target_units is null
    union all
    select
        window_number,
        cast('1900-01-01' as date) as amount_from,
        cast('9999-12-31' as date) as amount_to,
        said_target_units as target_units
    from component_window
    where said_target_units is not null
),

-- What is judged for being there: each month of the window, or its days.
judged as (
    select
        component_window.*,
        coalesce(month_period.period_start, component_window.window_start) as judged_start,
        coalesce(month_period.period_end, component_window.window_end) as judged_end
    from component_window
    left join {{ ref('int_calendar__period') }} as month_period
        on
            component_window.prorate = 'months'
            and month_period.period_kind
            = case when component_window.window_kind like 'FY %' then 'FY month' else 'month' end
            and component_window.window_start <= month_period.period_start
            and component_window.window_end >= month_period.period_end
),

-- `greatest` and `least` pass over NULL: without a day on the component nothing is in common.
attended as (
    select
        judged.window_number,
        judged.prorate,
        judged.months_of_window,
        judged.window_start,
        judged.judged_start,
        amount.amount_from,
        amount.amount_to,
        amount.target_units,
        {{ dbt.datediff('judged.judged_start', 'judged.judged_end', 'day') }} + 1 as all_days,
        coalesce(sum(case when active.active_from is not null then {{ common_days(
            ['judged.judged_start', 'active.active_from'], ['judged.judged_end', 'active.active_to']
        ) }} end), 0) as active_days,
        coalesce(sum(case when active.active_from is not null then {{ common_days(
            ['judged.judged_start', 'active.active_from', 'amount.amount_from'],
            ['judged.judged_end', 'active.active_to', 'amount.amount_to']
        ) }} end), 0) as active_days_of_amount
    from judged
    inner join amount
        on judged.window_number = amount.window_number
    left join active
        on
            judged.participant_id = active.participant_id
            and judged.component_key = active.component_key
            and judged.judged_end >= active.active_from
            and judged.judged_start <= active.active_to
    group by
        judged.window_number, judged.prorate, judged.months_of_window, judged.window_start, judged.judged_start,
        judged.judged_end, amount.amount_from, amount.amount_to, amount.target_units
),

present as (
    select
        window_number,
        sum(active_days) > 0 as is_present,
        count(distinct judged_start) as months
    from attended
    group by window_number
),

factored as (
    select
        attended.window_number,
        attended.target_units,
        case
            when present.is_present and attended.prorate = 'days' then attended.active_days_of_amount
            when present.is_present and attended.prorate = 'days/365' then 12 * attended.active_days_of_amount
            when attended.judged_start not between attended.amount_from and attended.amount_to then 0
            when present.is_present and attended.prorate = 'months'
                then case when 2 * attended.active_days >= attended.all_days then 1 else 0 end
            else 1
        end as factor_numerator,
        case
            when present.is_present and attended.prorate = 'days' then attended.all_days
            when present.is_present and attended.prorate = 'days/365' then 365 * attended.months_of_window
            when attended.prorate = 'months' then present.months
            else 1
        end as factor_denominator
    from attended
    inner join present
        on attended.window_number = present.window_number
),

summed as (
    select
        window_number,
        factor_denominator as denominator,
        count(*) = count(target_units) as is_complete,
        cast(sum(cast(target_units as {{ type_wide() }}) * factor_numerator) as {{ type_wide() }}) as numerator
    from factored
    where factor_numerator > 0
    group by window_number, factor_denominator
),

final as (
    select
        window_number,
        {{ wide_idiv('numerator', common_divisor('numerator', 'denominator')) }} as yearly_target_numerator,
        {{ wide_idiv('cast(denominator as ' ~ type_wide() ~ ')', common_divisor('numerator', 'denominator')) }}
            as yearly_target_denominator
    from summed
    where is_complete
)

select * from final

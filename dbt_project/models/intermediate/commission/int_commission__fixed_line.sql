{{ config(materialized='table') }}

{# S7 of fixed pay: one line per window and pay period. Pay is for a period of its own (`period_kind`), and made
   up of pieces: the shorter of that period and the pay period. What of a period is due at the end of a piece is
   rounded, so that the pieces of a whole period add up to its amount. #}

with

fixed as (
    select * from {{ source('plan', 'plan_fixed') }}
),

quota_window as (
    select quota_window.*
    from {{ ref('int_commission__quota_window') }} as quota_window
    inner join fixed
        on quota_window.component_key = fixed.component_key
),

active as (
    select * from {{ ref('int_commission__active_span') }}
),

piece as (
    select
        quota_window.window_number,
        quota_window.participant_id,
        quota_window.component_key,
        quota_window.valid_from,
        quota_window.valid_to,
        quota_window.window_start,
        window_period.pay_period_start,
        window_period.pay_period_end,
        piece_period.period_start as piece_start,
        piece_period.period_end as piece_end,
        whole_period.period_start,
        whole_period.period_end,
        fixed.amount_minor,
        fixed.period_months,
        fixed.piece_months,
        fixed.prorate,
        quota_window.rounds_to_even,
        quota_window.rounding_unit
    from quota_window
    inner join fixed
        on quota_window.component_key = fixed.component_key
    inner join {{ ref('int_commission__window_period') }} as window_period
        on quota_window.window_number = window_period.window_number
    inner join {{ ref('int_calendar__period') }} as piece_period
        on
            fixed.piece_kind = piece_period.period_kind
            and piece_period.period_start between window_period.pay_period_start and window_period.pay_period_end
            and piece_period.period_start between quota_window.window_start and quota_window.window_end
    inner join {{ ref('int_calendar__period') }} as whole_period
        on
            fixed.period_kind = whole_period.period_kind
            and piece_period.period_start between whole_period.period_start and whole_period.period_end
),

assigned as (
    select
        piece.window_number,
        piece.piece_start,
        sum({{ common_days(
            ['active.active_from', 'piece.valid_from', 'piece.piece_start'],
            ['active.active_to', 'piece.valid_to', 'piece.piece_end'],
        ) }}) as assigned_days,
        max(case
            when
                {{ dbt.dateadd('day', 14, 'piece.piece_start') }}
                between greatest(active.active_from, piece.valid_from)
                and least(active.active_to, piece.valid_to)
                then 1
            else 0
        end) as assigned_months
    from piece
    inner join active
        on
            piece.participant_id = active.participant_id
            and piece.component_key = active.component_key
            and greatest(active.active_from, piece.valid_from) <= piece.piece_end
            and least(active.active_to, piece.valid_to) >= piece.piece_start
    group by piece.window_number, piece.piece_start
),

-- What of the period has passed, over its whole.
counted as (
    select
        piece.*,
        case piece.prorate
            when 'days' then assigned.assigned_days
            when 'days/365' then 12 * assigned.assigned_days
            when 'months' then assigned.assigned_months
            else piece.piece_months
        end as parts,
        case piece.prorate
            when 'days'
                then {{ dbt.datediff('piece.period_start', 'piece.period_end', 'day') }} + 1
            when 'days/365' then 365 * piece.period_months
            else piece.period_months
        end as all_parts
    from piece
    inner join assigned
        on
            piece.window_number = assigned.window_number
            and piece.piece_start = assigned.piece_start
),

to_date as (
    select
        *,
        sum(parts) over (
            partition by participant_id, component_key, period_start
            order by piece_start
            rows between unbounded preceding and current row
        ) as parts_to_date
    from counted
),

final as (
    select
        window_number,
        participant_id,
        component_key,
        window_start,
        pay_period_end as event_date,
        pay_period_start,
        cast(sum(
            {{ part_of_pay('amount_minor', 'parts_to_date', 'all_parts') }}
            - {{ part_of_pay('amount_minor', '(parts_to_date - parts)', 'all_parts') }}
        ) as bigint) as amount_minor
    from to_date
    group by window_number, participant_id, component_key, window_start, pay_period_end, pay_period_start
)

select * from final

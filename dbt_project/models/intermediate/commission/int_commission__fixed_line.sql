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

assignment as (
    select * from {{ ref('stg_plan_assignment') }}
),

piece as (
    select
        quota_window.window_id,
        quota_window.participant_id,
        quota_window.component_key,
        quota_window.plan_id,
        quota_window.valid_from,
        quota_window.valid_to,
        quota_window.window_start,
        {{ period_start('quota_window.pay_kind', 'period.period_start') }} as pay_period_start,
        quota_window.pay_kind,
        period.period_start as piece_start,
        period.period_end as piece_end,
        {{ period_start('fixed.period_kind', 'period.period_start') }} as period_start,
        fixed.amount_minor,
        fixed.period_kind,
        fixed.period_months,
        fixed.piece_months,
        fixed.prorate
    from quota_window
    inner join fixed
        on quota_window.component_key = fixed.component_key
    inner join {{ ref('int_calendar__period') }} as period
        on
            fixed.piece_kind = period.period_kind
            and period.period_start between quota_window.window_start and quota_window.window_end
    inner join {{ ref('int_commission__window_period') }} as window_period
        on
            quota_window.window_id = window_period.window_id
            and window_period.pay_period_start = {{ period_start('quota_window.pay_kind', 'period.period_start') }}
),

assigned as (
    select
        piece.window_id,
        piece.piece_start,
        sum({{ dbt.datediff(
            'greatest(assignment.valid_from, piece.valid_from, piece.piece_start)',
            "least(coalesce(assignment.valid_to, piece.valid_to), piece.valid_to, piece.piece_end)",
            'day'
        ) }} + 1) as days,
        max(case
            when
                {{ dbt.dateadd('day', 14, 'piece.piece_start') }}
                between greatest(assignment.valid_from, piece.valid_from)
                and least(coalesce(assignment.valid_to, piece.valid_to), piece.valid_to)
                then 1
            else 0
        end) as assigned_months
    from piece
    inner join assignment
        on
            piece.participant_id = assignment.participant_id
            and piece.plan_id = assignment.plan_id
            and greatest(assignment.valid_from, piece.valid_from) <= piece.piece_end
            and least(coalesce(assignment.valid_to, piece.valid_to), piece.valid_to) >= piece.piece_start
    group by piece.window_id, piece.piece_start
),

-- What of the period has passed, over its whole.
counted as (
    select
        piece.*,
        case piece.prorate
            when 'days' then assigned.days
            when 'days/365' then 12 * assigned.days
            when 'months' then assigned.assigned_months
            else piece.piece_months
        end as parts,
        case piece.prorate
            when 'days'
                then {{ dbt.datediff(
                    'piece.period_start', period_end('piece.period_kind', 'piece.period_start'), 'day'
                ) }} + 1
            when 'days/365' then 365 * piece.period_months
            else piece.period_months
        end as all_parts
    from piece
    inner join assigned
        on
            piece.window_id = assigned.window_id
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
        window_id,
        participant_id,
        component_key,
        window_start,
        {{ period_end('pay_kind', 'pay_period_start') }} as event_date,
        pay_period_start,
        cast(sum(
            {{ proportion('amount_minor', 'parts_to_date', 'all_parts') }}
            - {{ proportion('amount_minor', '(parts_to_date - parts)', 'all_parts') }}
        ) as bigint) as amount_minor
    from to_date
    group by window_id, participant_id, component_key, window_start, pay_kind, pay_period_start
)

select * from final

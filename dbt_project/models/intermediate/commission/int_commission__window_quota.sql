{{ config(materialized='table') }}

{# S4, third part. The quota of each window as an exact fraction: the sum over its pieces of the amount times
   the piece's share, the part of it that the month of tenure takes, and the part of it that the participant was
   on the component. Whoever was not on it for a day of the window (what comes back later) has all of it. #}

{% set month_kind = "case when component.part_kind like 'FY %' then 'FY month' else 'month' end" %}

with

piece as (
    select * from {{ ref('int_commission__quota_piece') }}
),

active as (
    select * from {{ ref('int_commission__active_span') }}
),

started as (
    select
        participant_id,
        component_key,
        min(started_on) as started_on
    from active
    group by participant_id, component_key
),

-- What is judged for being there: each month of the piece, or its days.
judged as (
    select
        piece.*,
        coalesce(month_period.period_start, piece.piece_start) as judged_start,
        coalesce(month_period.period_end, piece.piece_end) as judged_end
    from piece
    inner join {{ ref('int_commission__component') }} as component
        on piece.component_key = component.component_key
    left join {{ ref('int_calendar__period') }} as month_period
        on
            piece.prorate = 'months'
            and month_period.period_kind = {{ month_kind }}
            and piece.piece_start <= month_period.period_start
            and piece.piece_end >= month_period.period_end
),

-- `greatest` and `least` pass over NULL: without a day on the component nothing is in common.
attended as (
    select
        judged.window_number,
        judged.component_key,
        judged.quota_version,
        judged.piece_start,
        judged.piece_end,
        judged.judged_start,
        {{ dbt.datediff('judged.judged_start', 'judged.judged_end', 'day') }} + 1 as all_days,
        least(
            coalesce(sum(case when active.active_from is not null then {{ common_days(
                ['judged.judged_start', 'active.active_from'], ['judged.judged_end', 'active.active_to']
            ) }} end), 0),
            {{ dbt.datediff('judged.judged_start', 'judged.judged_end', 'day') }} + 1
        ) as active_days,
        coalesce(sum(case when active.active_from is not null then {{ common_days(
            ['judged.judged_start', 'active.active_from', 'judged.row_from'],
            ['judged.judged_end', 'active.active_to', 'judged.row_to']
        ) }} end), 0) as active_days_of_version
    from judged
    left join active
        on
            judged.participant_id = active.participant_id
            and judged.component_key = active.component_key
            and judged.judged_end >= active.active_from
            and judged.judged_start <= active.active_to
    group by
        judged.window_number, judged.component_key, judged.quota_version, judged.piece_start, judged.piece_end,
        judged.judged_start, judged.judged_end
),

-- Months count where at least half of their days do.
counted as (
    select
        window_number,
        quota_version,
        piece_start,
        piece_end,
        cast(sum(all_days) as bigint) as all_days,
        cast(sum(active_days) as bigint) as active_days,
        cast(sum(active_days_of_version) as bigint) as active_days_of_version,
        count(*) as months,
        count(case when 2 * active_days >= all_days then 1 end) as active_months
    from attended
    group by window_number, quota_version, piece_start, piece_end
),

present as (
    select
        window_number,
        sum(active_days) > 0 as is_present
    from counted
    group by window_number
),

factored as (
    select
        piece.*,
        case
            when not present.is_present and piece.on_change = 'blend'
                then {{ common_days(['piece.piece_start', 'piece.row_from'], ['piece.piece_end', 'piece.row_to']) }}
            when not present.is_present then 1
            when piece.prorate = 'days' and piece.on_change = 'blend' then counted.active_days_of_version
            when piece.prorate = 'days' then counted.active_days
            when piece.prorate = 'days/365' then 12 * counted.active_days
            when piece.prorate = 'months' then counted.active_months
            when piece.on_change = 'blend'
                then {{ common_days(['piece.piece_start', 'piece.row_from'], ['piece.piece_end', 'piece.row_to']) }}
            else 1
        end as factor_numerator,
        case
            when piece.on_change = 'blend' then counted.all_days
            when not present.is_present then 1
            when piece.prorate = 'days' then counted.all_days
            when piece.prorate = 'days/365' then 365 * piece.months
            when piece.prorate = 'months' then counted.months
            else 1
        end as factor_denominator,
        coalesce(ramp.take_numerator, 1) as take_numerator,
        coalesce(ramp.take_denominator, 1) as take_denominator,
        ramp.take_units
    from piece
    inner join counted
        on
            piece.window_number = counted.window_number
            and piece.quota_version is not distinct from counted.quota_version
            and piece.piece_start = counted.piece_start
            and piece.piece_end = counted.piece_end
    inner join present
        on piece.window_number = present.window_number
    left join started
        on
            piece.participant_id = started.participant_id
            and piece.component_key = started.component_key
    left join {{ source('plan', 'plan_ramp') }} as ramp
        on
            piece.component_key = ramp.component_key
            -- A month of weeks may begin in the calendar month before its own.
            and greatest(
                {{ months_between('started.started_on', dbt.dateadd('day', 14, 'piece.piece_start')) }} + 1, 1
            ) between ramp.from_month and ramp.to_month
),

multiplied as (
    select
        window_number,
        quota_version,
        cast(coalesce(take_units, row_units * take_numerator) as {{ type_wide() }})
        * case when take_units is null then share_numerator else 1 end
        * case when factor_numerator = factor_denominator then 1 else factor_numerator end as numerator,
        cast(case when take_units is null then share_denominator * take_denominator else 1 end as {{ type_wide() }})
        * case when factor_numerator = factor_denominator then 1 else factor_denominator end as denominator
    from factored
),

common as (
    select
        window_number,
        {{ common_denominator('denominator') }} as denominator
    from multiplied
    group by window_number
),

summed as (
    select
        multiplied.window_number,
        common.denominator,
        max(multiplied.quota_version) as quota_version,
        count(*) = count(multiplied.numerator) as is_complete,
        cast(
            sum(multiplied.numerator * {{ wide_idiv('common.denominator', 'multiplied.denominator') }})
            as {{ type_wide() }}
        ) as numerator
    from multiplied
    inner join common
        on multiplied.window_number = common.window_number
    group by multiplied.window_number, common.denominator
),

final as (
    select
        window_number,
        quota_version,
        {{ wide_idiv('numerator', common_divisor('numerator', 'denominator')) }} as quota_numerator,
        {{ wide_idiv('denominator', common_divisor('numerator', 'denominator')) }} as quota_denominator
    from summed
    where is_complete
)

select * from final

{{ config(materialized='table') }}

{# S7 of contests: who wins the prize of a window, due with its last pay period. By rank of the measure, or whoever
   reaches an amount first, in the order of lines. Those who tie share it, each get it, or none does. #}

with

contest as (
    select * from {{ source('plan', 'plan_contest') }}
),

quota_window as (
    select
        quota_window.*,
        contest.contest_rank,
        contest.first_to_units,
        contest.prize_minor,
        contest.ties
    from {{ ref('int_commission__quota_window') }} as quota_window
    inner join contest
        on quota_window.component_key = contest.component_key
),

entrant as (
    select
        quota_window.*,
        attainment.pay_period_start,
        attainment.measure_to_date_units
    from quota_window
    inner join {{ ref('int_commission__attainment') }} as attainment
        on
            quota_window.window_number = attainment.window_number
            and quota_window.window_end between attainment.pay_period_start and attainment.pay_period_end
),

ranked as (
    select
        window_number,
        rank() over (partition by component_key, window_start order by measure_to_date_units desc) as place
    from entrant
    where contest_rank is not null and measure_to_date_units > 0
),

running as (
    select
        line.window_number,
        line.event_date,
        line.is_taking_back,
        line.order_id,
        line.line_number,
        line.document_type,
        line.event_number,
        quota_window.component_key,
        quota_window.window_start,
        quota_window.first_to_units,
        sum(line.measure_delta) over (
            partition by line.window_number
            order by
                line.event_date, line.is_taking_back, line.order_id, line.line_number, line.document_type,
                line.event_number, line.credit_level
            rows between unbounded preceding and current row
        ) as measure_after
    from {{ ref('int_commission__measure_line') }} as line
    inner join quota_window
        on line.window_number = quota_window.window_number
    where quota_window.first_to_units is not null
),

-- The same order may be the one for two who share it.
first_line as (
    select
        window_number,
        rank() over (
            partition by component_key, window_start
            order by event_date, is_taking_back, order_id, line_number, document_type, event_number
        ) as place
    from running
    where measure_after >= first_to_units
),

winning as (
    select ranked.window_number
    from ranked
    inner join quota_window
        on
            ranked.window_number = quota_window.window_number
            and ranked.place = quota_window.contest_rank
    union
    select first_line.window_number
    from first_line
    where first_line.place = 1
),

winner as (
    select
        entrant.*,
        count(*) over of_contest as winners,
        row_number() over (of_contest order by entrant.participant_id) as winner_number
    from entrant
    inner join winning
        on entrant.window_number = winning.window_number
    window of_contest as (partition by entrant.component_key, entrant.window_start)
),

final as (
    select
        window_number,
        participant_id,
        component_key,
        window_start,
        window_end as event_date,
        pay_period_start,
        prize_minor as fund_minor,
        winners,
        cast(case
            when ties = 'share'
                then
                    {{ idiv('prize_minor', 'winners') }}
                    + case when winner_number <= prize_minor % winners then 1 else 0 end
            when ties = 'all' or winners = 1 then prize_minor
            else 0
        end as bigint) as amount_minor
    from winner
)

select * from final

{{ config(materialized='table') }}

with

period as (
    select * from {{ ref('int_calendar__period') }}
),

day as (
    select * from {{ ref('int_calendar__day') }}
),

final as (
    select
        period.period_kind,
        day.day,
        period.period_start,
        period.period_end
    from period
    inner join day
        on day.day between period.period_start and period.period_end
)

select * from final

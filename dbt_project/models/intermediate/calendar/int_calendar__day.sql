{{ config(materialized='table') }}

with

span as (
    select * from {{ ref('int_calendar__span') }}
    where first_day is not null
),

number as (
    select cast(numbers.id as integer) as day_number
    from range(0, 36600) as numbers (id)
),

final as (
    select cast({{ dbt.dateadd('day', 'number.day_number', 'span.first_day') }} as date) as day
    from span
    inner join number
        on number.day_number <= {{ dbt.datediff('span.first_day', 'span.last_day', 'day') }}
)

select * from final

{{ config(materialized='table') }}

{# How many windows back windows without the promotion are looked for. #}
{% set windows_back = 52 %}

with

promotion as (
    select * from {{ ref('int_promotion__promotion') }}
),

run as (
    select as_of_date from {{ source('run', 'parameter') }}
),

span as (
    select first_document_date from {{ ref('int_calendar__span') }}
),

number as (
    select cast(numbers.id as integer) as window_number
    from range(0, {{ windows_back + 1 }}) as numbers (id)
),

begun as (
    select
        promotion.promotion_id,
        promotion.market_id,
        promotion.window_days,
        promotion.start_date,
        least(coalesce(promotion.end_date, run.as_of_date), run.as_of_date) as end_date,
        coalesce(promotion.end_date between promotion.start_date and run.as_of_date, false) as is_over,
        run.as_of_date
    from promotion
    inner join run
        on promotion.start_date <= run.as_of_date
),

-- The promotion's own window, and earlier ones with the same place in the week.
shifted as (
    select
        begun.promotion_id,
        begun.market_id,
        begun.window_days,
        begun.start_date,
        begun.end_date,
        number.window_number,
        coalesce(begun.window_days, 0) * number.window_number as days_back
    from begun
    inner join number
        on number.window_number = 0 or begun.is_over
),

dated as (
    select
        promotion_id,
        market_id,
        window_number,
        window_days,
        cast({{ dbt.dateadd('day', '-days_back - window_days', 'start_date') }} as date) as before_start,
        cast({{ dbt.dateadd('day', '-days_back - 1', 'start_date') }} as date) as before_end,
        cast({{ dbt.dateadd('day', '-days_back', 'start_date') }} as date) as window_start,
        cast({{ dbt.dateadd('day', '-days_back', 'end_date') }} as date) as window_end
    from shifted
),

afterwards as (
    select
        dated.promotion_id,
        dated.market_id,
        -1 as window_number,
        dated.window_days,
        dated.before_start,
        dated.before_end,
        cast({{ dbt.dateadd('day', '1', 'begun.end_date') }} as date) as window_start,
        cast({{ dbt.dateadd('day', 'begun.window_days', 'begun.end_date') }} as date) as window_end
    from dated
    inner join begun
        on dated.promotion_id = begun.promotion_id
    where
        dated.window_number = 0
        and begun.is_over
        and cast({{ dbt.dateadd('day', 'begun.window_days', 'begun.end_date') }} as date) <= begun.as_of_date
),

final as (
    select dated.*
    from dated
    cross join span
    where dated.window_number = 0 or dated.before_start >= span.first_document_date
    union all
    select * from afterwards
)

select * from final

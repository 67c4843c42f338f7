with

day as (
    select day as date from {{ ref('int_calendar__day') }}
),

final as (
    select
        date,
        cast({{ dbt.dateadd('day', '1 - ' ~ weekday('date'), 'date') }} as date) as week,
        {{ period_start("'month'", 'date') }} as month,
        {{ period_start("'quarter'", 'date') }} as quarter,
        {{ period_start("'year'", 'date') }} as year,
        {{ period_name("'month'", 'date') }} as fiscal_period,
        {{ weekday('date') }} <= 5 as is_selling_day,
        cast(null as {{ dbt.type_string() }}) as holiday,
        'holiday: not yet estimated' as reason
    from day
)

select * from final

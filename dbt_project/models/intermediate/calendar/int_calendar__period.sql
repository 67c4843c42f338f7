{{ config(materialized='table') }}

{# A year more on both sides than sales and postings span: quotas and years that begin or end there. #}

{% set kinds = ['week', 'month', 'quarter', 'half', 'year'] %}

with

span as (
    select * from {{ ref('int_calendar__span') }}
    where first_day is not null
),

posted as (
    select
        min(earned_period_start) as first_start,
        max(earned_period_start) as last_start
    from {{ source('ledger', 'posting') }}
),

bound as (
    select
        cast({{ dbt.dateadd(
            'year', -1, dbt.date_trunc('year', 'least(span.first_day, coalesce(posted.first_start, span.first_day))')
        ) }} as date) as first_day,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd(
            'year', 2, dbt.date_trunc('year', 'greatest(span.last_day, coalesce(posted.last_start, span.last_day))')
        )) }} as date) as last_day
    from span
    cross join posted
),

number as (
    select cast(numbers.id as integer) as day_number
    from range(0, 36600) as numbers (id)
),

day as (
    select cast({{ dbt.dateadd('day', 'number.day_number', 'bound.first_day') }} as date) as day
    from bound
    inner join number
        on number.day_number <= {{ dbt.datediff('bound.first_day', 'bound.last_day', 'day') }}
),

started as (
    {% for kind in kinds %}
        select distinct
            '{{ kind }}' as period_kind,
            {{ period_start("'" ~ kind ~ "'", 'day.day') }} as period_start
        from day
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
),

final as (
    select
        period_kind,
        {{ period_name('period_kind', 'period_start') }} as period,
        period_start,
        {{ period_end('period_kind', 'period_start') }} as period_end
    from started
    union all
    select
        fiscal_period.period_kind,
        fiscal_period.period,
        fiscal_period.period_start,
        fiscal_period.period_end
    from {{ source('plan', 'fiscal_period') }} as fiscal_period
    inner join bound
        on
            fiscal_period.period_end >= bound.first_day
            and fiscal_period.period_start <= bound.last_day
    union all
    select
        'life' as period_kind,
        'life' as period,
        cast('1900-01-01' as date) as period_start,
        cast('9999-12-31' as date) as period_end
)

select * from final

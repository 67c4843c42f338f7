{{ config(materialized='table') }}

with

day as (
    select * from {{ ref('int_calendar__day') }}
),

{% for kind in ['month', 'quarter', 'half', 'year'] %}
    {{ kind }}_period as (
        select distinct
            '{{ kind }}' as period_kind,
            {{ period_start("'" ~ kind ~ "'", 'day.day') }} as period_start
        from day
    ),
{% endfor %}

every_period as (
    {% for kind in ['month', 'quarter', 'half', 'year'] %}
        select * from {{ kind }}_period
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
    from every_period
)

select * from final

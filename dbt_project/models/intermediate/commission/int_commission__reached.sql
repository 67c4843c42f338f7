{{ config(materialized='table') }}

{# What a component asks of other components and of objectives (`attainment(revenue)`, `score(service)`), as a
   ratio of two integers at the end of each of its pay periods. Nothing known, or nothing to divide by: no row. #}

with

call as (
    select distinct
        component_key,
        call,
        argument
    from {{ source('plan', 'plan_multiplier') }}
),

attainment as (
    select * from {{ ref('int_commission__attainment') }}
),

asked as (
    select
        attainment.*,
        call.call,
        call.argument
    from attainment
    inner join call
        on attainment.component_key = call.component_key
),

of_component as (
    select
        asked.window_id,
        asked.pay_period_start,
        asked.call,
        asked.argument,
        other.measure_to_date_units as numerator,
        case when asked.call = 'attainment' then other.quota_units else 1 end as denominator
    from asked
    inner join attainment as other
        on
            asked.participant_id = other.participant_id
            and asked.plan_id = other.plan_id
            and asked.plan_version = other.plan_version
            and asked.argument = other.component_id
            and asked.pay_period_start = other.pay_period_start
    where asked.call in ('attainment', 'measure')
),

-- A score for just the month counts before one for the quarter.
scored as (
    select
        asked.window_id,
        asked.pay_period_start,
        asked.call,
        asked.argument,
        score.score_units as numerator,
        1000000000 as denominator,
        row_number() over (
            partition by asked.window_id, asked.pay_period_start, asked.argument
            order by score.period_end, score.period_start desc
        ) as distance
    from asked
    inner join {{ ref('int_commission__score') }} as score
        on
            asked.participant_id = score.participant_id
            and asked.argument = score.objective_id
            and asked.pay_period_end between score.period_start and score.period_end
    where asked.call = 'score'
),

every_value as (
    select * from of_component
    union all
    select
        window_id,
        pay_period_start,
        call,
        argument,
        numerator,
        denominator
    from scored
    where distance = 1
),

final as (
    select
        window_id,
        pay_period_start,
        call,
        argument,
        cast(numerator as {{ type_wide() }}) as numerator,
        cast(denominator as {{ type_wide() }}) as denominator
    from every_value
    where denominator > 0
)

select * from final

{{ config(materialized='table') }}

{# What a component asks of other components, of objectives and of the company's goals (`attainment(revenue)`,
   `score(service)`, `goal(revenue)`), as a ratio of two integers at the end of each of its pay periods; of
   attainment(all) a row for each component with a quota. Nothing to divide by: the denominator is NULL. #}

with

call as (
    select * from {{ ref('int_commission__call') }}
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
        asked.window_number,
        asked.pay_period_start,
        asked.call,
        asked.argument,
        other.component_id as reached_by,
        case
            when asked.call = 'attainment' then other.measure_to_date_units * other.quota_denominator
            else other.measure_to_date_units
        end as numerator,
        case
            when asked.call = 'attainment' then other.quota_numerator
            -- A condition says money at the money scale.
            when other.measure = 'deducted' then cast({{ 10 ** (6 - (var('money_scale') | int)) }} as {{ type_wide() }})
            else cast(1 as {{ type_wide() }})
        end as denominator
    from asked
    inner join attainment as other
        on
            asked.participant_id = other.participant_id
            and asked.plan_id = other.plan_id
            and asked.plan_version = other.plan_version
            and (
                asked.argument = other.component_id
                or (asked.argument = 'all' and other.quota_numerator is not null and other.measure <> 'score')
            )
            and asked.pay_period_start = other.pay_period_start
    where asked.call in ('attainment', 'measure')
),

-- A score for just the month counts before one for the quarter.
scored as (
    select
        asked.window_number,
        asked.pay_period_start,
        asked.call,
        asked.argument,
        asked.argument as reached_by,
        score.score_units as numerator,
        1000000000 as denominator,
        row_number() over (
            partition by asked.window_number, asked.pay_period_start, asked.argument
            order by score.period_end asc, score.period_start desc
        ) as distance
    from asked
    inner join {{ ref('int_commission__score') }} as score
        on
            asked.participant_id = score.participant_id
            and asked.argument = score.objective_id
            and asked.pay_period_end between score.period_start and score.period_end
    where asked.call = 'score'
),

-- Of several goals that contain the day, the one of the shortest period.
progressed as (
    select
        asked.window_number,
        asked.pay_period_start,
        asked.call,
        asked.argument,
        asked.argument as reached_by,
        {{ millionths('goal.actual_amount') }} as numerator,
        {{ millionths('goal.goal_amount') }} as denominator,
        row_number() over (
            partition by asked.window_number, asked.pay_period_start, asked.argument
            order by goal.period_end asc, goal.period_start desc, goal.day desc
        ) as distance
    from asked
    inner join {{ ref('int_quota__goal_progress') }} as goal
        on
            asked.argument = goal.goal_id
            and asked.pay_period_end between goal.period_start and goal.period_end
            and asked.pay_period_end >= goal.day
    where asked.call = 'goal'
),

every_value as (
    select * from of_component
    {%- for table in ['scored', 'progressed'] %}
        union all
        select
            window_number,
            pay_period_start,
            call,
            argument,
            reached_by,
            numerator,
            denominator
        from {{ table }}
        where distance = 1
    {%- endfor %}
),

final as (
    select
        window_number,
        pay_period_start,
        call,
        argument,
        reached_by,
        cast(numerator as {{ type_wide() }}) as numerator,
        case when denominator > 0 then cast(denominator as {{ type_wide() }}) end as denominator
    from every_value
)

select * from final

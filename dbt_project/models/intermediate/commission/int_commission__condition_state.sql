{{ config(materialized='table') }}

{# Whether each condition of a component holds at the end of each pay period: in one of its clauses every literal.
   What has no value is equal to nothing, differs from everything, and is neither above nor below anything. #}

with

condition as (
    select * from {{ source('plan', 'plan_condition') }}
),

asked as (
    select
        attainment.window_number,
        attainment.pay_period_start,
        condition.*
    from {{ ref('int_commission__attainment') }} as attainment
    inner join condition
        on attainment.component_key = condition.component_key
),

-- Shares are compared as products, so that none is rounded.
compared as (
    select
        asked.window_number,
        asked.pay_period_start,
        asked.condition_id,
        asked.clause_number,
        asked.literal_number,
        asked.operator,
        asked.is_denied,
        reached.denominator is not null as is_known,
        reached.numerator * asked.constant_denominator as reached_side,
        reached.denominator * asked.constant_numerator as constant_side
    from asked
    left join {{ ref('int_commission__reached') }} as reached
        on
            asked.window_number = reached.window_number
            and asked.pay_period_start = reached.pay_period_start
            and asked.call = reached.call
            and asked.argument = reached.argument
),

literal as (
    select
        window_number,
        pay_period_start,
        condition_id,
        clause_number,
        literal_number,
        min(case
            when operator = 'is null' and not is_known then 1
            when operator = '<>' and (not is_known or reached_side <> constant_side) then 1
            when not is_known then 0
            when operator = '=' and reached_side = constant_side then 1
            when operator = '<' and reached_side < constant_side then 1
            when operator = '<=' and reached_side <= constant_side then 1
            when operator = '>' and reached_side > constant_side then 1
            when operator = '>=' and reached_side >= constant_side then 1
            else 0
        end) as holds,
        max(case when is_denied then 1 else 0 end) as is_denied
    from compared
    group by window_number, pay_period_start, condition_id, clause_number, literal_number
),

clause as (
    select
        window_number,
        pay_period_start,
        condition_id,
        clause_number,
        min(case when holds <> is_denied then 1 else 0 end) as holds
    from literal
    group by window_number, pay_period_start, condition_id, clause_number
),

final as (
    select
        window_number,
        pay_period_start,
        condition_id,
        max(holds) = 1 as is_true
    from clause
    group by window_number, pay_period_start, condition_id
)

select * from final

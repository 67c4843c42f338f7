{{ config(materialized='table') }}

{# The factor of each multiplier of a component at the end of each pay period: the last row whose edge is reached,
   or without rows the value itself. Below the first row, and where nothing is known, it is 0. #}

with

multiplier as (
    select * from {{ source('plan', 'plan_multiplier') }}
),

asked as (
    select distinct
        attainment.window_number,
        attainment.pay_period_start,
        multiplier.component_key,
        multiplier.ordinal,
        multiplier.call,
        multiplier.argument
    from {{ ref('int_commission__attainment') }} as attainment
    inner join multiplier
        on attainment.component_key = multiplier.component_key
),

reached as (
    select
        asked.window_number,
        asked.pay_period_start,
        asked.ordinal,
        case when multiplier.row_number = 0 then reached.numerator else multiplier.factor_numerator end as numerator,
        case when multiplier.row_number = 0 then reached.denominator else multiplier.factor_denominator end
            as denominator,
        row_number() over (
            partition by asked.window_number, asked.pay_period_start, asked.ordinal
            order by multiplier.row_number desc
        ) as distance
    from asked
    inner join {{ ref('int_commission__reached') }} as reached
        on
            asked.window_number = reached.window_number
            and asked.pay_period_start = reached.pay_period_start
            and asked.call = reached.call
            and asked.argument = reached.argument
            and reached.denominator is not null
    inner join multiplier
        on
            asked.component_key = multiplier.component_key
            and asked.ordinal = multiplier.ordinal
            and case
                when multiplier.row_number = 0 then reached.numerator >= 0
                when multiplier.is_above
                    then
                        reached.numerator * multiplier.edge_denominator
                        > multiplier.edge_numerator * reached.denominator
                else
                    reached.numerator * multiplier.edge_denominator
                    >= multiplier.edge_numerator * reached.denominator
            end
),

final as (
    select
        asked.window_number,
        asked.pay_period_start,
        asked.ordinal,
        coalesce(reached.numerator, 0) as numerator,
        coalesce(reached.denominator, 1) as denominator
    from asked
    left join reached
        on
            asked.window_number = reached.window_number
            and asked.pay_period_start = reached.pay_period_start
            and asked.ordinal = reached.ordinal
            and reached.distance = 1
)

select * from final

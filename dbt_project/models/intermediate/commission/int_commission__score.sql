{# What participants have reached of their objectives, in billionths, with the period it is for. #}

with

scored as (
    select
        result.participant_id,
        result.objective_id,
        coalesce(fiscal_period.period_kind, {{ named_period_kind('result.period') }}) as period_kind,
        coalesce(fiscal_period.period_start, {{ named_period_start('result.period') }}) as period_start,
        coalesce(
            fiscal_period.period_end,
            {{ period_end(named_period_kind('result.period'), named_period_start('result.period')) }}
        ) as period_end,
        cast(cast(result.achieved_share as decimal(24, 9)) * cast(1000000000 as decimal(10, 0)) as bigint)
            as score_units,
        result._loaded_at
    from {{ ref('stg_objective_result') }} as result
    left join {{ source('plan', 'fiscal_period') }} as fiscal_period
        on result.period = fiscal_period.period
),

final as (
    select * from scored
    where period_start is not null
)

select * from final

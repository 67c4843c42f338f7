{# What participants have reached of their objectives, in billionths, with the period it is for. #}

with

result as (
    select
        participant_id,
        objective_id,
        {{ named_period_kind('period') }} as period_kind,
        {{ named_period_start('period') }} as period_start,
        cast(cast(achieved_share as decimal(24, 9)) * cast(1000000000 as decimal(10, 0)) as bigint) as score_units,
        _loaded_at
    from {{ ref('stg_objective_result') }}
),

final as (
    select
        *,
        {{ period_end('period_kind', 'period_start') }} as period_end
    from result
    where period_start is not null
)

select * from final

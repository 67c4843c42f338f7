{# The quota in force of each participant, type and period: a later version replaces an earlier one. #}

with

quota as (
    select
        *,
        row_number() over (
            partition by participant_id, quota_type, period, period_start, period_end
            order by valid_from nulls first
        ) as quota_version,
        row_number() over (
            partition by participant_id, quota_type, period, period_start, period_end
            order by valid_from desc nulls last
        ) as version_rank
    from {{ ref('stg_quota') }}
),

final as (
    select
        participant_id,
        quota_type,
        coalesce(period, cast(period_start as {{ dbt.type_string() }})) as period,
        coalesce(period_start, {{ named_period_start('period') }}) as period_start,
        coalesce(
            period_end,
            {{ period_end(named_period_kind('period'), named_period_start('period')) }}
        ) as period_end,
        amount,
        unit,
        quota_version,
        _loaded_at
    from quota
    where version_rank = 1
)

select * from final

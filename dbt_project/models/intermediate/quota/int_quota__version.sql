{# Every version of each quota, and the days from which and to which it was the newest one. #}

with

quota as (
    select
        quota.participant_id,
        quota.quota_type,
        coalesce(quota.period, cast(quota.period_start as {{ dbt.type_string() }})) as period,
        coalesce(
            quota.period_start, fiscal_period.period_start, {{ named_period_start('quota.period') }}
        ) as period_start,
        coalesce(
            quota.period_end,
            fiscal_period.period_end,
            {{ period_end(named_period_kind('quota.period'), named_period_start('quota.period')) }}
        ) as period_end,
        quota.amount,
        quota.unit,
        quota.valid_from,
        quota._loaded_at
    from {{ ref('stg_quota') }} as quota
    left join {{ source('plan', 'fiscal_period') }} as fiscal_period
        on quota.period = fiscal_period.period
),

versioned as (
    select
        *,
        row_number() over of_quota as quota_version,
        lead(valid_from) over of_quota as next_from
    from quota
    window of_quota as (
        partition by participant_id, quota_type, period, period_start, period_end
        order by valid_from nulls first
    )
),

final as (
    select
        participant_id,
        quota_type,
        period,
        period_start,
        period_end,
        amount,
        unit,
        quota_version,
        case when quota_version = 1 then cast('1900-01-01' as date) else valid_from end as version_from,
        cast(coalesce({{ dbt.dateadd('day', -1, 'next_from') }}, cast('9999-12-31' as date)) as date) as version_to,
        next_from is null as is_newest,
        _loaded_at
    from versioned
)

select * from final

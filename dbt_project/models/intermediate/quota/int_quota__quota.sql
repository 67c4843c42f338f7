{# The quota in force of each participant, type and period: a later version replaces an earlier one. #}

with

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
        _loaded_at
    from {{ ref('int_quota__version') }}
    where is_newest
)

select * from final

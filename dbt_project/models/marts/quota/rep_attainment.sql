with

-- What a component is measured against is less than the row says where it is prorated or ramped.
window_quota as (
    select
        participant_id,
        quota_type,
        window_start,
        window_end,
        quota_amount,
        quota_numerator,
        quota_denominator,
        measure,
        row_number() over (
            partition by participant_id, quota_type, window_start, window_end
            order by plan_id asc, plan_version desc, ordinal asc
        ) as rank_of_window
    from {{ ref('int_commission__quota_window') }}
    where quota_numerator is not null
),

quota as (
    select
        quota.participant_id,
        quota.quota_type,
        quota.period,
        quota.period_start,
        quota.period_end,
        coalesce(window_quota.quota_amount, quota.amount) as amount,
        -- In millionths.
        coalesce(
            window_quota.quota_numerator * {{ millionths_of_unit('window_quota.measure') }},
            {{ millionths('quota.amount') }}
        ) as quota_numerator,
        coalesce(window_quota.quota_denominator, cast(1 as {{ type_wide() }})) as quota_denominator
    from {{ ref('int_quota__quota') }} as quota
    left join window_quota
        on
            quota.participant_id = window_quota.participant_id
            and quota.quota_type = window_quota.quota_type
            and quota.period_start = window_quota.window_start
            and quota.period_end = window_quota.window_end
            and window_quota.rank_of_window = 1
),

participant as (
    select * from {{ ref('stg_participant') }}
),

credited as (
    select * from {{ ref('int_quota__credited') }}
),

credit_of_quota as (
    select
        quota.participant_id,
        quota.quota_type,
        quota.period_start,
        quota.period_end,
        sum(credited.credited_amount) as credited_amount
    from quota
    inner join credited
        on
            quota.participant_id = credited.participant_id
            and quota.quota_type = credited.quota_type
            and credited.event_date between quota.period_start and quota.period_end
    group by quota.participant_id, quota.quota_type, quota.period_start, quota.period_end
),

measured as (
    select
        quota.participant_id,
        participant.name as participant_name,
        participant.manager_id,
        participant.team,
        participant.territory_id,
        quota.quota_type,
        quota.period,
        quota.period_start,
        quota.period_end,
        quota.amount as quota_amount,
        {{ attainment(
            'cast(' ~ millionths('coalesce(credit_of_quota.credited_amount, 0)') ~ ' as bigint)',
            'quota.quota_numerator', 'quota.quota_denominator'
        ) }} as attainment,
        cast(coalesce(credit_of_quota.credited_amount, 0) as decimal(24, 6)) as credited_amount
    from quota
    left join credit_of_quota
        on
            quota.participant_id = credit_of_quota.participant_id
            and quota.quota_type = credit_of_quota.quota_type
            and quota.period_start = credit_of_quota.period_start
            and quota.period_end = credit_of_quota.period_end
    left join participant
        on
            quota.participant_id = participant.participant_id
            and quota.period_start between participant.valid_from and participant.valid_to
),

final as (
    select
        participant_id,
        participant_name,
        manager_id,
        team,
        territory_id,
        quota_type,
        period,
        period_start,
        period_end,
        quota_amount,
        credited_amount,
        attainment,
        cast(credited_amount - quota_amount as decimal(24, 6)) as gap_amount,
        cast(null as decimal(24, 6)) as expected_amount,
        cast(null as decimal(18, 9)) as expected_attainment,
        cast(rank() over (
            partition by team, quota_type, period_start, period_end
            order by attainment desc nulls last, participant_id asc
        ) as bigint) as rank_in_team,
        '{{ var("currency") }}' as currency,
        case
            when quota_amount = 0 then 'zero_quota'
            else 'expected_amount: not yet estimated'
        end as reason
    from measured
)

select * from final

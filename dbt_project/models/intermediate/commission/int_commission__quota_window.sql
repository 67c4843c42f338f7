{{ config(materialized='table') }}

{# S4. Every window of every assigned participant, with or without sales, and its quota and target. #}

with

component as (
    select * from {{ ref('int_commission__component') }}
),

assignment as (
    select * from {{ ref('int_commission__assignment') }}
),

span as (
    select * from {{ ref('int_calendar__span') }}
),

period as (
    select * from {{ ref('int_calendar__period') }}
),

quota as (
    select * from {{ ref('int_quota__quota') }}
),

participant as (
    select * from {{ ref('stg_participant') }}
),

assigned as (
    select distinct
        assignment.participant_id,
        component.component_key,
        period.period_start as window_start
    from assignment
    inner join component
        on assignment.plan_id = component.plan_id
    inner join period
        on
            component.window_kind = period.period_kind
            and period.period_start <= least(assignment.valid_to, component.valid_to)
            and period.period_end >= greatest(assignment.valid_from, component.valid_from)
    inner join span
        on
            period.period_start <= span.last_sale_date
            and period.period_end >= span.first_sale_date
),

measured as (
    select distinct
        participant_id,
        component_key,
        window_start
    from {{ ref('int_commission__measure_line') }}
),

every_window as (
    select * from assigned
    union
    select * from measured
),

described as (
    select
        {{ window_id('every_window.participant_id', 'every_window.component_key', 'every_window.window_start') }}
            as window_id,
        every_window.participant_id,
        every_window.window_start,
        {{ period_end('component.window_kind', 'every_window.window_start') }} as window_end,
        component.*
    from every_window
    inner join component
        on every_window.component_key = component.component_key
),

quota_of_window as (
    select
        described.window_id,
        -- A quota for just this window counts alone, else those of its parts add up.
        cast(coalesce(
            max(case
                when quota.period_start = described.window_start and quota.period_end = described.window_end
                    then {{ to_measure('quota.amount', 'described.measure') }}
            end),
            sum({{ to_measure('quota.amount', 'described.measure') }})
        ) as bigint) as quota_units,
        max(quota.quota_version) as quota_version
    from described
    inner join quota
        on
            described.participant_id = quota.participant_id
            and described.quota_type = quota.quota_type
            and described.window_start <= quota.period_start
            and described.window_end >= quota.period_end
    group by described.window_id
),

final as (
    select
        described.*,
        quota_of_window.quota_units,
        quota_of_window.quota_version,
        coalesce(described.plan_target_units, {{ to_units('participant.target_incentive_amount') }}) as target_units
    from described
    left join quota_of_window
        on described.window_id = quota_of_window.window_id
    left join participant
        on
            described.participant_id = participant.participant_id
            and described.window_start between participant.valid_from and participant.valid_to
)

select * from final

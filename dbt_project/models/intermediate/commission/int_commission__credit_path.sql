{{ config(materialized='table') }}

{# Who else is credited with what a participant sells, by kind of credit and day. Counted once, the shares of all
   ways to the same person are at most the whole, the nearest level first. #}

with

reporting_path as (
    select * from {{ ref('int_commission__reporting_path') }}
),

participant as (
    select
        participant_id,
        team,
        valid_from,
        valid_to
    from {{ ref('stg_participant') }}
    where team is not null
),

credit_kind as (
    select distinct credit_kind from {{ source('plan', 'plan_credit') }}
),

changed as (
    select
        participant_id,
        valid_from as day
    from reporting_path
    union
    select
        participant_id,
        cast({{ dbt.dateadd('day', 1, 'valid_to') }} as date) as day
    from reporting_path
    where valid_to < cast('9999-12-31' as date)
),

span as (
    select
        participant_id,
        day as valid_from,
        coalesce(
            cast({{ dbt.dateadd('day', -1, 'lead(day) over (partition by participant_id order by day)') }} as date),
            cast('9999-12-31' as date)
        ) as valid_to
    from changed
),

led as (
    select
        span.participant_id,
        reporting_path.manager_id as credited_id,
        reporting_path.credit_level,
        span.valid_from,
        span.valid_to,
        cast(sum(reporting_path.share_parts) as bigint) as share_parts,
        {{ text_list('reporting_path.route') }} as paths
    from span
    inner join reporting_path
        on
            span.participant_id = reporting_path.participant_id
            and span.valid_from between reporting_path.valid_from and reporting_path.valid_to
    group by
        span.participant_id,
        reporting_path.manager_id,
        reporting_path.credit_level,
        span.valid_from,
        span.valid_to
),

counted as (
    select
        *,
        cast(sum(share_parts) over (
            partition by participant_id, credited_id, valid_from
            order by credit_level
            rows between unbounded preceding and current row
        ) as bigint) as parts_to_level
    from led
),

every_kind as (
    select
        'rollup' as credit_kind,
        participant_id,
        credited_id,
        credit_level,
        valid_from,
        valid_to,
        least(parts_to_level, 1000000000) - least(parts_to_level - share_parts, 1000000000) as share_parts,
        paths
    from counted
    union all
    select
        'rollup_uncounted' as credit_kind,
        participant_id,
        credited_id,
        credit_level,
        valid_from,
        valid_to,
        share_parts,
        paths
    from led
    union all
    select
        'team' as credit_kind,
        participant.participant_id,
        mate.participant_id as credited_id,
        cast(1 as bigint) as credit_level,
        greatest(participant.valid_from, mate.valid_from) as valid_from,
        least(participant.valid_to, mate.valid_to) as valid_to,
        cast(1000000000 as bigint) as share_parts,
        'team ' || participant.team as paths
    from participant
    inner join participant as mate
        on
            participant.team = mate.team
            and participant.valid_from <= mate.valid_to
            and participant.valid_to >= mate.valid_from
    inner join credit_kind
        on credit_kind.credit_kind = 'team'
),

final as (
    select every_kind.*
    from every_kind
    inner join credit_kind
        on every_kind.credit_kind = credit_kind.credit_kind
    where every_kind.share_parts <> 0
)

select * from final

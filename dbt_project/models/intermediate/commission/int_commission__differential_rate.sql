{{ config(materialized='table') }}

{# What each person on the way up from a seller is paid of a sale: his own level less the highest level paid
   below him on that way, never less than nothing. Roles are those of the day. #}

{% set far_future = "cast('9999-12-31' as date)" %}

with

level as (
    select * from {{ source('plan', 'plan_level') }}
),

role as (
    select
        participant_id,
        role,
        valid_from,
        valid_to
    from {{ ref('stg_participant') }}
    where exists (select 1 from level)
),

way as (
    select
        participant_id,
        participant_id as credited_id,
        cast(0 as bigint) as credit_level,
        cast(1000000000 as bigint) as share_parts,
        participant_id as route,
        cast('1900-01-01' as date) as valid_from,
        {{ far_future }} as valid_to
    from (select distinct participant_id from role) as seller
    union all
    select
        participant_id,
        manager_id as credited_id,
        credit_level,
        share_parts,
        route,
        valid_from,
        valid_to
    from {{ ref('int_commission__reporting_path') }}
    where exists (select 1 from level)
),

-- Everyone on a way, the one whom it leads to included.
step as (
    select
        way.route,
        way.valid_from as way_from,
        way.valid_to as way_to,
        earlier.credited_id as step_id,
        earlier.credit_level as step_level
    from way
    inner join way as earlier
        on
            way.participant_id = earlier.participant_id
            and way.credit_level >= earlier.credit_level
            and (way.route = earlier.route or starts_with(way.route, earlier.route || ' > '))
            and way.valid_from between earlier.valid_from and earlier.valid_to
),

changed as (
    select
        route,
        valid_from as way_from,
        valid_to as way_to,
        valid_from as day
    from way
    union
    select
        step.route,
        step.way_from,
        step.way_to,
        role.valid_from as day
    from step
    inner join role
        on
            step.step_id = role.participant_id
            and step.way_from < role.valid_from
            and step.way_to >= role.valid_from
),

span as (
    select
        route,
        way_from,
        day as valid_from,
        coalesce(
            cast({{ dbt.dateadd('day', -1, 'lead(day) over (partition by route, way_from order by day)') }} as date),
            way_to
        ) as valid_to
    from changed
),

levelled as (
    select
        level.component_key,
        span.route,
        span.way_from,
        span.valid_from,
        span.valid_to,
        max(case when step.step_level = way.credit_level then level.rate_parts end) as own_parts,
        max(case when step.step_level < way.credit_level then level.rate_parts end) as below_parts
    from span
    inner join way
        on
            span.route = way.route
            and span.way_from = way.valid_from
    inner join step
        on
            span.route = step.route
            and span.way_from = step.way_from
    inner join role
        on
            step.step_id = role.participant_id
            and span.valid_from between role.valid_from and role.valid_to
    inner join level
        on role.role = level.level_name
    group by
        level.component_key,
        span.route,
        span.way_from,
        span.valid_from,
        span.valid_to
),

final as (
    select
        levelled.component_key,
        way.participant_id,
        way.credited_id,
        way.credit_level,
        way.route,
        way.share_parts,
        levelled.valid_from,
        levelled.valid_to,
        greatest(0, levelled.own_parts - coalesce(levelled.below_parts, 0)) as rate_parts
    from levelled
    inner join way
        on
            levelled.route = way.route
            and levelled.way_from = way.valid_from
    where levelled.own_parts is not null
)

select * from final

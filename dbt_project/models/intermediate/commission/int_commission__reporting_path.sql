{{ config(materialized='table') }}

{# The ways up from each participant, as far as some plan looks. Whoever lies in a circle reports to nobody in
   its days. #}

with recursive

line as (
    select * from {{ ref('int_commission__reporting_line') }}
),

circle as (
    select * from {{ ref('int_commission__reporting_circle') }}
),

depth as (
    select coalesce(max(credit_level), 0) as levels
    from {{ source('plan', 'plan_credit') }}
    where credit_kind in ('rollup', 'rollup_uncounted')
),

bound as (
    select
        participant_id,
        manager_id,
        valid_from,
        valid_from as piece_from
    from line
    union
    select
        line.participant_id,
        line.manager_id,
        line.valid_from,
        circle.valid_from as piece_from
    from line
    inner join circle
        on
            line.participant_id = circle.participant_id
            and circle.valid_from between line.valid_from and line.valid_to
    union
    select
        line.participant_id,
        line.manager_id,
        line.valid_from,
        cast({{ dbt.dateadd('day', 1, 'circle.valid_to') }} as date) as piece_from
    from line
    inner join circle
        on
            line.participant_id = circle.participant_id
            and line.valid_from <= circle.valid_to
            and line.valid_to > circle.valid_to
),

piece as (
    select
        line.participant_id,
        line.manager_id,
        line.share_parts,
        bound.piece_from as valid_from,
        coalesce(
            cast({{ dbt.dateadd('day', -1, 'lead(bound.piece_from) over of_line') }} as date), line.valid_to
        ) as valid_to
    from line
    inner join bound
        on
            line.participant_id = bound.participant_id
            and line.manager_id = bound.manager_id
            and line.valid_from = bound.valid_from
    window of_line as (
        partition by line.participant_id, line.manager_id, line.valid_from order by bound.piece_from
    )
),

sound as (
    select piece.*
    from piece
    left join circle
        on
            piece.participant_id = circle.participant_id
            and piece.valid_from between circle.valid_from and circle.valid_to
    where circle.participant_id is null
),

climbed as (
    select
        sound.participant_id,
        sound.manager_id,
        cast(1 as bigint) as credit_level,
        sound.share_parts,
        sound.valid_from,
        sound.valid_to,
        sound.participant_id || ' > ' || sound.manager_id as route,
        depth.levels
    from sound
    cross join depth
    where depth.levels >= 1
    union all
    select
        climbed.participant_id,
        sound.manager_id,
        climbed.credit_level + 1 as credit_level,
        cast({{ rounded_division(
            'cast(climbed.share_parts as ' ~ type_wide() ~ ') * sound.share_parts',
            'cast(1000000000 as ' ~ type_wide() ~ ')'
        ) }} as bigint) as share_parts,
        greatest(climbed.valid_from, sound.valid_from) as valid_from,
        least(climbed.valid_to, sound.valid_to) as valid_to,
        climbed.route || ' > ' || sound.manager_id as route,
        climbed.levels
    from climbed
    inner join sound
        on
            climbed.manager_id = sound.participant_id
            and climbed.valid_from <= sound.valid_to
            and climbed.valid_to >= sound.valid_from
    where climbed.credit_level < climbed.levels
),

final as (
    select
        participant_id,
        manager_id,
        credit_level,
        share_parts,
        route,
        valid_from,
        valid_to
    from climbed
)

select * from final

{# Who reports to whom, and when: what the feed reporting_line says of a pair, else the manager whom the feed
   participant names. A later line of the same pair ends an earlier one. #}

{% set far_future = "cast('9999-12-31' as date)" %}

with

line as (
    select
        participant_id,
        manager_id,
        coalesce(share, 1) as share,
        valid_from,
        coalesce(valid_to, {{ far_future }}) as valid_to,
        lead(valid_from) over (partition by participant_id, manager_id order by valid_from) as next_from
    from {{ ref('stg_reporting_line') }}
),

of_pair as (
    select distinct
        participant_id,
        manager_id
    from line
),

named as (
    select
        participant.participant_id,
        participant.manager_id,
        participant.valid_from,
        participant.valid_to
    from {{ ref('stg_participant') }} as participant
    left join of_pair
        on
            participant.participant_id = of_pair.participant_id
            and participant.manager_id = of_pair.manager_id
    where participant.manager_id is not null and of_pair.participant_id is null
),

every_line as (
    select
        participant_id,
        manager_id,
        {{ billionths('share') }} as share_parts,
        valid_from,
        least(valid_to, coalesce(cast({{ dbt.dateadd('day', -1, 'next_from') }} as date), {{ far_future }}))
            as valid_to
    from line
    union all
    select
        participant_id,
        manager_id,
        cast(1000000000 as bigint) as share_parts,
        valid_from,
        valid_to
    from named
),

final as (
    select *
    from every_line
    where valid_from <= valid_to
)

select * from final

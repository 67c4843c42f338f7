{{ config(materialized='table') }}

{# Who reports to himself in the end, and when. The bound ends what goes round. #}
{% set most_steps = 20 %}

with recursive

line as (
    select * from {{ ref('int_commission__reporting_line') }}
),

leader as (
    select distinct manager_id from line
),

led as (
    select distinct participant_id from line
),

-- Nobody else can lie in a circle.
between_two as (
    select line.*
    from line
    inner join leader
        on line.participant_id = leader.manager_id
    inner join led
        on line.manager_id = led.participant_id
),

climbed as (
    select
        participant_id,
        manager_id,
        valid_from,
        valid_to,
        1 as steps
    from between_two
    union all
    select
        climbed.participant_id,
        between_two.manager_id,
        greatest(climbed.valid_from, between_two.valid_from) as valid_from,
        least(climbed.valid_to, between_two.valid_to) as valid_to,
        climbed.steps + 1 as steps
    from climbed
    inner join between_two
        on
            climbed.manager_id = between_two.participant_id
            and climbed.valid_from <= between_two.valid_to
            and climbed.valid_to >= between_two.valid_from
    where climbed.manager_id <> climbed.participant_id and climbed.steps < {{ most_steps }}
),

final as (
    select
        participant_id,
        valid_from,
        max(valid_to) as valid_to
    from climbed
    where participant_id = manager_id
    group by participant_id, valid_from
)

select * from final

{{ config(materialized='table') }}

{# As territories lie today. The bound ends what goes round in a circle. #}
{% set most_levels = 20 %}

with recursive

territory as (
    select
        territory_id,
        parent_territory_id
    from {{ ref('stg_territory') }}
    where is_current
),

climbed as (
    select
        territory_id,
        territory_id as ancestor_id,
        cast(null as {{ dbt.type_string() }}) as step_before_id,
        cast(0 as bigint) as distance
    from territory
    union all
    select
        climbed.territory_id,
        territory.parent_territory_id as ancestor_id,
        climbed.ancestor_id as step_before_id,
        climbed.distance + 1 as distance
    from climbed
    inner join territory
        on climbed.ancestor_id = territory.territory_id
    where
        territory.parent_territory_id is not null
        and climbed.distance < {{ most_levels }}
),

-- Whoever lies in a circle is below nothing: each of them would hold the sales of all the others.
in_circle as (
    select distinct territory_id
    from climbed
    where territory_id = ancestor_id and distance > 0
),

final as (
    select
        climbed.territory_id,
        climbed.ancestor_id,
        climbed.distance
    from climbed
    left join in_circle
        on climbed.step_before_id = in_circle.territory_id
    where in_circle.territory_id is null
)

select * from final

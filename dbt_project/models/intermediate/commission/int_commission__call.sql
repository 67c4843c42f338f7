{{ config(materialized='ephemeral') }}

{# What each component asks of other components, of objectives and of goals, in bands, gates and multipliers. #}

with

final as (
    select
        component_key,
        call,
        argument
    from {{ source('plan', 'plan_multiplier') }}
    union
    select
        component_key,
        call,
        argument
    from {{ source('plan', 'plan_condition') }}
)

select * from final

{# A component with what its plan version says of it. #}

with

component as (
    select * from {{ source('plan', 'plan_component') }}
),

version as (
    select * from {{ source('plan', 'plan_version') }}
),

final as (
    select
        component.*,
        version.valid_from as version_from,
        version.valid_to as version_to,
        version.currency,
        version.pay_period as pay_kind,
        version.target_units as plan_target_units,
        version.is_approved,
        version.text_hash
    from component
    inner join version
        on
            component.plan_id = version.plan_id
            and component.plan_version = version.plan_version
)

select * from final

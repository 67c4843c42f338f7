{# A component with what its plan version and its quota rule say of it. #}

with

component as (
    select * from {{ source('plan', 'plan_component') }}
),

version as (
    select * from {{ source('plan', 'plan_version') }}
),

quota_rule as (
    select * from {{ source('plan', 'plan_quota_rule') }}
),

final as (
    select
        component.*,
        row_number() over (order by component.component_key) as component_number,
        quota_rule.quota_type,
        quota_rule.quota_kind,
        quota_rule.part_kind,
        quota_rule.months_of_part,
        quota_rule.months_of_window,
        quota_rule.prorate,
        quota_rule.on_change,
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
    inner join quota_rule
        on component.component_key = quota_rule.component_key
)

select * from final

{{ config(materialized='table') }}

{# S4. Every window with its quota and yearly target, as exact fractions; `quota_amount` is rounded, to be shown. #}

with

described as (
    select
        component_window.*,
        -- A score is measured in billionths of its full value.
        case
            when component_window.measure = 'score' then cast(1000000000 as {{ type_wide() }})
            else window_quota.quota_numerator
        end as quota_numerator,
        case
            when component_window.measure = 'score' then cast(1 as {{ type_wide() }})
            else window_quota.quota_denominator
        end as quota_denominator,
        window_quota.quota_version,
        window_target.yearly_target_numerator,
        window_target.yearly_target_denominator,
        coalesce(opening.opening_units, 0) as opening_units
    from {{ ref('int_commission__window') }} as component_window
    left join {{ ref('int_commission__window_quota') }} as window_quota
        on component_window.window_number = window_quota.window_number
    left join {{ ref('int_commission__window_target') }} as window_target
        on component_window.window_number = window_target.window_number
    left join {{ ref('int_commission__opening') }} as opening
        on
            component_window.participant_id = opening.participant_id
            and component_window.component_key = opening.component_key
            and component_window.window_start = opening.window_start
),

final as (
    select
        *,
        case
            when measure = 'score' then {{ from_measure('quota_numerator', 'measure') }}
            else {{ from_fraction('quota_numerator', 'quota_denominator', 'measure') }}
        end as quota_amount
    from described
)

select * from final

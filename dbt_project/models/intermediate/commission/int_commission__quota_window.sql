{{ config(materialized='table') }}

{# S4. Every window with its quota and target. Exact are the fractions; `quota_units` and `target_units` are
   rounded to whole units, to be shown. #}

with

final as (
    select
        component_window.*,
        window_quota.quota_numerator,
        window_quota.quota_denominator,
        window_quota.quota_version,
        window_target.yearly_target_numerator,
        window_target.yearly_target_denominator,
        cast({{ rounded_division('window_quota.quota_numerator', 'window_quota.quota_denominator') }} as bigint)
            as quota_units,
        cast({{ rounded_division(
            'window_target.yearly_target_numerator', 'window_target.yearly_target_denominator'
        ) }} as bigint) as target_units,
        coalesce(opening.opening_units, 0) as opening_units
    from {{ ref('int_commission__window') }} as component_window
    left join {{ ref('int_commission__window_quota') }} as window_quota
        on component_window.window_id = window_quota.window_id
    left join {{ ref('int_commission__window_target') }} as window_target
        on component_window.window_id = window_target.window_id
    left join {{ ref('int_commission__opening') }} as opening
        on
            component_window.participant_id = opening.participant_id
            and component_window.component_key = opening.component_key
            and component_window.window_start = opening.window_start
)

select * from final

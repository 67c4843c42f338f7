{{ config(materialized='table') }}

{# What each gate whose condition does not hold leaves at the end of a pay period: a factor, or a cap in minor
   units. Where it holds, all: no row. #}

with

missed as (
    select
        quota_window.window_number,
        quota_window.yearly_target_numerator,
        quota_window.yearly_target_denominator,
        condition_state.pay_period_start,
        gate.*
    from {{ ref('int_commission__quota_window') }} as quota_window
    inner join {{ source('plan', 'plan_gate') }} as gate
        on quota_window.component_key = gate.component_key
    inner join {{ ref('int_commission__condition_state') }} as condition_state
        on
            quota_window.window_number = condition_state.window_number
            and gate.condition_id = condition_state.condition_id
    where not condition_state.is_true
),

final as (
    select
        missed.window_number,
        missed.pay_period_start,
        missed.ordinal,
        coalesce(missed.factor_numerator, 1) as numerator,
        coalesce(missed.factor_denominator, 1) as denominator,
        {{ limit_in_minor('missed', 'missed') }} as cap_minor
    from missed
)

select * from final

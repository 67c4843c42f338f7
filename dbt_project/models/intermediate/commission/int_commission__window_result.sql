{{ config(materialized='table') }}

{# S8. The result of each window in each pay period, zero rows included: what the curve pays with its multipliers,
   and what returns, gates, floors and caps change. #}

{% set window = [
    'window_id', 'participant_id', 'component_key', 'plan_id', 'plan_version', 'component_id', 'measure',
    'window_start', 'window_end', 'pay_kind', 'pay_period_start', 'pay_period', 'pay_period_end', 'quota_amount',
    'quota_numerator', 'quota_denominator', 'yearly_target_numerator', 'yearly_target_denominator', 'target_numerator',
    'target_denominator', 'needs_quota', 'needs_target', 'currency', 'is_approved', 'payee',
] %}

with

every_result as (
    select
        {%- for column in window %}
            {{ column }},
        {%- endfor %}
        measure_units,
        measure_to_date_units,
        multiplier_numerator,
        multiplier_denominator,
        multiplied_minor - own_minor as multiplier_effect_minor,
        curve_minor + multiplied_minor - own_minor as calculated_minor,
        return_effect_minor,
        return_factor_minor as return_minor,
        gated_minor - multiplied_minor as gate_effect_minor,
        floor_effect_minor,
        cap_effect_minor,
        case when fund_minor is not null then {{ times('fund_minor', 'gate_numerator', 'gate_denominator') }} end
            as funded_minor
    from {{ ref('int_commission__component_result') }}
    union all
    select
        {%- for column in window %}
            {{ column }},
        {%- endfor %}
        credited_delta as measure_units,
        measure_after as measure_to_date_units,
        cast(1 as {{ type_wide() }}) as multiplier_numerator,
        cast(1 as {{ type_wide() }}) as multiplier_denominator,
        cast(0 as bigint) as multiplier_effect_minor,
        amount_minor as calculated_minor,
        cast(0 as bigint) as return_effect_minor,
        cast(0 as bigint) as return_minor,
        cast(0 as bigint) as gate_effect_minor,
        cast(0 as bigint) as floor_effect_minor,
        cast(0 as bigint) as cap_effect_minor,
        cast(null as bigint) as funded_minor
    from {{ ref('int_commission__override_line') }}
    union all
    select
        {%- for column in window %}
            {{ column }},
        {%- endfor %}
        cast(0 as bigint) as measure_units,
        cast(0 as bigint) as measure_to_date_units,
        cast(1 as {{ type_wide() }}) as multiplier_numerator,
        cast(1 as {{ type_wide() }}) as multiplier_denominator,
        cast(0 as bigint) as multiplier_effect_minor,
        cast(0 as bigint) as calculated_minor,
        cast(0 as bigint) as return_effect_minor,
        cast(0 as bigint) as return_minor,
        cast(0 as bigint) as gate_effect_minor,
        cast(0 as bigint) as floor_effect_minor,
        cap_effect_minor,
        cast(null as bigint) as funded_minor
    from {{ ref('int_commission__plan_cap_result') }}
),

final as (
    select
        {%- for column in window %}
            {{ column }},
        {%- endfor %}
        measure_units,
        measure_to_date_units,
        multiplier_numerator,
        multiplier_denominator,
        cast(multiplier_effect_minor as bigint) as multiplier_effect_minor,
        cast(calculated_minor as bigint) as calculated_minor,
        cast(return_effect_minor as bigint) as return_effect_minor,
        cast(return_minor as bigint) as return_minor,
        cast(gate_effect_minor as bigint) as gate_effect_minor,
        cast(floor_effect_minor as bigint) as floor_effect_minor,
        cast(cap_effect_minor as bigint) as cap_effect_minor,
        funded_minor,
        cast(
            calculated_minor + return_effect_minor + gate_effect_minor + floor_effect_minor + cap_effect_minor as bigint
        ) as earned_minor
    from every_result
)

select * from final

{{ config(materialized='table') }}

{# S8. The result of each window in each pay period, zero rows included: what the curve pays with its multipliers,
   and what returns, gates, floors and caps change. #}

with

every_result as (
    select
        {%- for column in window_columns() %}
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
        {%- for column in window_columns() %}
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
        {%- for column in window_columns() %}
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
        {%- for column in window_columns() %}
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

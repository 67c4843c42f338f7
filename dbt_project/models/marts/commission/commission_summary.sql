with

result as (
    select * from {{ ref('int_commission__window_result') }}
),

final as (
    select
        participant_id,
        plan_id,
        plan_version,
        component_id,
        payee,
        window_start,
        window_end,
        pay_period as period,
        pay_period_start as period_start,
        pay_period_end as period_end,
        {{ from_measure('measure_units', 'measure') }} as measure_amount,
        {{ from_measure('measure_to_date_units', 'measure') }} as measure_to_date_amount,
        quota_amount,
        -- A score is published with six decimals, and paid with all that it has.
        case
            when measure = 'score'
                then cast({{ from_measure('measure_to_date_units', 'measure') }} as decimal(18, 9))
            else {{ attainment('measure_to_date_units', 'quota_numerator', 'quota_denominator') }}
        end as attainment,
        {{ from_minor('earned_minor') }} as earned_amount,
        {{ from_minor('cap_effect_minor') }} as cap_effect_amount,
        {{ from_minor('floor_effect_minor') }} as floor_effect_amount,
        {{ from_minor('gate_effect_minor') }} as gate_effect_amount,
        {{ from_minor('return_effect_minor') }} as return_effect_amount,
        cast(
            {{ rounded_division('1000000000 * multiplier_numerator', 'multiplier_denominator') }}
            * cast(0.000000001 as decimal(9, 9)) as decimal(18, 9)
        ) as multiplier,
        case
            when needs_target
                then {{ from_millionths(proportion(
                    'yearly_target_numerator * ' ~ 10 ** (6 - (var('money_scale') | int)),
                    'target_numerator',
                    'target_denominator * yearly_target_denominator'
                )) }}
        end as target_amount,
        {{ from_minor('funded_minor') }} as funded_amount,
        {{ from_minor('calculated_minor') }} as calculated_amount,
        {{ from_minor('earned_minor') }} as commission_amount,
        {{ ratio(from_minor('earned_minor'), from_measure('measure_units', 'measure')) }} as effective_rate,
        currency,
        is_approved,
        case
            when needs_quota and quota_numerator is null then 'no_quota'
            when needs_quota and quota_numerator <= 0 then 'zero_quota'
            when needs_target and yearly_target_numerator is null then 'no_target'
        end as reason
    from result
)

select * from final

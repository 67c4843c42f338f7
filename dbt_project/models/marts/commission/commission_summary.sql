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
        window_start,
        window_end,
        {{ period_name('pay_kind', 'pay_period_start') }} as period,
        pay_period_start as period_start,
        {{ period_end('pay_kind', 'pay_period_start') }} as period_end,
        {{ from_measure('measure_units', 'measure') }} as measure_amount,
        {{ from_measure('measure_to_date_units', 'measure') }} as measure_to_date_amount,
        {{ from_measure('quota_units', 'measure') }} as quota_amount,
        {{ unit_ratio('measure_to_date_units', 'quota_units') }} as attainment,
        {{ from_minor('earned_minor') }} as earned_amount,
        cast(0 as decimal(24, 6)) as cap_effect_amount,
        cast(0 as decimal(24, 6)) as floor_effect_amount,
        cast(0 as decimal(24, 6)) as gate_effect_amount,
        {{ from_minor('return_effect_minor') }} as return_effect_amount,
        cast(1 as decimal(18, 9)) as multiplier,
        case
            when needs_target
                then {{ from_millionths(proportion(
                    'target_units * ' ~ 10 ** (6 - (var('money_scale') | int)), 'target_numerator', 'target_denominator'
                )) }}
        end as target_amount,
        cast(null as decimal(24, 6)) as funded_amount,
        {{ from_minor('calculated_minor') }} as calculated_amount,
        {{ from_minor('earned_minor') }} as commission_amount,
        {{ ratio(from_minor('earned_minor'), from_measure('measure_units', 'measure')) }} as effective_rate,
        currency,
        is_approved,
        case
            when needs_quota and quota_units is null then 'no_quota'
            when needs_quota and quota_units <= 0 then 'zero_quota'
            when needs_target and target_units is null then 'no_target'
        end as reason
    from result
)

select * from final

{{ config(materialized='table') }}

{# S8 of components: from the lines of a window to its result in each pay period. Everything is calculated to
   date, so that what a period adds telescopes over the window; a limit for a longer or shorter period than the
   window adds up over that. Multipliers and gates apply to what the window's own credits pay; a reversal has the cents of
   its sale, times those of the sale's window; floor, then cap limit both. #}

with

quota_window as (
    select * from {{ ref('int_commission__quota_window') }}
    where measure not in ('pay', 'commission')
),

plain_line as (
    {%- for table, has_fund in [
        ('int_commission__fixed_line', false), ('int_commission__window_line', false),
        ('int_commission__pool_line', true), ('int_commission__contest_line', true),
    ] %}
        select
            window_number,
            pay_period_start,
            amount_minor,
            {{ 'fund_minor' if has_fund else 'cast(null as bigint) as fund_minor' }}
        from {{ ref(table) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

totalled as (
    select
        quota_window.*,
        attainment.pay_period_start,
        attainment.pay_period,
        attainment.pay_period_end,
        attainment.measure_units,
        attainment.measure_to_date_units,
        coalesce(total.walked_minor, 0) + coalesce(plain_line.amount_minor, 0) as curve_minor,
        coalesce(total.walked_minor, 0) - coalesce(total.replaced_minor, 0) + coalesce(plain_line.amount_minor, 0)
            as own_minor,
        coalesce(total.reversal_minor, 0) + coalesce(return_factor.return_factor_minor, 0) as reversal_minor,
        coalesce(return_factor.return_factor_minor, 0) as return_factor_minor,
        coalesce(total.reversal_minor, 0) + coalesce(return_factor.return_factor_minor, 0)
        - coalesce(total.replaced_minor, 0) as return_effect_minor,
        coalesce(factor.multiplier_numerator, 1) as multiplier_numerator,
        coalesce(factor.multiplier_denominator, 1) as multiplier_denominator,
        coalesce(factor.gate_numerator, 1) as gate_numerator,
        coalesce(factor.gate_denominator, 1) as gate_denominator,
        factor.gate_cap_minor,
        plain_line.fund_minor,
        coalesce(rest.rest_numerator, 0) as rest_numerator,
        coalesce(rest.rest_denominator, 1) as rest_denominator
    from quota_window
    inner join {{ ref('int_commission__attainment') }} as attainment
        on quota_window.window_number = attainment.window_number
    left join {{ ref('int_commission__window_total') }} as total
        on
            attainment.window_number = total.window_number
            and attainment.pay_period_start = total.pay_period_start
    left join {{ ref('int_commission__return_factor') }} as return_factor
        on
            attainment.window_number = return_factor.window_number
            and attainment.pay_period_start = return_factor.pay_period_start
    left join plain_line
        on
            attainment.window_number = plain_line.window_number
            and attainment.pay_period_start = plain_line.pay_period_start
    left join {{ ref('int_commission__factor') }} as factor
        on
            attainment.window_number = factor.window_number
            and attainment.pay_period_start = factor.pay_period_start
    left join {{ ref('int_commission__rounding_rest') }} as rest
        on
            attainment.window_number = rest.window_number
            and attainment.pay_period_start = rest.pay_period_start
),

summed as (
    select
        *,
        cast(sum(own_minor) over (
            partition by window_number order by pay_period_start
            rows between unbounded preceding and current row
        ) as bigint) as own_to_date_minor
    from totalled
),

multiplied as (
    select
        *,
        {%- set own = '(own_to_date_minor * rest_denominator + rest_numerator)' %}
        {{ times(own, 'multiplier_numerator', 'rest_denominator * multiplier_denominator') }}
            as multiplied_to_date_minor,
        {{ times(
            own, 'multiplier_numerator * gate_numerator',
            'rest_denominator * multiplier_denominator * gate_denominator'
        ) }} as factored_to_date_minor
    from summed
),

gated as (
    select
        *,
        least(factored_to_date_minor, coalesce(gate_cap_minor, factored_to_date_minor)) as gated_to_date_minor
    from multiplied
),

differenced as (
    select
        gated.*,
        {%- for step in ['multiplied', 'gated'] %}
            gated.{{ step }}_to_date_minor
            - coalesce(lag(gated.{{ step }}_to_date_minor) over (
                partition by gated.window_number order by gated.pay_period_start
            ), 0) as {{ step }}_minor,
        {%- endfor %}
        limits.cap_minor,
        limits.floor_minor,
        cap_period.period_start as cap_period_start,
        floor_period.period_start as floor_period_start,
        floor_period.period_end as floor_period_end
    from gated
    left join {{ ref('int_commission__limit') }} as limits
        on gated.window_number = limits.window_number
    {%- for kind in ['cap', 'floor'] %}
        left join {{ ref('int_commission__limit_period') }} as {{ kind }}_period
            on
                gated.window_number = {{ kind }}_period.window_number
                and limits.{{ kind }}_kind = {{ kind }}_period.period_kind
                and gated.pay_period_start = {{ kind }}_period.pay_period_start
    {%- endfor %}
),

-- A floor for longer than the pay period is due when its period is over.
floored as (
    select
        differenced.*,
        case
            when differenced.floor_minor is null then 0
            when
                differenced.pay_period_end < differenced.floor_period_end
                and not (
                    span.last_sale_date > differenced.floor_period_end
                    and row_number() over (
                        partition by
                            differenced.participant_id, differenced.component_key, differenced.floor_period_start
                        order by differenced.pay_period_start desc
                    ) = 1
                )
                then 0
            else greatest(0, differenced.floor_minor - sum(differenced.gated_minor + differenced.reversal_minor) over (
                partition by differenced.participant_id, differenced.component_key, differenced.floor_period_start
            ))
        end as floor_effect_minor
    from differenced
    cross join {{ ref('int_calendar__span') }} as span
),

capped as (
    select
        *,
        case
            when cap_minor is null then 0
            else -greatest(0, sum(gated_minor + reversal_minor + floor_effect_minor) over (
                partition by participant_id, component_key, cap_period_start
                order by pay_period_start
                rows between unbounded preceding and current row
            ) - cap_minor)
        end as cap_effect_to_date_minor
    from floored
),

final as (
    select
        capped.*,
        capped.cap_effect_to_date_minor
        - coalesce(lag(capped.cap_effect_to_date_minor) over (
            partition by capped.participant_id, capped.component_key, capped.cap_period_start
            order by capped.pay_period_start
        ), 0) as cap_effect_minor
    from capped
)

select * from final

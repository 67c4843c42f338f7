{{ config(materialized='table') }}

{# S7 of pools: money that the members of a window share, due with its last pay period. The fund is rounded, then
   shared by largest remainder, ties to the first; of a fixed sum of weights each has his own part, rounded. #}

{% set wide_zero = 'cast(0 as ' ~ type_wide() ~ ')' %}

with

pool as (
    select * from {{ source('plan', 'plan_pool') }}
),

quota_window as (
    select
        quota_window.*,
        pool.is_of_company,
        pool.fund_numerator,
        pool.fund_denominator,
        pool.share_kind,
        pool.base_units,
        pool.members_condition_id
    from {{ ref('int_commission__quota_window') }} as quota_window
    inner join pool
        on quota_window.component_key = pool.component_key
),

-- Whether someone is a member, and what he has sold, is known at the end of the window.
member as (
    select
        quota_window.*,
        attainment.pay_period_start,
        attainment.measure_to_date_units
    from quota_window
    inner join {{ ref('int_commission__attainment') }} as attainment
        on
            quota_window.window_number = attainment.window_number
            and quota_window.window_end between attainment.pay_period_start and attainment.pay_period_end
    left join {{ ref('int_commission__condition_state') }} as condition_state
        on
            quota_window.window_number = condition_state.window_number
            and attainment.pay_period_start = condition_state.pay_period_start
            and quota_window.members_condition_id = condition_state.condition_id
    where quota_window.members_condition_id is null or condition_state.is_true
),

weighed as (
    select
        member.*,
        case member.share_kind
            when 'equal' then 1
            when 'measure' then greatest(member.measure_to_date_units, 0)
            when 'target_incentive_amount'
                then coalesce({{ to_units('participant.target_incentive_amount') }}, 0)
        end as weight
    from member
    left join {{ ref('stg_participant') }} as participant
        on
            member.participant_id = participant.participant_id
            and member.window_end between participant.valid_from and participant.valid_to
),

funded as (
    select
        weighed.*,
        {{ times(
            'case when weighed.is_of_company then coalesce(company.measure_units, 0) else 1 end',
            'weighed.fund_numerator', 'cast(weighed.fund_denominator as ' ~ type_wide() ~ ')', 'weighed.'
        ) }} as fund_minor,
        sum(weighed.weight) over (partition by weighed.component_key, weighed.window_start) as weights
    from weighed
    left join {{ ref('int_commission__company_measure') }} as company
        on
            weighed.component_key = company.component_key
            and weighed.window_start = company.window_start
),

divided as (
    select
        *,
        case when weights > 0 then {{ whole_by_weight('fund_minor', 'weight', 'weights') }} else {{ wide_zero }} end
            as share_whole,
        case when weights > 0 then {{ remainder_by_weight('fund_minor', 'weight', 'weights') }} else {{ wide_zero }} end
            as share_remainder
    from funded
),

shared as (
    select
        *,
        case
            when base_units is not null then {{ part_of_pay('fund_minor', 'weight', 'base_units') }}
            when weights = 0 then 0
            else {{ allocated_units(
                'fund_minor', 'share_whole', 'share_remainder', 'component_key, window_start', 'participant_id'
            ) }}
        end as amount_minor
    from divided
),

final as (
    select
        window_number,
        participant_id,
        component_key,
        window_start,
        window_end as event_date,
        pay_period_start,
        fund_minor,
        weight,
        weights,
        cast(amount_minor as bigint) as amount_minor
    from shared
)

select * from final

{{ config(materialized='table') }}

{# S5. The segments of each curve in integers: once per component where no quota or target enters, else once
   per window. Curve 0 is the component's own; others replace it for some of its lines. The measure x of a segment
   runs from x_from, included, to x_to, not included. #}

with

segment as (
    select * from {{ source('plan', 'plan_segment') }}
),

component as (
    select * from {{ ref('int_commission__component') }}
),

scaled as (
    select
        component_number as curve_key,
        component_key,
        rounds_to_even,
        rounds_each_line,
        rounding_unit,
        is_narrow,
        false as needs_quota,
        cast(1 as {{ type_wide() }}) as quota_numerator,
        cast(1 as {{ type_wide() }}) as quota_denominator,
        cast(0 as {{ type_wide() }}) as target_numerator,
        cast(1 as {{ type_wide() }}) as target_denominator
    from component
    where not needs_quota and not needs_target
    union all
    select
        window_number as curve_key,
        component_key,
        rounds_to_even,
        rounds_each_line,
        rounding_unit,
        -- A fraction of a unit of quota is more than the narrow form holds.
        is_narrow and (not needs_quota or quota_denominator = 1) as is_narrow,
        needs_quota,
        case when needs_quota then quota_numerator else cast(1 as {{ type_wide() }}) end as quota_numerator,
        case when needs_quota then quota_denominator else cast(1 as {{ type_wide() }}) end as quota_denominator,
        coalesce(yearly_target_numerator, cast(0 as {{ type_wide() }})) as target_numerator,
        coalesce(yearly_target_denominator, cast(1 as {{ type_wide() }})) as target_denominator
    from {{ ref('int_commission__quota_window') }}
    where
        (needs_quota or needs_target)
        and (not needs_quota or quota_numerator > 0)
        and (not needs_target or yearly_target_numerator is not null)
),

exact as (
    select
        scaled.curve_key,
        scaled.is_narrow,
        scaled.rounds_to_even,
        scaled.rounds_each_line,
        scaled.rounding_unit,
        segment.curve_number,
        segment.segment_number,
        segment.segment_id,
        segment.rate,
        -- The edge as a fraction over edge_denominator.
        case
            when segment.edge_unit = 'quota' then segment.edge_numerator * scaled.quota_numerator
            else cast(segment.edge_numerator as {{ type_wide() }})
        end as edge_numerator,
        cast(segment.edge_denominator as {{ type_wide() }})
        * case when segment.edge_unit = 'quota' then scaled.quota_denominator else 1 end as edge_denominator,
        segment.is_above,
        -- Over denominator * quota_denominator * target_denominator.
        segment.intercept_numerator * scaled.quota_denominator * scaled.target_denominator
        + segment.intercept_target_numerator * scaled.target_numerator * scaled.quota_denominator
        + segment.intercept_quota_numerator * scaled.quota_numerator * scaled.target_denominator as intercept,
        segment.slope_numerator,
        scaled.quota_denominator * scaled.target_denominator as slope_factor,
        (
            segment.slope_target_numerator * scaled.target_numerator
            + segment.slope_money_numerator * scaled.target_denominator
        ) * scaled.quota_denominator * scaled.quota_denominator as slope_per_quota,
        case
            when scaled.needs_quota and not scaled.is_narrow then scaled.quota_numerator
            else cast(1 as {{ type_wide() }})
        end as quota_factor,
        segment.denominator
    from scaled
    inner join segment
        on scaled.component_key = segment.component_key
),

bounded as (
    select
        exact.*,
        case
            when exact.segment_number = 1 then cast(-9000000000000000000 as bigint)
            when exact.is_above then cast({{ wide_idiv('edge_numerator', 'edge_denominator') }} + 1 as bigint)
            else cast({{ wide_idiv('edge_numerator + edge_denominator - 1', 'edge_denominator') }} as bigint)
        end as x_from
    from exact
),

ranged as (
    select
        bounded.*,
        coalesce(
            lead(bounded.x_from)
                over (partition by bounded.curve_key, bounded.curve_number order by bounded.segment_number),
            cast(9000000000000000000 as bigint)
        ) as x_to
    from bounded
),

compiled as (
    select
        curve_key,
        rounds_to_even,
        rounds_each_line,
        rounding_unit,
        curve_number,
        segment_number,
        segment_id,
        rate,
        x_from,
        x_to,
        is_narrow,
        -- Part of the intercept in [0, denominator), whole the rest.
        case
            when not is_narrow then null
            when intercept % denominator < 0
                then cast({{ wide_idiv('intercept', 'denominator') }} - 1 as bigint)
            else cast({{ wide_idiv('intercept', 'denominator') }} as bigint)
        end as intercept_whole,
        case
            when not is_narrow then null
            when intercept % denominator < 0 then cast(intercept % denominator + denominator as bigint)
            else cast(intercept % denominator as bigint)
        end as intercept_part,
        case when is_narrow then slope_numerator end as slope,
        case when is_narrow then denominator end as denominator,
        intercept * quota_factor as intercept_wide,
        slope_numerator * slope_factor * quota_factor + slope_per_quota as slope_wide,
        denominator * slope_factor * quota_factor as denominator_wide
    from ranged
),

-- Pay at both ends of a segment by its own line: what a jump adds at x_from is pay_at_from less the
-- pay_at_to of the segment before. Edges lie between integers, so what a credit is paid in a segment begins
-- where the line of the segment before ends.
final as (
    select
        segment.*,
        case
            when segment.x_to < 9000000000000000000 then {{ payout('segment.x_to', 'segment') }}
        end as pay_at_to,
        lag(case when segment.x_to < 9000000000000000000 then {{ payout('segment.x_to', 'segment') }} end)
            over (partition by segment.curve_key, segment.curve_number order by segment.segment_number)
            as pay_before_from,
        lag(segment.intercept_wide)
            over (partition by segment.curve_key, segment.curve_number order by segment.segment_number)
            as intercept_before_wide,
        lag(segment.slope_wide)
            over (partition by segment.curve_key, segment.curve_number order by segment.segment_number)
            as slope_before_wide
    from compiled as segment
)

select * from final

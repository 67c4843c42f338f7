{{ config(materialized='ephemeral') }}

{# S6 of components that take every order by itself: what an order pays, as an exact fraction, and rounded as a
   running total over the pay period. First the curve, then the fixed amount, the minimum and the maximum; a credit
   note, of less than nothing, has its rate alone, that of a sale of the same size where it is a whole rate or another
   measure picks it; an order without a rate pays nothing. What takes a sale back is no part of its order here: it
   takes back the cents of the sale. #}

with

line as (
    select
        {{ all_but('rest_line', 'curve_number') }},
        rest_line.curve_number + coalesce(band.curve_number, 0) as curve_number,
        line_window.participant_id,
        line_window.component_key,
        line_window.walk,
        line_window.picked_by,
        line_window.rounds_to_even,
        line_window.rounds_each_line,
        line_window.rounding_unit,
        {{ curve_key('line_window') }} as curve_key
    from {{ ref('int_commission__rest_line') }} as rest_line
    inner join {{ ref('int_commission__window') }} as line_window
        on rest_line.window_number = line_window.window_number
    left join {{ ref('int_commission__window_band') }} as band
        on rest_line.window_number = band.window_number
    where line_window.walk like 'order%' and not rest_line.is_taking_back
),

credited as (
    select
        line.*,
        credit.net_units,
        {{ place_part('line.picked_by') }} as part,
        {{ place_whole('line.picked_by') }} as whole
    from line
    inner join {{ ref('int_commission__credit') }} as credit
        on
            line.event_number = credit.event_number
            and line.participant_id = credit.participant_id
            and line.credit_level = credit.credit_level
    left join {{ ref('int_sales__document') }} as document
        on
            credit.document_id = document.document_id
            and line.picked_by = 'quantity'
),

{% set said_once = [
    'component_key', 'curve_key', 'walk', 'picked_by', 'rounds_to_even', 'rounds_each_line', 'rounding_unit',
] %}

summed as (
    select
        window_number,
        root_order_id,
        curve_number,
        {%- for column in said_once %}
            min({{ column }}) as {{ column }},
        {%- endfor %}
        min(event_date) as ordered_on,
        cast(sum(measure_delta) as bigint) as order_measure,
        cast(sum(greatest(measure_delta, 0)) as bigint) as order_weight,
        sum(net_units) < 0 as is_credit_note,
        -- Without the margin of one line there is none of the order.
        case when count(*) = count(part) then cast(sum(part) as bigint) end as part,
        cast(sum(whole) as bigint) as whole
    from credited
    group by window_number, root_order_id, curve_number
),

mirrored as (
    select
        *,
        -- Of a whole rate, too, what comes back is as much as was sold.
        case when is_credit_note and (picked_by is not null or walk = 'order_reached') then -1 else 1 end as mirror
    from summed
),

placed as (
    select
        *,
        case
            when picked_by is null then mirror * order_measure
            else {{ place('picked_by', '(mirror * part)', '(mirror * whole)') }}
        end as place
    from mirrored
),

rated as (
    select
        placed.*,
        curve.segment_number,
        curve.segment_id,
        curve.rate,
        curve.slope_wide,
        coalesce(curve.denominator_wide, 1) as curve_denominator,
        coalesce(curve.denominator_wide, 1)
        * case when placed.walk = 'order_spread' then cast(1000000000000 as {{ type_wide() }}) else 1 end
            as denominator,
        case
            when curve.segment_number is null then cast(0 as {{ type_wide() }})
            -- Money without a unit has the rate of its place.
            when placed.walk = 'order_spread' and placed.place = 0
                then curve.slope_wide * placed.order_measure * cast(1000000000000 as {{ type_wide() }})
            when placed.walk = 'order_spread'
                then {{ spread_evenly(
                    '(curve.intercept_wide + curve.slope_wide * placed.place)', 'placed.order_measure',
                    'cast(placed.place as ' ~ type_wide() ~ ')'
                ) }}
            else placed.mirror * curve.intercept_wide + curve.slope_wide * placed.order_measure
        end as exact_rate,
        placed.is_credit_note or curve.segment_number is null as has_rate_alone,
        coalesce(amount.fixed_minor, 0) as fixed_minor,
        amount.minimum_minor,
        amount.maximum_minor
    from placed
    left join {{ ref('int_commission__curve_window') }} as curve
        on
            placed.curve_key = curve.curve_key
            and placed.curve_number = curve.curve_number
            and placed.place >= curve.x_from
            and placed.place < curve.x_to
    left join {{ source('plan', 'plan_order_amount') }} as amount
        on
            placed.component_key = amount.component_key
            and placed.curve_number = amount.curve_number
),

with_fixed as (
    select
        *,
        case when has_rate_alone then exact_rate else exact_rate + fixed_minor * denominator end
            as exact_with_fixed
    from rated
),

raised as (
    select
        *,
        case
            when has_rate_alone or minimum_minor is null then exact_with_fixed
            else greatest(exact_with_fixed, minimum_minor * denominator)
        end as exact_raised
    from with_fixed
),

limited as (
    select
        *,
        case
            when has_rate_alone or maximum_minor is null then exact_raised
            else least(exact_raised, maximum_minor * denominator)
        end as exact_pay
    from raised
),

{% set before %}
    over (
        partition by window_number order by ordered_on, root_order_id, curve_number
        rows between unbounded preceding and 1 preceding
    )
{% endset %}

to_date as (
    select
        *,
        case when rounds_each_line then 0 else coalesce(sum(exact_rate) {{ before }}, 0) end as rate_before,
        case when rounds_each_line then 0 else coalesce(sum(exact_pay) {{ before }}, 0) end as pay_before
    from limited
),

final as (
    select
        *,
        cast({{ rounded_order('(rate_before + exact_rate)') }} - {{ rounded_order('rate_before') }} as bigint)
            as rated_minor,
        cast({{ rounded_order('(pay_before + exact_pay)') }} - {{ rounded_order('pay_before') }} as bigint)
            as paid_minor
    from to_date
)

select * from final

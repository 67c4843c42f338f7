{{ config(materialized='ephemeral') }}

{# S7, the walk `segments`: one row per segment that a credit crosses, and one for what it jumps at the edge of
   a step, which is pay for what was sold before, too. #}

with

running as (
    select * from {{ ref('int_commission__running_line') }}
),

curve as (
    select * from {{ ref('int_commission__curve_window') }}
),

crossed as (
    select
        running.*,
        curve.segment_number,
        curve.segment_id,
        curve.rate,
        'sale' as line_kind,
        case when running.measure_delta < 0 then -1 else 1 end * (
            case
                when greatest(running.measure_before, running.measure_after) < curve.x_to
                    then {{ payout('greatest(running.measure_before, running.measure_after)', 'curve') }}
                else curve.pay_at_to
            end
            - case
                when least(running.measure_before, running.measure_after) >= curve.x_from
                    then {{ payout('least(running.measure_before, running.measure_after)', 'curve') }}
                else curve.pay_before_from
            end
        ) as amount_minor,
        -- The jump at an edge is pay for what was sold before, too.
        case
            when
                running.re_rates_at_edges
                and curve.segment_number > 1
                and least(running.measure_before, running.measure_after) < curve.x_from
                then
                    case when running.measure_delta < 0 then -1 else 1 end
                    * ({{ payout('curve.x_from', 'curve') }} - curve.pay_before_from)
            else 0
        end as jump_minor,
        greatest(least(running.measure_before, running.measure_after), curve.x_from) as crossed_from,
        least(greatest(running.measure_before, running.measure_after), curve.x_to) as crossed_to
    from running
    left join curve
        on
            running.curve_key = curve.curve_key
            and running.curve_number = curve.curve_number
            and curve.x_from <= greatest(running.measure_before, running.measure_after)
            and curve.x_to > least(running.measure_before, running.measure_after)
    where running.walk = 'segments'
),

final as (
    select
        {%- for column in walked_columns() %}
            {{ column }},
        {%- endfor %}
        line_kind,
        -- What of the credit lies in the segment; all of it where there is no curve to cross.
        case
            when segment_number is null then measure_delta
            when measure_delta < 0 then crossed_from - crossed_to
            else crossed_to - crossed_from
        end as credited_delta,
        cast(coalesce(amount_minor - jump_minor, 0) as bigint) as amount_minor
    from crossed
    -- An edge that is only touched pays nothing and says nothing.
    where
        segment_number is null
        or measure_delta = 0
        or crossed_to > crossed_from
        or amount_minor <> jump_minor
    union all
    select
        {%- for column in walked_columns() %}
            {{ column }},
        {%- endfor %}
        're-rating' as line_kind,
        cast(0 as bigint) as credited_delta,
        cast(jump_minor as bigint) as amount_minor
    from crossed
    where jump_minor <> 0
)

select * from final

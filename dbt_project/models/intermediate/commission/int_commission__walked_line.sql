{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('window_id', ref('int_commission__dirty_window')) }}"
) }}

{# S7, first half. What each credit moves on the curve: one row per segment crossed. A whole curve pays a line
   at the rate that it reaches and re-rates what was sold before in a second row; so does the edge of a step.
   A running curve pays a line at one rate, and re-rates nothing: what takes it back has its own cents. #}

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
            and curve.x_from <= greatest(running.measure_before, running.measure_after)
            and curve.x_to > least(running.measure_before, running.measure_after)
    where running.walk = 'segments'
),

reached as (
    select
        running.*,
        reached_segment.segment_number,
        reached_segment.segment_id,
        reached_segment.rate,
        left_segment.segment_number as left_segment_number,
        {{ payout('running.measure_after', 'reached_segment') }} as pay_after,
        {{ payout('running.measure_before', 'reached_segment') }} as pay_before_at_reached_rate,
        {{ payout('running.measure_before', 'left_segment') }} as pay_before
    from running
    left join curve as reached_segment
        on
            running.curve_key = reached_segment.curve_key
            and running.measure_after >= reached_segment.x_from
            and running.measure_after < reached_segment.x_to
    left join curve as left_segment
        on
            running.curve_key = left_segment.curve_key
            and running.measure_before >= left_segment.x_from
            and running.measure_before < left_segment.x_to
    where running.walk = 'reached'
),

placed as (
    select
        *,
        case when walk = 'running_before' then measure_before else measure_after end as place
    from running
    where walk in ('running_before', 'running_after')
),

-- Over denominator_wide: sales alone, each at the rate of its own place.
rated as (
    select
        placed.*,
        curve.segment_number,
        curve.segment_id,
        curve.rate,
        curve.denominator_wide,
        case when placed.is_reversal then 0 else placed.measure_delta end
        * cast(curve.slope_wide as {{ type_wide() }}) as exact_delta
    from placed
    left join curve
        on
            placed.curve_key = curve.curve_key
            and placed.place >= curve.x_from
            and placed.place < curve.x_to
),

paid_to_date as (
    select
        *,
        sum(exact_delta) over (
            partition by window_id
            order by line_ordinal
            rows between unbounded preceding and current row
        ) as exact_after
    from rated
),

{% set columns = [
    'window_id', 'original_window_id', 'event_id', 'original_event_id', 'participant_id', 'component_key',
    'original_component_key', 'credit_level', 'document_id', 'root_order_id', 'document_type', 'is_taking_back',
    'event_date', 'window_start', 'pay_period_start', 'share',
    'measure_delta', 'kept_delta', 'measure_before', 'measure_after', 'segment_number', 'segment_id', 'rate',
    'is_reversal', '_loaded_at',
] %}

walked as (
    select
        {%- for column in columns %}
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
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        're-rating' as line_kind,
        cast(0 as bigint) as credited_delta,
        cast(jump_minor as bigint) as amount_minor
    from crossed
    where jump_minor <> 0
    union all
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        'sale' as line_kind,
        measure_delta as credited_delta,
        cast(coalesce(pay_after - pay_before_at_reached_rate, 0) as bigint) as amount_minor
    from reached
    union all
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        're-rating' as line_kind,
        cast(0 as bigint) as credited_delta,
        cast(pay_before_at_reached_rate - pay_before as bigint) as amount_minor
    from reached
    where
        segment_number <> left_segment_number
        and pay_before_at_reached_rate <> pay_before
    union all
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        'sale' as line_kind,
        measure_delta as credited_delta,
        cast(coalesce(
            {{ rounded_division('exact_after', 'denominator_wide') }}
            - {{ rounded_division('(exact_after - exact_delta)', 'denominator_wide') }}, 0
        ) as bigint) as amount_minor
    from paid_to_date
),

final as (
    select
        {%- for column in columns if column != 'is_reversal' %}
            {{ column }},
        {%- endfor %}
        line_kind,
        credited_delta,
        amount_minor,
        is_reversal and line_kind = 'sale' as is_reversal
    from walked
)

select * from final

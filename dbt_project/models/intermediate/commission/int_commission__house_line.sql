{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('window_number', ref('int_commission__dirty_window')) }}"
) }}

{# S7, the walk `house`, of components that others are less of, so that each line must have its pay before theirs is
   measured: the difference that a credit makes to what the curve pays, never above the cap. What takes back a sale
   of an earlier window leaves this one as it is: it has the cents of its sale. #}

{% set order_of_lines
    = 'line.event_date, line.is_taking_back, line.order_id, line.line_number, line.document_type, line.event_number, '
    'line.credit_level' %}

with

measured as (
    select
        measure_line.*,
        line_window.participant_id,
        line_window.component_key,
        line_window.window_start,
        {{ curve_key('line_window') }} as curve_key
    from {{ ref('int_commission__measure_line') }} as measure_line
    inner join {{ ref('int_commission__window') }} as line_window
        on measure_line.window_number = line_window.window_number
    where line_window.walk = 'house'
),

line as (
    select
        measured.*,
        coalesce(measured.original_window_number <> measured.window_number and sale.event_number is not null, false)
            as has_cents_of_sale
    from measured
    inner join {{ ref('int_commission__dirty_window') }} as dirty_window
        on measured.window_number = dirty_window.window_number
    left join measured as sale
        on
            measured.original_event_number = sale.event_number
            and measured.original_window_number = sale.window_number
            and measured.credit_level = sale.credit_level
),

summed as (
    select
        line.*,
        case when line.has_cents_of_sale then 0 else line.measure_delta end as walked_delta,
        coalesce(opening.opening_units, 0)
        + cast(sum(case when line.has_cents_of_sale then 0 else line.measure_delta end) over (
            partition by line.window_number
            order by {{ order_of_lines }}
            rows between unbounded preceding and current row
        ) as bigint) as measure_after
    from line
    left join {{ ref('int_commission__opening') }} as opening
        on
            line.participant_id = opening.participant_id
            and line.component_key = opening.component_key
            and line.window_start = opening.window_start
),

walked as (
    select
        *,
        measure_after - walked_delta as measure_before
    from summed
),

curve as (
    select * from {{ ref('int_commission__curve_window') }}
),

paid as (
    select
        walked.*,
        reached.segment_number,
        reached.segment_id,
        reached.rate,
        reached.denominator_wide,
        reached.rounds_to_even,
        reached.rounds_each_line,
        reached.rounding_unit,
        reached.intercept_wide + reached.slope_wide * walked.measure_after as pay_after,
        left_one.intercept_wide + left_one.slope_wide * walked.measure_before as pay_before,
        limits.cap_minor * reached.denominator_wide as exact_cap
    from walked
    left join curve as reached
        on
            walked.curve_key = reached.curve_key
            and walked.curve_number = reached.curve_number
            and walked.measure_after >= reached.x_from
            and walked.measure_after < reached.x_to
    left join curve as left_one
        on
            walked.curve_key = left_one.curve_key
            and walked.curve_number = left_one.curve_number
            and walked.measure_before >= left_one.x_from
            and walked.measure_before < left_one.x_to
    left join {{ ref('int_commission__limit') }} as limits
        on walked.window_number = limits.window_number
),

capped as (
    select
        *,
        least(pay_after, coalesce(exact_cap, pay_after)) as exact_after,
        least(pay_after, coalesce(exact_cap, pay_after)) - least(pay_before, coalesce(exact_cap, pay_before))
            as exact_delta
    from paid
),

final as (
    select
        {%- for column in walked_columns() if column != 'is_reversal' %}
            {{ column }},
        {%- endfor %}
        participant_id,
        component_key,
        has_cents_of_sale,
        cast(coalesce(
            {{ rounded_difference('exact_after', 'exact_delta', 'exact_delta', 'denominator_wide') }}, 0
        ) as bigint) as walked_minor
    from capped
)

select * from final

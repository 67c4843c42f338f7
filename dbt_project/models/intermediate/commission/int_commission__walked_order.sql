{{ config(materialized='ephemeral') }}

{# S7, the walks of `window: order`. The lines of an order share what its curve pays, each its own part of it, or in
   proportion to what they count; what the fixed amount, the minimum and the maximum make of it is a second row.
   Pay in proportion goes to what counts above zero; where nothing does, to all lines alike. #}

{% set order_of_lines = 'line.is_taking_back, line.event_date, line.order_id, line.line_number, line.document_type' %}
{% set in_order %}
    over (
        partition by line.window_number, line.root_order_id, line.curve_number
        order by {{ order_of_lines }}
        rows between unbounded preceding and current row
    )
{% endset %}

with

curve as (
    select * from {{ ref('int_commission__curve_window') }}
),

order_paid as (
    select * from {{ ref('int_commission__order') }}
),

line as (
    select
        {{ all_but('rest_line', 'curve_number') }},
        rest_line.curve_number + coalesce(band.curve_number, 0) as curve_number,
        -- It takes back what the sale itself has paid.
        rest_line.is_taking_back as is_reversal,
        line_window.walk
    from {{ ref('int_commission__rest_line') }} as rest_line
    inner join {{ ref('int_commission__window') }} as line_window
        on rest_line.window_number = line_window.window_number
    left join {{ ref('int_commission__window_band') }} as band
        on rest_line.window_number = band.window_number
    where line_window.walk like 'order%'
),

summed as (
    select
        line.*,
        cast(sum(line.measure_delta) {{ in_order }} as bigint) as measure_after,
        cast(sum(greatest(line.measure_delta, 0)) {{ in_order }} as bigint) as weight_after,
        row_number() {{ in_order }} as line_ordinal
    from line
),

sold as (
    select
        summed.*,
        summed.measure_after - summed.measure_delta as measure_before,
        order_paid.curve_key,
        order_paid.segment_number as order_segment_number,
        order_paid.segment_id as order_segment_id,
        order_paid.rate as order_rate,
        order_paid.order_weight,
        order_paid.denominator,
        order_paid.rounds_to_even,
        order_paid.rounds_each_line,
        order_paid.rounding_unit,
        order_paid.rate_before,
        order_paid.rated_minor,
        order_paid.paid_minor,
        count(*) over (partition by summed.window_number, summed.root_order_id, summed.curve_number) as line_count
    from summed
    inner join order_paid
        on
            summed.window_number = order_paid.window_number
            and summed.root_order_id = order_paid.root_order_id
            and summed.curve_number = order_paid.curve_number
    where not summed.is_taking_back
),

piece as (
    select
        sold.*,
        curve.segment_number,
        curve.segment_id,
        curve.rate,
        case
            when curve.segment_number is null or sold.walk = 'order_reached' then sold.measure_delta
            else {{ crossed_in_segment('sold.measure_before', 'sold.measure_after', 'curve') }}
        end as credited_delta,
        case
            when sold.walk = 'order_reached' then curve.slope_wide * sold.measure_delta
            else {{ exact_in_segment('sold.measure_before', 'sold.measure_after', 'curve') }}
        end as exact_in_segment
    from sold
    left join curve
        on
            sold.curve_key = curve.curve_key
            and sold.curve_number = curve.curve_number
            and case
                when sold.walk = 'order_reached' then sold.order_segment_number = curve.segment_number
                else
                    curve.x_from <= greatest(sold.measure_before, sold.measure_after)
                    and curve.x_to > least(sold.measure_before, sold.measure_after)
            end
    where sold.walk in ('order_segments', 'order_reached')
),

piece_to_date as (
    select
        *,
        coalesce(exact_in_segment, 0) as exact_delta,
        rate_before + sum(coalesce(exact_in_segment, 0)) over (
            partition by window_number, root_order_id, curve_number
            order by line_ordinal, segment_number
            rows between unbounded preceding and current row
        ) as exact_after
    from piece
    -- An edge that is only touched says nothing.
    where segment_number is null or measure_delta = 0 or credited_delta <> 0 or exact_in_segment <> 0
),

-- What is shared in proportion: all that the order pays, or what the amounts per order change.
shared as (
    select
        *,
        case when walk in ('order_spread', 'order_shared') then paid_minor else paid_minor - rated_minor end
            as shared_minor,
        case when order_weight > 0 then weight_after else line_ordinal end as part_after,
        case when order_weight > 0 then weight_after - greatest(measure_delta, 0) else line_ordinal - 1 end
            as part_before,
        case when order_weight > 0 then order_weight else line_count end as parts
    from sold
),

share_of_line as (
    select
        shared.*,
        shared.walk in ('order_spread', 'order_shared') as is_whole_pay,
        {{ proportion('shared_minor', 'part_after', 'parts') }}
        - {{ proportion('shared_minor', 'part_before', 'parts') }} as amount_minor
    from shared
),

taken_back as (
    select
        *,
        measure_after - measure_delta as measure_before,
        cast(null as bigint) as segment_number,
        cast(null as {{ dbt.type_string() }}) as segment_id,
        cast(null as decimal(18, 9)) as rate
    from summed
    where is_taking_back
),

described as (
    select
        *,
        case when is_whole_pay then order_segment_number end as segment_number,
        case when is_whole_pay then order_segment_id end as segment_id,
        case when is_whole_pay and walk = 'order_shared' then order_rate end as rate
    from share_of_line
),

final as (
    select
        {%- for column in walked_columns() %}
            {{ column }},
        {%- endfor %}
        'sale' as line_kind,
        credited_delta,
        cast(
            {{ rounded_pay('exact_after', 'denominator') }}
            - {{ rounded_pay('(exact_after - exact_delta)', 'denominator') }} as bigint
        ) as amount_minor
    from piece_to_date
    union all
    select
        {%- for column in walked_columns() %}
            {{ column }},
        {%- endfor %}
        case when is_whole_pay then 'sale' else 'per-order' end as line_kind,
        case when is_whole_pay then measure_delta else 0 end as credited_delta,
        amount_minor
    from described
    where is_whole_pay or amount_minor <> 0
    union all
    select
        {%- for column in walked_columns() %}
            {{ column }},
        {%- endfor %}
        'sale' as line_kind,
        measure_delta as credited_delta,
        cast(0 as bigint) as amount_minor
    from taken_back
)

select * from final

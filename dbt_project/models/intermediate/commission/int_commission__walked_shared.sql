{{ config(materialized='ephemeral') }}

{# S7, the walk `shared`: an order is paid once on the whole, and the money is shared by the shares of pay in its
   split: largest remainder, ties to the first. Nothing is carried from order to order. #}

with

running as (
    select
        running_line.*,
        component.measure
    from {{ ref('int_commission__running_line') }} as running_line
    inner join {{ ref('int_commission__component') }} as component
        on running_line.component_key = component.component_key
    where running_line.walk = 'shared'
),

curve as (
    select * from {{ ref('int_commission__curve_window') }}
),

event as (
    select * from {{ ref('int_commission__sale_event') }}
),

-- Of each order what its lines are until before and after this one, whoever shares them.
whole as (
    select
        running.*,
        event.document_id,
        case when running.measure = 'margin' then event.margin_units else event.net_units end as whole_delta,
        cast(sum(case when running.measure = 'margin' then event.margin_units else event.net_units end) over (
            partition by running.window_number, running.curve_number, running.order_id
            order by running.line_ordinal
            rows between unbounded preceding and current row
        ) as bigint) as whole_after
    from running
    inner join event
        on running.event_number = event.event_number
    where not running.is_taking_back
),

paid as (
    select
        whole.*,
        reached.segment_number,
        reached.segment_id,
        reached.rate,
        {{ payout('whole.whole_after', 'reached') }} - {{ payout('whole.whole_after - whole.whole_delta', 'left_one') }}
            as whole_minor
    from whole
    inner join curve as reached
        on
            whole.curve_key = reached.curve_key
            and whole.curve_number = reached.curve_number
            and whole.whole_after >= reached.x_from
            and whole.whole_after < reached.x_to
    inner join curve as left_one
        on
            whole.curve_key = left_one.curve_key
            and whole.curve_number = left_one.curve_number
            and whole.whole_after - whole.whole_delta >= left_one.x_from
            and whole.whole_after - whole.whole_delta < left_one.x_to
),

weighed as (
    select
        paid.*,
        coalesce(split.participant_id, paid.participant_id) as sharer_id,
        coalesce(split.pay_share_parts, 1) as weight,
        coalesce(
            sum(split.pay_share_parts) over (partition by paid.window_number, paid.event_number), 1
        ) as weights
    from paid
    left join {{ ref('int_commission__split_rule') }} as split
        on paid.document_id = split.document_id
),

divided as (
    select
        *,
        {{ whole_by_weight('whole_minor', 'weight', 'weights') }} as share_whole,
        {{ remainder_by_weight('whole_minor', 'weight', 'weights') }} as share_remainder
    from weighed
    where weights > 0
),

allocated as (
    select
        *,
        {{ allocated_units(
            'whole_minor', 'share_whole', 'share_remainder', 'window_number, event_number', 'sharer_id'
        ) }} as shared_minor
    from divided
),

-- It takes back what the sale itself has paid.
taken_back as (
    select
        *,
        cast(null as bigint) as segment_number,
        cast(null as {{ dbt.type_string() }}) as segment_id,
        cast(null as decimal(18, 9)) as rate
    from running
    where is_taking_back
),

final as (
    select
        {%- for column in walked_columns() %}
            {{ column }},
        {%- endfor %}
        'sale' as line_kind,
        measure_delta as credited_delta,
        cast(shared_minor as bigint) as amount_minor
    from allocated
    where sharer_id = participant_id
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

{{ config(materialized='ephemeral') }}

{# S6, second part. Where a component that is `by` another measure stands before and after each credit. #}

{% set order_of_lines = 'line.event_date, line.is_taking_back, line.order_id, line.line_number, line.document_type' %}
{% set to_date %}
    over (partition by line.window_number order by {{ order_of_lines }} rows between unbounded preceding and current row)
{% endset %}

with

running as (
    select * from {{ ref('int_commission__running_line') }}
    where picked_by is not null
),

line as (
    select
        running.*,
        {{ place_part('running.picked_by') }} as part_delta,
        {{ place_whole('running.picked_by') }} as whole_delta
    from running
    inner join {{ ref('int_commission__credit') }} as credit
        on
            running.event_number = credit.event_number
            and running.participant_id = credit.participant_id
            and running.credit_level = credit.credit_level
    left join {{ ref('int_sales__document') }} as document
        on credit.document_id = document.document_id
),

summed as (
    select
        line.event_number,
        line.participant_id,
        line.component_key,
        line.picked_by,
        line.part_delta,
        line.whole_delta,
        coalesce(sum(line.part_delta) {{ to_date }}, 0) as part_after,
        coalesce(sum(line.whole_delta) {{ to_date }}, 0) as whole_after
    from line
),

final as (
    select
        event_number,
        participant_id,
        component_key,
        coalesce(part_delta, 0) as place_delta,
        {{ place('picked_by', 'part_after', 'whole_after') }} as place_after,
        {{ place(
            'picked_by', '(part_after - coalesce(part_delta, 0))', '(whole_after - coalesce(whole_delta, 0))'
        ) }} as place_before
    from summed
)

select * from final

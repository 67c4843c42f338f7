{{ config(materialized='ephemeral') }}

{# S3, the measure of components with deductions, in millionths: what they leave of a credit. Shares come off all
   of it; what comes off each order is spread over its credits by their amounts, as a running sum, and comes back with
   what is taken back. An order of less than nothing has no such amount. #}

{% set of_order %}
    over (
        partition by credit.component_key, credit.participant_id, credit.credit_level, credit.root_order_id
        order by credit.line_number, credit.order_id, credit.event_number
        rows between unbounded preceding and current row
    )
{% endset %}

with

-- What takes a sale back has the deductions of the sale.
credit as (
    select
        credit.*,
        credit.net_units + credit.unsold_net_units as left_units,
        component.kept_parts,
        component.per_order_units
    from {{ ref('int_commission__component_credit') }} as credit
    inner join {{ source('plan', 'plan_component') }} as component
        on credit.original_component_key = component.component_key
    where credit.measure = 'deducted'
),

charged_order as (
    select distinct root_order_id from credit
    where per_order_units > 0
),

document as (
    select * from {{ ref('int_sales__document') }}
    where root_order_id in (select charged_order.root_order_id from charged_order)
),

order_total as (
    select
        order_id,
        cast(sum(net_units) as bigint) as order_units
    from document
    where document_type = 'sale'
    group by order_id
),

sold as (
    select
        credit.*,
        greatest(coalesce(order_total.order_units, 0), 0) as order_units,
        cast(sum(credit.left_units) {{ of_order }} as bigint) as left_to_here
    from credit
    left join order_total
        on credit.root_order_id = order_total.order_id
    where not credit.is_taking_back
),

charged as (
    select
        *,
        {{ proportion('per_order_units', 'left_to_here', 'order_units') }}
        - {{ proportion('per_order_units', '(left_to_here - left_units)', 'order_units') }} as charged_units
    from sold
),

taken_back as (
    select
        credit.*,
        coalesce(
            {{ proportion('charged.charged_units', 'document.taken_back_basis', 'document.sale_basis') }}
            - {{ proportion(
                'charged.charged_units', '(document.taken_back_basis + document.basis)', 'document.sale_basis'
            ) }},
            0
        ) as returned_units
    from credit
    left join charged
        on
            credit.original_event_number = charged.event_number
            and credit.participant_id = charged.participant_id
            and credit.credit_level = charged.credit_level
            and credit.original_component_key = charged.component_key
    left join document
        on credit.document_id = document.document_id
    where credit.is_taking_back
),

final as (
    select
        {%- for column in measure_line_columns() %}
            {{ column }},
        {%- endfor %}
        is_kept,
        left_units * kept_parts - charged_units as measure_units
    from charged
    union all
    select
        {%- for column in measure_line_columns() %}
            {{ column }},
        {%- endfor %}
        is_kept,
        left_units * kept_parts + returned_units as measure_units
    from taken_back
)

select * from final

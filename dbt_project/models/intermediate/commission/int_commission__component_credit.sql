-- depends_on: {{ ref('int_sales__touched_order') }}
{{ config(materialized='ephemeral') }}

{# S3, first half. The components that a credit counts for, in which windows and on which curve. A sale counts
   where the component's condition holds, on the curve of the first term that does; a credit that takes a sale back
   follows its sale: to the same component of the version valid now, else to the one under which it was sold. #}

{% set filters = plan_filters() %}
{% set goes_on = last_build_of('intermediate', 'int_commission__measure_line') and not should_full_refresh() %}

with

credit as (
    select * from {{ ref('int_commission__credit') }}
    {% if goes_on %}
        where root_order_id in (select touched.root_order_id from {{ ref('int_sales__touched_order') }} as touched)
    {% endif %}
),

component as (
    select * from {{ ref('int_commission__component') }}
),

assignment as (
    select * from {{ ref('int_commission__assignment') }}
),

sold as (
    select
        credit.*,
        component.component_key,
        component.component_key as original_component_key,
        {{ curve_of_terms(filters) }} as curve_number
    from credit
    inner join assignment
        on
            credit.participant_id = assignment.participant_id
            and credit.event_date between assignment.valid_from and assignment.valid_to
    inner join component
        on
            assignment.plan_id = component.plan_id
            and credit.credit_level = component.credit_level
            and credit.event_kind = component.event_kind
            and credit.event_date between component.valid_from and component.valid_to
    {{ tables_of_conditions(filters) }}
    where
        not credit.is_taking_back
        and (credit.is_full_split or not component.needs_full_split)
        and {{ condition_holds(filters, 'component.filter_number') }}
),

sold_component as (
    select
        sold.event_id,
        sold.participant_id,
        sold.credit_level,
        sold.event_date,
        sold.curve_number,
        component.component_key,
        component.plan_id,
        component.component_id,
        component.window_kind
    from sold
    inner join component
        on sold.component_key = component.component_key
),

current_component as (
    select
        assignment.participant_id,
        assignment.valid_from as assigned_from,
        assignment.valid_to as assigned_to,
        component.*
    from assignment
    inner join component
        on assignment.plan_id = component.plan_id
),

taken_back as (
    select
        credit.*,
        coalesce(current_component.component_key, sold_component.component_key) as component_key,
        sold_component.component_key as original_component_key,
        sold_component.curve_number,
        {{ period_start('sold_component.window_kind', 'sold_component.event_date') }} as original_window_start
    from credit
    inner join sold_component
        on
            credit.original_event_id = sold_component.event_id
            and credit.participant_id = sold_component.participant_id
            and credit.credit_level = sold_component.credit_level
    left join current_component
        on
            credit.participant_id = current_component.participant_id
            and sold_component.plan_id = current_component.plan_id
            and sold_component.component_id = current_component.component_id
            and credit.event_date between current_component.assigned_from and current_component.assigned_to
            and credit.event_date between current_component.version_from and current_component.version_to
    where credit.is_taking_back
),

every_line as (
    select
        sold.*,
        cast(null as date) as original_window_start
    from sold
    union all
    select * from taken_back
),

windowed as (
    select
        every_line.*,
        component.plan_id,
        component.component_id,
        component.measure,
        {{ period_start('component.window_kind', 'every_line.event_date') }} as window_start,
        {{ period_start('component.pay_kind', 'every_line.event_date') }} as pay_period_start
    from every_line
    inner join component
        on every_line.component_key = component.component_key
),

final as (
    select
        *,
        {{ window_id('participant_id', 'component_key', 'window_start') }} as window_id,
        case
            when is_taking_back
                then {{ window_id('participant_id', 'original_component_key', 'original_window_start') }}
        end as original_window_id
    from windowed
)

select * from final

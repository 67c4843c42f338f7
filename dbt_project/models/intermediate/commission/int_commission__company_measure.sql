{{ config(materialized='table') }}

{# What the whole company has sold in each window of a pool that is a share of it, by the condition of the
   component: of everyone, whoever is credited. #}

{% set filters = plan_filters() %}

with

component as (
    select component.*
    from {{ ref('int_commission__component') }} as component
    inner join {{ source('plan', 'plan_pool') }} as pool
        on component.component_key = pool.component_key
    where pool.is_of_company
),

event as (
    select * from {{ ref('int_commission__sale_event') }}
    where
        not is_orphan
        and not is_excess
        and exists (select 1 from component)
),

-- Named as the conditions of plans name it: they are asked of the sale, not of what takes it back.
credit as (
    select
        event.event_date,
        event.event_kind,
        event.root_order_id,
        event.net_units,
        event.margin_units,
        coalesce(sale.document_id, event.document_id) as document_id,
        coalesce(sale.sales_rep_id, event.sales_rep_id) as participant_id,
        coalesce(sale.event_date, event.event_date) as sold_on,
        cast(0 as bigint) as credit_level
    from event
    left join event as sale
        on event.original_event_number = sale.event_number
    where not event.is_taking_back or sale.event_number is not null
),

counted as (
    select
        component.component_key,
        period_day.period_start as window_start,
        case when component.measure = 'margin' then credit.margin_units else credit.net_units end as measure_delta
    from credit
    inner join component
        on
            credit.event_kind = component.event_kind
            and credit.sold_on between component.valid_from and component.valid_to
    inner join {{ ref('int_calendar__period_day') }} as period_day
        on
            component.window_kind = period_day.period_kind
            and credit.event_date = period_day.day
    {{ tables_of_conditions(filters) }}
    where {{ condition_holds(filters, 'component.filter_number') }}
),

final as (
    select
        component_key,
        window_start,
        cast(sum(measure_delta) as bigint) as measure_units
    from counted
    group by component_key, window_start
)

select * from final

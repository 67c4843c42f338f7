{{ config(materialized='table') }}

{# S4, first part. Every window of every participant on a component, with or without sales. #}

with

component as (
    select * from {{ ref('int_commission__component') }}
),

active as (
    select * from {{ ref('int_commission__active_span') }}
),

span as (
    select * from {{ ref('int_calendar__span') }}
),

period as (
    select * from {{ ref('int_calendar__period') }}
),

own_window as (
    select * from {{ ref('int_commission__own_window') }}
    where not is_overlapping
),

assigned as (
    select distinct
        active.participant_id,
        active.component_key,
        period.period_start as window_start
    from active
    inner join component
        on active.component_key = component.component_key
    inner join period
        on
            component.window_kind = period.period_kind
            and period.period_start <= least(active.active_to, component.valid_to)
            and period.period_end >= greatest(active.active_from, component.valid_from)
    inner join span
        on
            period.period_start <= span.last_sale_date
            and period.period_end >= span.first_sale_date
),

owned as (
    select distinct
        active.participant_id,
        active.component_key,
        own_window.window_start
    from active
    inner join own_window
        on
            active.participant_id = own_window.participant_id
            and active.component_key = own_window.component_key
            and active.active_to >= own_window.window_start
            and active.active_from <= own_window.window_end
    inner join span
        on
            own_window.window_start <= span.last_sale_date
            and own_window.window_end >= span.first_sale_date
),

measured as (
    select distinct
        participant_id,
        component_key,
        window_start
    from {{ ref('int_commission__measure_line') }}
),

every_window as (
    select * from assigned
    union
    select * from owned
    union
    select * from measured
),

final as (
    select
        {{ window_id('every_window.participant_id', 'every_window.component_key', 'every_window.window_start') }}
            as window_id,
        every_window.participant_id,
        every_window.window_start,
        coalesce(own_window.window_end, period.period_end) as window_end,
        case
            when own_window.window_end = period.period_end or own_window.window_end is null then period.period
            else cast(every_window.window_start as {{ dbt.type_string() }})
        end as window_name,
        component.*
    from every_window
    inner join component
        on every_window.component_key = component.component_key
    left join own_window
        on
            every_window.participant_id = own_window.participant_id
            and every_window.component_key = own_window.component_key
            and every_window.window_start = own_window.window_start
    left join period
        on
            component.window_kind = period.period_kind
            and every_window.window_start = period.period_start
)

select * from final

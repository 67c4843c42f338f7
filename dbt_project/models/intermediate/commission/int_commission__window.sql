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
        {{ window_number('active.participant_number', 'active.component_number', 'period.period_start') }}
            as window_number
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
        {{ window_number('active.participant_number', 'active.component_number', 'own_window.window_start') }}
            as window_number
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
    select distinct window_number
    from {{ ref('int_commission__measure_line') }}
),

numbered as (
    select window_number from assigned
    union
    select window_number from owned
    union
    select window_number from measured
),

participant as (
    select distinct
        participant_id,
        participant_number
    from {{ ref('int_commission__assignment') }}
),

every_window as (
    select
        numbered.window_number,
        participant.participant_id,
        {{ start_of_window('numbered.window_number') }} as window_start,
        component.*
    from numbered
    inner join participant
        on {{ participant_of_window('numbered.window_number') }} = participant.participant_number
    inner join component
        on {{ component_of_window('numbered.window_number') }} = component.component_number
),

final as (
    select
        every_window.*,
        coalesce(own_window.window_end, period.period_end) as window_end,
        case
            when own_window.window_end = period.period_end or own_window.window_end is null then period.period
            else cast(every_window.window_start as {{ dbt.type_string() }})
        end as window_name
    from every_window
    left join own_window
        on
            every_window.participant_id = own_window.participant_id
            and every_window.component_key = own_window.component_key
            and every_window.window_start = own_window.window_start
    left join period
        on
            every_window.window_kind = period.period_kind
            and every_window.window_start = period.period_start
)

select * from final

{{ config(materialized='table') }}

{# What the measure of a component stood at when niaga took over, in the window that `as_of` lies in: the
   latest one counts. What was sold until then is in it. #}

with

component as (
    select * from {{ ref('int_commission__component') }}
),

opening as (
    select
        opening_balance.participant_id,
        component.component_key,
        coalesce(own_window.window_start, period.period_start) as window_start,
        coalesce(own_window.window_end, period.period_end) as window_end,
        opening_balance.as_of,
        opening_balance.amount as opening_amount,
        {{ to_measure('opening_balance.amount', 'component.measure') }} as opening_units,
        row_number() over (
            partition by
                opening_balance.participant_id, component.plan_id, component.component_id, opening_balance.as_of
            order by component.valid_from, active.active_from
        ) as version_rank
    from {{ ref('stg_opening_balance') }} as opening_balance
    inner join component
        on
            opening_balance.component_id = component.component_id
            and opening_balance.as_of <= component.valid_to
    inner join {{ ref('int_commission__active_span') }} as active
        on
            opening_balance.participant_id = active.participant_id
            and component.component_key = active.component_key
    left join {{ ref('int_commission__own_window') }} as own_window
        on
            opening_balance.participant_id = own_window.participant_id
            and component.component_key = own_window.component_key
            and opening_balance.as_of between own_window.window_start and own_window.window_end
            and not own_window.is_overlapping
    left join {{ ref('int_calendar__period') }} as period
        on
            component.window_kind = period.period_kind
            and opening_balance.as_of between period.period_start and period.period_end
    where opening_balance.balance is null
),

ranked as (
    select
        *,
        row_number() over (
            partition by participant_id, component_key, window_start order by as_of desc, opening_units desc
        ) as recency
    from opening
    -- To the version of that day, or to the first one behind it.
    where version_rank = 1 and window_start is not null
),

final as (
    select
        participant_id,
        component_key,
        window_start,
        window_end,
        as_of,
        opening_amount,
        opening_units
    from ranked
    where recency = 1
)

select * from final

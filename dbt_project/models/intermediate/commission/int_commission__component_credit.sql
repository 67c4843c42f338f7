-- depends_on: {{ ref('int_sales__touched_order') }}
{{ config(materialized='ephemeral') }}

{# S3, first half. The components that a credit counts for, in which windows and on which curve. A sale counts
   where the component's condition holds, on the curve of the first term that does; a credit that takes a sale back
   follows its sale: to the same component of the version valid now, else to the one under which it was sold; or it
   makes the sale less, where the component re-rates what comes back. What an opening balance holds is left out. #}

{% set filters = plan_filters() %}
{% set re_rates_returns = has_rerated_returns() %}
{% set goes_on = last_build_of('intermediate', 'int_commission__measure_line') and not should_full_refresh() %}

with

-- Read once by each: what several read is kept aside, and these are many.
credit as (
    select * from {{ ref('int_commission__credit') }}
    {% if goes_on %}
        where root_order_id in (select touched.root_order_id from {{ ref('int_sales__touched_order') }} as touched)
    {% endif %}
),

taking_back as (
    select taking_back.*
    from {{ ref('int_commission__credit') }} as taking_back
    {% if goes_on %}
        inner join {{ ref('int_sales__touched_order') }} as touched_order
            on taking_back.root_order_id = touched_order.root_order_id
    {% endif %}
    where taking_back.is_taking_back
),

component as (
    select * from {{ ref('int_commission__component') }}
),

period_day as (
    select * from {{ ref('int_calendar__period_day') }}
),

own_window as (
    select * from {{ ref('int_commission__own_window') }}
    where not is_overlapping
),

left_participant as (
    select
        participant_id,
        leave_date
    from {{ ref('stg_participant') }}
    where is_current and leave_date is not null
),

assignment as (
    select * from {{ ref('int_commission__assignment') }}
),

sold as (
    {{ sold_credits('credit', filters, goes_on) }}
),

-- Of the sales that come back, which are few, where they counted.
taken_back_event as (
    select distinct original_event_number from taking_back
),

returned_credit as (
    select credit.*
    from {{ ref('int_commission__credit') }} as credit
    inner join taken_back_event
        on credit.event_number = taken_back_event.original_event_number
),

returned as (
    {{ sold_credits('returned_credit', filters, goes_on) }}
),

sold_component as (
    select
        returned.*,
        coalesce(own_window.window_start, returned.calendar_start) as window_start
    from returned
    left join own_window
        on
            returned.participant_id = own_window.participant_id
            and returned.component_key = own_window.component_key
            and returned.event_date between own_window.window_start and own_window.window_end
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
        taking_back.*,
        sold_component.participant_number,
        coalesce(current_component.component_key, sold_component.component_key) as component_key,
        sold_component.component_key as original_component_key,
        sold_component.component_number as original_component_number,
        sold_component.curve_number,
        sold_component.window_start as original_window_start,
        sold_component.returns_rate as original_returns_rate
    from taking_back
    inner join sold_component
        on
            taking_back.original_event_number = sold_component.event_number
            and taking_back.participant_id = sold_component.participant_id
            and taking_back.credit_kind = sold_component.credit_kind
            and taking_back.credit_level = sold_component.credit_level
    left join current_component
        on
            taking_back.participant_id = current_component.participant_id
            and sold_component.plan_id = current_component.plan_id
            and sold_component.component_id = current_component.component_id
            and taking_back.event_date between current_component.assigned_from and current_component.assigned_to
            and taking_back.event_date between current_component.version_from and current_component.version_to
),

{% if re_rates_returns %}
    -- What comes back of sales that count as if that part had never been sold.
    unsold as ( -- noqa: ST03
        select
            original_event_number,
            participant_id,
            credit_kind,
            credit_level,
            original_component_key,
            cast(sum(net_units) as bigint) as net_units,
            cast(sum(margin_units) as bigint) as margin_units
        from taken_back
        where original_returns_rate = 'rerate'
        group by original_event_number, participant_id, credit_kind, credit_level, original_component_key
    ),
{% endif %}

taken_back_line as (
    select
        taken_back.*,
        {%- for column in columns_of_counted_component() if column != 'component_key' %}
            component.{{ column }},
        {%- endfor %}
        window_day.period_start as calendar_start,
        pay_day.period_start as pay_period_start
    from taken_back
    inner join component
        on taken_back.component_key = component.component_key
    inner join period_day as pay_day
        on
            component.pay_kind = pay_day.period_kind
            and taken_back.event_date = pay_day.day
    left join period_day as window_day
        on
            component.window_kind = window_day.period_kind
            and taken_back.event_date = window_day.day
    where taken_back.original_returns_rate <> 'rerate'
),

{% set columns = columns_of_counted_component() + [
    'event_number', 'original_event_number', 'document_id', 'root_order_id', 'order_id', 'line_number', 'document_type',
    'is_taking_back', 'event_date', 'participant_id', 'participant_number', 'credit_level', 'share', 'net_units',
    'margin_units', 'curve_number', 'original_component_key', 'calendar_start', 'pay_period_start',
] %}

every_line as (
    select
        {%- for column in columns %}
            sold.{{ column }},
        {%- endfor %}
        cast(null as bigint) as original_component_number,
        cast(null as date) as original_window_start,
        {% if re_rates_returns %}
            coalesce(unsold.net_units, 0) as unsold_net_units,
            coalesce(unsold.margin_units, 0) as unsold_margin_units
        {% else %}
            cast(0 as bigint) as unsold_net_units,
            cast(0 as bigint) as unsold_margin_units
        {% endif %}
    from sold
    {% if re_rates_returns %}
        left join unsold -- noqa: ST11
            on
                sold.event_number = unsold.original_event_number
                and sold.participant_id = unsold.participant_id
                and sold.credit_kind = unsold.credit_kind
                and sold.credit_level = unsold.credit_level
                and sold.component_key = unsold.original_component_key
    {% endif %}
    union all
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        original_component_number,
        original_window_start,
        cast(0 as bigint) as unsold_net_units,
        cast(0 as bigint) as unsold_margin_units
    from taken_back_line
),

windowed as (
    select
        every_line.*,
        every_line.is_taking_back and every_line.returns_keep_attainment as is_kept,
        coalesce(own_window.window_start, every_line.calendar_start) as window_start
    from every_line
    left join own_window
        on
            every_line.participant_id = own_window.participant_id
            and every_line.component_key = own_window.component_key
            and every_line.event_date between own_window.window_start and own_window.window_end
),

counted as (
    select windowed.*
    from windowed
    left join {{ ref('int_commission__opening') }} as opening
        on
            windowed.participant_id = opening.participant_id
            and windowed.component_key = opening.component_key
            and windowed.window_start = opening.window_start
    where
        -- Without a quota there is no window of its dates: an exception says so.
        windowed.window_start is not null
        and (opening.as_of is null or windowed.event_date > opening.as_of)
),

final as (
    select
        *,
        {{ window_number('participant_number', 'component_number', 'window_start') }} as window_number,
        case
            when is_taking_back
                then {{ window_number('participant_number', 'original_component_number', 'original_window_start') }}
        end as original_window_number
    from counted
)

select * from final

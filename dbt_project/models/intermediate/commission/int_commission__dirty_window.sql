-- depends_on: {{ ref('int_commission__measure_line') }}, {{ ref('int_sales__touched_order') }}
-- depends_on: {{ ref('int_commission__window_period') }}, {{ ref('int_commission__left_window') }}
{{ config(materialized='table') }}

{# The windows that this build calculates: all of them, or those that touched orders lie in or lay in, those of the
   same participant that a band, or what the company takes, makes depend on such a window, and those that take back sales of one of them. #}

{% set last_lines = last_build_of('intermediate', 'int_commission__walked_line') %}

with

{% if should_full_refresh() or not last_lines %}

    final as (
        select window_number from {{ ref('int_commission__quota_window') }}
    )

{% else %}

    touched as (
        select measure_line.window_number
        from {{ ref('int_commission__measure_line') }} as measure_line
        inner join {{ ref('int_sales__touched_order') }} as touched_order
            on measure_line.root_order_id = touched_order.root_order_id
        union
        select window_number from {{ ref('int_commission__left_window') }}
    ),

    -- Sales that move the first or last day open pay periods, which get their zero row, or close them.
    opened_or_closed as (
        select distinct coalesce(window_period.window_number, last_result.window_number) as window_number
        from {{ ref('int_commission__window_period') }} as window_period
        full outer join {{ last_build_of('intermediate', 'int_commission__window_result') }} as last_result
            on
                window_period.window_number = last_result.window_number
                and window_period.pay_period_start = last_result.pay_period_start
        where window_period.window_number is null or last_result.window_number is null
    ),

    changed as (
        select window_number from touched
        union
        select window_number from opened_or_closed
    ),

    -- A band goes by what its participant has reached in other windows that end with or after its own, or by
    -- what the company has.
    banded as (
        select quota_window.window_number
        from {{ ref('int_commission__quota_window') }} as quota_window
        inner join {{ source('plan', 'plan_band') }} as band
            on quota_window.component_key = band.component_key
        inner join {{ ref('int_commission__quota_window') }} as other
            on
                quota_window.participant_id = other.participant_id
                and quota_window.plan_id = other.plan_id
                and quota_window.window_start <= other.window_end
                and quota_window.window_end >= other.window_start
        inner join changed
            on other.window_number = changed.window_number
        union
        select quota_window.window_number
        from {{ ref('int_commission__quota_window') }} as quota_window
        inner join {{ source('plan', 'plan_band') }} as band
            on quota_window.component_key = band.component_key
        inner join {{ source('plan', 'plan_condition') }} as condition
            on
                band.condition_id = condition.condition_id
                and condition.call = 'goal'
        where exists (select 1 from {{ ref('int_sales__touched_order') }})
    ),

    -- What the company takes of one line depends on all lines before.
    less_of_house as (
        select quota_window.window_number
        from {{ ref('int_commission__quota_window') }} as quota_window
        inner join {{ ref('int_commission__quota_window') }} as house
            on
                quota_window.participant_id = house.participant_id
                and quota_window.house_key = house.component_key
                and quota_window.window_start <= house.window_end
                and quota_window.window_end >= house.window_start
        inner join changed
            on house.window_number = changed.window_number
    ),

    recalculated as (
        select window_number from changed
        union
        select window_number from banded
        union
        select window_number from less_of_house
    ),

    final as (
        select window_number from recalculated
        union
        select measure_line.window_number
        from {{ ref('int_commission__measure_line') }} as measure_line
        inner join recalculated
            on measure_line.original_window_number = recalculated.window_number
    )

{% endif %}

select * from final

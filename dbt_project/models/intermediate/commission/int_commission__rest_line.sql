{{ config(materialized='ephemeral') }}

{# S6. The measure lines of the windows that this build calculates; of components that are less of another's pay, less
   what that pays of the same line. #}

{% set has_houses = pays_the_company() %}

with

line as (
    select measure_line.*
    from {{ ref('int_commission__measure_line') }} as measure_line
    inner join {{ ref('int_commission__dirty_window') }} as dirty_window
        on measure_line.window_number = dirty_window.window_number
),

final as (
    {% if has_houses %}
        select
            {{ all_but('line', 'measure_delta') }},
            line.measure_delta
            - {{ minor_to_millionths('coalesce(house_pay.amount_minor, 0)') }} as measure_delta
        from line
        inner join {{ ref('int_commission__window') }} as line_window
            on line.window_number = line_window.window_number
        left join {{ ref('int_commission__house_pay') }} as house_pay
            on
                line_window.house_key = house_pay.component_key
                and line.event_number = house_pay.event_number
                and line_window.participant_id = house_pay.participant_id
                and line.credit_level = house_pay.credit_level
    {% else %}
        select * from line
    {% endif %}
)

select * from final

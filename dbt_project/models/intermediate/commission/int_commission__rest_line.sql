{{ config(materialized='ephemeral') }}

{# S6. The measure lines of the windows that this build calculates; of components that are less of another's pay, less
   what that pays of the same line. #}

{% set has_houses = pays_the_company() %}

with

line as (
    select measure_line.*
    from {{ ref('int_commission__measure_line') }} as measure_line
    inner join {{ ref('int_commission__dirty_window') }} as dirty_window
        on measure_line.window_id = dirty_window.window_id
),

final as (
    {% if has_houses %}
        select
            {{ all_but('line', 'measure_delta') }},
            line.measure_delta
            - {{ minor_to_millionths('coalesce(house_pay.amount_minor, 0)') }} as measure_delta
        from line
        inner join {{ ref('int_commission__component') }} as component
            on line.component_key = component.component_key
        left join {{ ref('int_commission__house_pay') }} as house_pay
            on
                component.house_key = house_pay.component_key
                and line.event_id = house_pay.event_id
                and line.participant_id = house_pay.participant_id
                and line.credit_level = house_pay.credit_level
    {% else %}
        select * from line
    {% endif %}
)

select * from final

{# S8. The lines between what the credits of a window pay and its result: one per window, pay period and cause. #}

{% set amounts = {
    'multiplier': 'multiplier_effect_minor', 'gate': 'gate_effect_minor', 'return': 'return_minor',
    'floor': 'floor_effect_minor', 'cap': 'cap_effect_minor',
} %}

with

result as (
    select * from {{ ref('int_commission__window_result') }}
),

final as (
    {% for cause, amount in amounts.items() %}
        select
            window_number,
            participant_id,
            component_key,
            window_start,
            pay_period_end as event_date,
            pay_period_start,
            '{{ cause }}' as cause,
            {{ amount }} as amount_minor
        from result
        where {{ amount }} <> 0
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
)

select * from final

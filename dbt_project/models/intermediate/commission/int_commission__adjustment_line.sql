{# S8. The lines between what the credits of a window pay and its result: one per window, pay period and cause. #}

{% set causes = ['multiplier', 'gate', 'floor', 'cap'] %}

with

result as (
    select * from {{ ref('int_commission__window_result') }}
),

{% for cause in causes %}
    {{ cause }}_line as (
        select
            window_id,
            participant_id,
            component_key,
            window_start,
            {{ period_end('pay_kind', 'pay_period_start') }} as event_date,
            pay_period_start,
            '{{ cause }}' as cause,
            {{ cause }}_effect_minor as amount_minor
        from result
        where {{ cause }}_effect_minor <> 0
    ),
{% endfor %}

final as (
    {% for cause in causes %}
        select * from {{ cause }}_line
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
)

select * from final

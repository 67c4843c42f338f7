{# All multipliers of a window and pay period in one factor, the product of at most four. #}

with

multiplier as (
    select * from {{ ref('int_commission__multiplier') }}
),

final as (
    select
        window_id,
        pay_period_start
        {%- for side in ['numerator', 'denominator'] %},
            {{ product_by_ordinal(side) }} as {{ side }}
        {%- endfor %}
    from multiplier
    group by window_id, pay_period_start
)

select * from final

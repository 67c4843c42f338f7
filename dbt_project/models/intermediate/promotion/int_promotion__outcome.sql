{# The same figures with the expected sales moved by chance: more expected sales is less effect. No `least` and
   `greatest` here: they pass over NULL, and what is not known must stay so. #}
{% set moved = {
    '': '1',
    '_less': '(1 + effect.chance)',
    '_more': '(case when effect.chance < 1 then 1 - effect.chance when effect.chance >= 1 then 0 end)',
} %}

with

promotion as (
    select * from {{ ref('int_promotion__promotion') }}
),

costed as (
    select
        promotion.promotion_id,
        promotion.campaign_id,
        promotion.kind,
        promotion.start_date,
        promotion.end_date,
        coalesce(discount.unknown_lines, 0) as unknown_discounts,
        case when coalesce(discount.unknown_lines, 0) = 0 then coalesce(discount.discount_amount, 0) end
            as discount_amount,
        coalesce(promotion.fixed_cost_amount, 0) as fixed_cost_amount
    from promotion
    left join {{ ref('int_promotion__discount') }} as discount
        on promotion.promotion_id = discount.promotion_id
),

estimated as (
    select
        costed.*,
        costed.discount_amount + costed.fixed_cost_amount as cost_amount,
        effect.actual_quantity,
        effect.unknown_lines,
        effect.observations,
        effect.fewest_windows,
        effect.baseline_reason,
        effect.after_reason,
        {%- for name, factor in moved.items() %}
            try_cast(effect.expected_quantity * {{ factor }} as decimal(18, 6)) as baseline_quantity{{ name }},
            try_cast(
                case
                    when effect.expected_after * {{ factor }} > effect.quantity_after
                        then (effect.expected_after * {{ factor }} - effect.quantity_after) * effect.unit_margin
                    when effect.expected_after * {{ factor }} <= effect.quantity_after then 0
                end as decimal(24, 6)
            ) as pulled_forward_amount{{ name }},
            try_cast(
                cast(effect.margin_during as double) - effect.expected_margin * {{ factor }} as decimal(24, 6)
            ) as gained_margin{{ name }},
        {%- endfor %}
        effect.chance
    from costed
    inner join {{ ref('int_promotion__effect') }} as effect
        on costed.promotion_id = effect.promotion_id
),

netted as (
    select
        {%- for name in moved %}
            case
                when unknown_lines = 0
                    then
                        gained_margin{{ name }} - coalesce(pulled_forward_amount{{ name }}, 0) - fixed_cost_amount
            end as incremental_margin{{ name }},
        {%- endfor %}
        *
    from estimated
),

-- Goods sold at a loss gain by selling less.
ordered as (
    select
        *,
        case
            when incremental_margin_less > incremental_margin_more then incremental_margin_more
            else incremental_margin_less
        end as incremental_margin_low,
        case
            when incremental_margin_less > incremental_margin_more then incremental_margin_less
            else incremental_margin_more
        end as incremental_margin_high
    from netted
),

final as (
    select
        *,
        {{ ratio('incremental_margin', 'cost_amount') }} as roi,
        {{ ratio('incremental_margin_low', 'cost_amount') }} as roi_low,
        {{ ratio('incremental_margin_high', 'cost_amount') }} as roi_high
    from ordered
)

select * from final

{# The fewest earlier windows from which the spread of chance is told. #}
{% set fewest_windows = 5 %}

with

promotion as (
    select * from {{ ref('int_promotion__promotion') }}
),

result as (
    select
        *,
        case
            when quantity_before > 0 and control_before > 0 and control_during > 0
                then cast(control_during as double) / cast(control_before as double)
        end as movement
    from {{ ref('int_promotion__window_result') }}
),

-- What the estimate says of windows in which nothing was done.
earlier as (
    select
        promotion_id,
        try_cast(
            cast(quantity_during as double) / (cast(quantity_before as double) * movement) - 1 as decimal(18, 9)
        ) as effect
    from result
    where window_number > 0
),

spread as (
    select
        promotion_id,
        count(effect) as observations,
        cast(sum(cast(effect as decimal(19, 9)) * effect) as double) as squares
    from earlier
    group by promotion_id
),

rival as (
    select
        promotion_id,
        window_number,
        min(other_promotion_id) as other_promotion_id
    from {{ ref('int_promotion__overlap') }}
    where window_number <= 0 and is_during and shares_products and other_promotion_id <> promotion_id
    group by promotion_id, window_number
),

span as (
    select
        run.as_of_date,
        span.first_document_date
    from {{ source('run', 'parameter') }} as run
    cross join {{ ref('int_calendar__span') }} as span
),

treating as (
    select distinct promotion_id
    from {{ ref('int_promotion__product') }}
),

compared as (
    select
        promotion.promotion_id,
        own.before_days,
        own.quantity_before,
        own.margin_before,
        own.quantity_during,
        own.margin_during,
        own.movement,
        own.unknown_before + own.unknown_during as unknown_lines,
        coalesce(spread.observations, 0) as observations,
        case
            when spread.observations >= {{ fewest_windows }}
                then {{ t_quantile('spread.observations') }} * sqrt(spread.squares / spread.observations)
        end as chance,
        afterwards.quantity_during as quantity_after,
        cast(afterwards.quantity_before as double) * afterwards.movement as expected_after,
        case
            when span.as_of_date is null then 'no sales are known'
            when promotion.start_date is null then 'neither its first day nor a sale under it is known'
            when promotion.start_date > span.as_of_date
                then 'it begins only on ' || cast(promotion.start_date as {{ dbt.type_string() }})
            when promotion.end_date is null then 'its last day is not known'
            when promotion.end_date < promotion.start_date then 'its last day is before its first'
            when promotion.end_date > span.as_of_date
                then 'it runs until ' || cast(promotion.end_date as {{ dbt.type_string() }})
            when treating.promotion_id is null then 'its scope names no product, and nothing was sold under it'
            when
                cast({{ dbt.dateadd('day', '-promotion.window_days', 'promotion.start_date') }} as date)
                < span.first_document_date
                then
                    'sales are known only from '
                    || cast(span.first_document_date as {{ dbt.type_string() }})
            when rival.other_promotion_id is not null
                then 'promotion ' || rival.other_promotion_id || ' held for the same products at the same time'
            when 2 * own.before_days < promotion.window_days
                then 'other promotions of the same products fill the days before it'
            when own.quantity_before <= 0 then 'its products were not sold in the days before it'
            when own.movement is null then 'no product without a promotion is left to compare it with'
        end as baseline_reason,
        case
            when
                cast({{ dbt.dateadd('day', 'promotion.window_days', 'promotion.end_date') }} as date)
                > span.as_of_date
                then
                    'the weeks after it last until ' || cast(
                        cast({{ dbt.dateadd('day', 'promotion.window_days', 'promotion.end_date') }} as date)
                        as {{ dbt.type_string() }}
                    )
            when rival_after.other_promotion_id is not null
                then
                    'promotion ' || rival_after.other_promotion_id
                    || ' held for the same products in the weeks after it'
            when 2 * afterwards.before_days < promotion.window_days
                then 'other promotions of the same products fill the days before it'
            when afterwards.movement is null
                then 'no product without a promotion is left to compare the weeks after it with'
        end as after_reason
    from promotion
    cross join span
    left join treating
        on promotion.promotion_id = treating.promotion_id
    left join result as own
        on promotion.promotion_id = own.promotion_id and own.window_number = 0
    left join result as afterwards
        on promotion.promotion_id = afterwards.promotion_id and afterwards.window_number = -1
    left join spread
        on promotion.promotion_id = spread.promotion_id
    left join rival
        on promotion.promotion_id = rival.promotion_id and rival.window_number = 0
    left join rival as rival_after
        on promotion.promotion_id = rival_after.promotion_id and rival_after.window_number = -1
),

final as (
    select
        promotion_id,
        before_days,
        quantity_during as actual_quantity,
        margin_during,
        unknown_lines,
        case when baseline_reason is null then cast(quantity_before as double) * movement end as expected_quantity,
        case when baseline_reason is null then cast(margin_before as double) * movement end as expected_margin,
        case when baseline_reason is null then cast(margin_before as double) / cast(quantity_before as double) end
            as unit_margin,
        case when baseline_reason is null then chance end as chance,
        case when baseline_reason is null and after_reason is null then expected_after end as expected_after,
        cast(quantity_after as double) as quantity_after,
        observations,
        {{ fewest_windows }} as fewest_windows,
        baseline_reason,
        after_reason
    from compared
)

select * from final

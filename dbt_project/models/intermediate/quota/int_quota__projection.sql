{# The horizon is counted in calendar months, so that it does not matter on which day of a month an expert is
   asked: 0 is the month that runs, 1 the next one. #}

with

placed as (
    select
        expert,
        product_id,
        territory_id,
        {{ period_start("'month'", 'month') }} as month,
        {{ period_start("'month'", 'made_date') }} as origin_month,
        made_date,
        quantity,
        row_number() over (
            partition by
                expert, product_id, territory_id,
                {{ period_start("'month'", 'month') }}, {{ period_start("'month'", 'made_date') }}
            order by made_date desc, month desc
        ) as recency
    from {{ ref('stg_expert_projection') }}
),

final as (
    select
        expert,
        product_id,
        territory_id,
        month,
        origin_month,
        {{ months_between('origin_month', 'month') }} as horizon,
        made_date,
        quantity
    from placed
    -- What is said of a month that is over is no projection.
    where recency = 1 and month >= origin_month
)

select * from final

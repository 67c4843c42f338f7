{{ config(materialized='table') }}

{# Each month stands twice, once as itself and once as the year before of another one: so only months in which
   one of the two has sales take up room. #}

with

parameter as (
    select {{ last_complete_month('as_of_date') }} as last_month
    from {{ source('run', 'parameter') }}
    where as_of_date is not null
),

cell_month as (
    select
        *,
        min(month) over (partition by product_id, territory_id) as first_month
    from {{ ref('int_quota__cell_month') }}
),

placed as (
    select
        product_id,
        territory_id,
        first_month,
        month,
        quantity,
        cast(0 as decimal(18, 6)) as year_before_quantity
    from cell_month
    union all
    select
        product_id,
        territory_id,
        first_month,
        {{ add_months('month', 12) }} as month,
        cast(0 as decimal(18, 6)) as quantity,
        quantity as year_before_quantity
    from cell_month
),

final as (
    select
        placed.product_id,
        placed.territory_id,
        placed.month,
        cast(sum(placed.quantity) as decimal(18, 6)) as quantity,
        cast(sum(placed.year_before_quantity) as decimal(18, 6)) as year_before_quantity
    from placed
    inner join parameter
        on
            placed.month <= parameter.last_month
            and placed.month >= {{ add_months('placed.first_month', 12) }}
    group by placed.product_id, placed.territory_id, placed.month
)

select * from final

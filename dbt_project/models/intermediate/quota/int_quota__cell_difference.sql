with

parameter as (
    select {{ last_complete_month('as_of_date') }} as last_month
    from {{ source('run', 'parameter') }}
    where as_of_date is not null
),

history as (
    select
        cell_month.product_id,
        cell_month.territory_id,
        {{ months_between('min(cell_month.month)', 'parameter.last_month') }} - 11 as months
    from {{ ref('int_quota__cell_month') }} as cell_month
    cross join parameter
    group by cell_month.product_id, cell_month.territory_id, parameter.last_month
),

difference as (
    select
        product_id,
        territory_id,
        sum(abs(year_before_quantity - quantity)) as absolute_error,
        sum(abs(quantity)) as absolute_actual,
        sum(year_before_quantity - quantity) as error,
        sum(quantity) as actual
    from {{ ref('int_quota__year_before') }}
    group by product_id, territory_id
),

final as (
    select
        history.product_id,
        history.territory_id,
        history.months,
        coalesce(difference.absolute_error, 0) as absolute_error,
        coalesce(difference.absolute_actual, 0) as absolute_actual,
        coalesce(difference.error, 0) as error,
        coalesce(difference.actual, 0) as actual
    from history
    left join difference
        on
            history.product_id = difference.product_id
            and history.territory_id is not distinct from difference.territory_id
    where history.months > 0
)

select * from final

{{ config(materialized='table') }}

{# What was projected of months that are complete by now, what was sold, and what the seasonal naive forecast
   would have said in the month of the projection. #}

with

parameter as (
    select {{ last_complete_month('as_of_date') }} as last_month
    from {{ source('run', 'parameter') }}
    where as_of_date is not null
),

projection as (
    select
        projection.*,
        {{ idiv('projection.horizon + 12', '12') }} as years_back
    from {{ ref('int_quota__projection') }} as projection
    inner join parameter
        on projection.month <= parameter.last_month
),

cell_month as (
    select * from {{ ref('int_quota__cell_month') }}
),

cell as (
    select
        product_id,
        territory_id,
        min(month) as first_month
    from cell_month
    group by product_id, territory_id
),

forecast as (
    select
        'expert' as forecaster_kind,
        expert as forecaster,
        product_id,
        territory_id,
        month,
        origin_month,
        horizon,
        years_back,
        quantity as forecast_quantity
    from projection
    union all
    select
        'mean of experts' as forecaster_kind,
        'experts' as forecaster,
        product_id,
        territory_id,
        month,
        origin_month,
        horizon,
        years_back,
        {{ per_unit('sum(quantity)', 'count(*)') }} as forecast_quantity
    from projection
    group by product_id, territory_id, month, origin_month, horizon, years_back
),

final as (
    select
        forecast.forecaster_kind,
        forecast.forecaster,
        forecast.product_id,
        forecast.territory_id,
        forecast.month,
        forecast.origin_month,
        forecast.horizon,
        cast(forecast.forecast_quantity as decimal(18, 6)) as forecast_quantity,
        coalesce(sold.quantity, 0) as actual_quantity,
        case
            when cell.first_month <= {{ add_months('forecast.month', '-12 * forecast.years_back') }}
                then coalesce(earlier.quantity, 0)
        end as naive_quantity
    from forecast
    left join cell
        on
            forecast.product_id = cell.product_id
            and forecast.territory_id = cell.territory_id
    left join cell_month as sold
        on
            forecast.product_id = sold.product_id
            and forecast.territory_id = sold.territory_id
            and forecast.month = sold.month
    left join cell_month as earlier
        on
            forecast.product_id = earlier.product_id
            and forecast.territory_id = earlier.territory_id
            and earlier.month = {{ add_months('forecast.month', '-12 * forecast.years_back') }}
)

select * from final

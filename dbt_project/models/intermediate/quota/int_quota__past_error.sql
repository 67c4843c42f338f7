{# What the seasonal naive forecast was wrong by in the months that were complete when the forecast was made.
   Months without sales in either year are counted, though they have no row: their error is zero. #}

with

origin as (
    select distinct
        made_date,
        last_month,
        product_id,
        territory_id
    from {{ ref('int_quota__forecast_cell') }}
),

cell as (
    select
        product_id,
        territory_id,
        min(month) as first_month,
        min(quantity) as least_quantity,
        bool_or(is_sum_of_territories) as is_sum_of_territories
    from {{ ref('int_quota__cell_month') }}
    group by product_id, territory_id
),

error as (
    select
        origin.made_date,
        origin.product_id,
        origin.territory_id,
        sum(
            cast(year_before.quantity - year_before.year_before_quantity as decimal(19, 6))
            * cast(year_before.quantity - year_before.year_before_quantity as decimal(18, 6))
        ) as squared_error
    from origin
    inner join {{ ref('int_quota__year_before') }} as year_before
        on
            origin.product_id = year_before.product_id
            and origin.territory_id is not distinct from year_before.territory_id
            and origin.last_month >= year_before.month
    group by origin.made_date, origin.product_id, origin.territory_id
),

final as (
    select
        origin.made_date,
        origin.product_id,
        origin.territory_id,
        cell.first_month,
        cell.least_quantity,
        cell.is_sum_of_territories,
        greatest({{ months_between('cell.first_month', 'origin.last_month') }} - 11, 0) as observations,
        coalesce(error.squared_error, 0) as squared_error
    from origin
    inner join cell
        on
            origin.product_id = cell.product_id
            and origin.territory_id is not distinct from cell.territory_id
    left join error
        on
            origin.made_date = error.made_date
            and origin.product_id = error.product_id
            and origin.territory_id is not distinct from error.territory_id
)

select * from final

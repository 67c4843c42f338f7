{# The seasonal naive forecast is the same at all horizons up to a year, so its own row stands at those of the
   sales forecast and of the experts. #}

with

product as (
    select
        product_id,
        line as product_line
    from {{ ref('stg_product') }}
    where is_current
),

cell as (
    select * from {{ ref('int_quota__cell_difference') }}
),

compared as (
    select
        compared.*,
        product.product_line,
        {{ per_unit('cell.absolute_error', 'cell.months') }} as cell_scale
    from {{ ref('int_quota__compared') }} as compared
    left join product
        on compared.product_id = product.product_id
    left join cell
        on
            compared.product_id = cell.product_id
            and compared.territory_id = cell.territory_id
),

of_expert as (
    select
        forecaster_kind,
        forecaster,
        product_line,
        territory_id,
        horizon,
        count(*) as observations,
        sum(abs(forecast_quantity - actual_quantity)) as absolute_error,
        sum(abs(actual_quantity)) as absolute_actual,
        sum(forecast_quantity - actual_quantity) as error,
        sum(actual_quantity) as actual,
        count(naive_quantity) as naive_observations,
        sum(abs(naive_quantity - actual_quantity)) as naive_error,
        sum(case when naive_quantity is not null then abs(forecast_quantity - actual_quantity) end)
            as error_beside_naive,
        sum(case when naive_quantity is not null then abs(actual_quantity) end) as actual_beside_naive,
        sum(cell_scale) as scale,
        sum(case when cell_scale is not null then abs(forecast_quantity - actual_quantity) end) as scaled_error
    from compared
    group by forecaster_kind, forecaster, product_line, territory_id, horizon
),

horizon as (
    select cast(numbers.id as bigint) as horizon
    from range(1, 4) as numbers (id)
    union
    select horizon from compared
    where horizon < 12
),

of_naive as (
    select
        'naive' as forecaster_kind,
        'naive' as forecaster,
        product.product_line,
        cell.territory_id,
        horizon.horizon,
        sum(cell.months) as observations,
        sum(cell.absolute_error) as absolute_error,
        sum(cell.absolute_actual) as absolute_actual,
        sum(cell.error) as error,
        sum(cell.actual) as actual,
        sum(cell.months) as naive_observations,
        sum(cell.absolute_error) as naive_error,
        sum(cell.absolute_error) as error_beside_naive,
        sum(cell.absolute_actual) as actual_beside_naive,
        sum(cell.absolute_error) as scale,
        sum(cell.absolute_error) as scaled_error
    from cell
    cross join horizon
    left join product
        on cell.product_id = product.product_id
    group by product.product_line, cell.territory_id, horizon.horizon
),

measured as (
    select * from of_expert
    union all
    select * from of_naive
),

final as (
    select
        product_line,
        territory_id,
        horizon,
        forecaster_kind,
        forecaster,
        {{ ratio('absolute_error', 'absolute_actual') }} as wape,
        {{ ratio('error', 'actual') }} as bias,
        {{ ratio('scaled_error', 'scale') }} as mase,
        {{ ratio('naive_error - error_beside_naive', 'actual_beside_naive') }} as value_added,
        cast(observations as bigint) as observations,
        cast(naive_observations as bigint) as naive_observations,
        cast(absolute_error as decimal(24, 6)) as absolute_error_quantity,
        cast(absolute_actual as decimal(24, 6)) as absolute_actual_quantity,
        cast(error as decimal(24, 6)) as error_quantity,
        cast(actual as decimal(24, 6)) as actual_quantity,
        case forecaster_kind
            when 'naive' then 'seasonal naive'
            when 'expert' then 'projections of the expert'
            else 'mean of the experts'' projections'
        end as method,
        {{ reasons([
            ('wape', 'absolute_actual = 0', "'nothing was sold in these months'"),
            ('bias', 'actual = 0 and absolute_actual <> 0', "'what was sold and what came back are equal'"),
            ('mase', 'coalesce(scale, 0) = 0', "'no month differs from a year before, or there is no year before'"),
            ('value_added', 'coalesce(actual_beside_naive, 0) = 0', "'no sales in months that have a year before'"),
        ]) }} as reason
    from measured
)

select * from final

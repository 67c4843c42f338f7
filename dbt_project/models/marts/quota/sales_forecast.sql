{# With fewer than 8 past errors their size is known to no better than a quarter: 1 / sqrt(2 n). #}
{% set least_observations = 8 %}

with

cell as (
    select
        *,
        -- Seasonal naive: the same month of the last year that is over; the month of origin itself is not.
        {{ idiv('horizon + 12', '12') }} as years_back
    from {{ ref('int_quota__forecast_cell') }}
),

cell_month as (
    select * from {{ ref('int_quota__cell_month') }}
),

past_error as (
    select * from {{ ref('int_quota__past_error') }}
),

sold as (
    select
        product_id,
        month,
        sum(net_amount) as net_amount,
        sum(quantity) as quantity
    from {{ ref('sales_monthly') }}
    group by product_id, month
),

priced as (
    select
        origin.last_month,
        sold.product_id,
        {{ per_unit('sum(sold.net_amount)', 'sum(sold.quantity)') }} as net_price
    from (select distinct cell.last_month from cell) as origin
    inner join sold
        on sold.month between {{ add_months('origin.last_month', -11) }} and origin.last_month
    group by origin.last_month, sold.product_id
),

covered as (
    select distinct
        cell.made_date,
        cell.product_id,
        cell.territory_id,
        cell.month
    from cell
    inner join {{ ref('int_territory__ancestor') }} as ancestor
        on cell.territory_id = ancestor.territory_id and ancestor.distance > 0
    inner join cell as above
        on
            ancestor.ancestor_id = above.territory_id
            and cell.made_date = above.made_date
            and cell.product_id = above.product_id
            and cell.month = above.month
),

known as (
    select
        cell.*,
        priced.net_price,
        coalesce(past_error.is_sum_of_territories, false) as is_sum_of_territories,
        covered.made_date is not null as is_in_sum_above,
        coalesce(past_error.observations, 0) as observations,
        past_error.squared_error,
        past_error.least_quantity,
        case
            when past_error.first_month <= {{ add_months('cell.month', '-12 * cell.years_back') }}
                then coalesce(cell_month.quantity, 0)
        end as statistical_quantity
    from cell
    left join past_error
        on
            cell.made_date = past_error.made_date
            and cell.product_id = past_error.product_id
            and cell.territory_id is not distinct from past_error.territory_id
    left join cell_month
        on
            cell.product_id = cell_month.product_id
            and cell.territory_id is not distinct from cell_month.territory_id
            and cell_month.month = {{ add_months('cell.month', '-12 * cell.years_back') }}
    left join priced
        on
            cell.last_month = priced.last_month
            and cell.product_id = priced.product_id
    left join covered
        on
            cell.made_date = covered.made_date
            and cell.product_id = covered.product_id
            and cell.territory_id = covered.territory_id
            and cell.month = covered.month
),

weighted as (
    select
        *,
        cast(case
            when statistical_quantity is not null then 0
            when expert_quantity is not null then 1
        end as decimal(18, 9)) as expert_weight,
        case
            when statistical_quantity is not null and observations >= {{ least_observations }}
                then
                    {{ normal_quantile() }}
                    * sqrt(cast(squared_error as double) / observations * years_back)
        end as spread
    from known
),

blended as (
    select
        *,
        cast(
            cast(1 - expert_weight as decimal(19, 9)) * coalesce(statistical_quantity, 0)
            + cast(expert_weight as decimal(19, 9)) * coalesce(expert_quantity, 0) as decimal(18, 6)
        ) as forecast_quantity
    from weighted
),

bounded as (
    select
        *,
        cast(cast(forecast_quantity as double) - spread as decimal(18, 6)) as unbounded_low,
        cast(cast(forecast_quantity as double) + spread as decimal(18, 6)) as quantity_high
    from blended
),

final as (
    select
        made_date,
        product_id,
        territory_id,
        cast(null as {{ dbt.type_string() }}) as channel_type,
        month,
        horizon,
        is_sum_of_territories,
        is_in_sum_above,
        cast(statistical_quantity as decimal(18, 6)) as statistical_quantity,
        expert_quantity,
        cast(experts as bigint) as experts,
        forecast_quantity,
        -- Below zero only where more has come back in a month than was sold.
        cast(
            case when unbounded_low < 0 and least_quantity >= 0 then 0 else unbounded_low end as decimal(18, 6)
        ) as quantity_low,
        quantity_high,
        cast(forecast_quantity * cast(net_price as decimal(19, 6)) as decimal(24, 6)) as forecast_amount,
        expert_weight,
        '{{ var("currency") }}' as currency,
        cast(observations as bigint) as observations,
        case expert_weight when 0 then 'seasonal naive' when 1 then 'mean of experts' end as method,
        {{ reasons([
            (
                'forecast_quantity', 'forecast_quantity is null',
                "'not yet sold here a year before, and no expert projected it'",
            ),
            (
                'statistical_quantity', 'statistical_quantity is null and forecast_quantity is not null',
                "'not yet sold here a year before'",
            ),
            (
                'quantity_low, quantity_high', 'forecast_quantity is not null and spread is null',
                "'fewer than " ~ least_observations ~ " months to compare with a year before'",
            ),
            (
                'forecast_amount', 'forecast_quantity is not null and net_price is null',
                "'nothing sold in the last 12 months to take a price from'",
            ),
        ]) }} as reason
    from bounded
)

select * from final

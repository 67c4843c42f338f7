{{ config(materialized='table') }}

{# Today's forecast goes three months ahead wherever something was sold in the last twelve, and as far as the
   experts do where they projected. Of earlier months what the experts projected then is forecast as on the
   last day of that month on which one of them did. #}

with

parameter as (
    select
        as_of_date,
        {{ last_complete_month('as_of_date') }} as last_month
    from {{ source('run', 'parameter') }}
    where as_of_date is not null
),

projection as (
    select * from {{ ref('int_quota__projection') }}
),

-- The projections of an origin are those made from first_origin_month to last_origin_month. Early in a month
-- experts have often spoken only in the one before.
origin as (
    select
        as_of_date as made_date,
        last_month,
        last_month as first_origin_month,
        cast('9999-12-01' as date) as last_origin_month
    from parameter
    union all
    select
        max(projection.made_date) as made_date,
        {{ last_complete_month('max(projection.made_date)') }} as last_month,
        projection.origin_month as first_origin_month,
        projection.origin_month as last_origin_month
    from projection
    inner join parameter
        on projection.origin_month < {{ period_start("'month'", 'parameter.as_of_date') }}
    group by projection.origin_month
),

projected as (
    select
        origin.made_date,
        origin.last_month,
        projection.product_id,
        projection.territory_id,
        projection.month,
        projection.quantity,
        row_number() over (
            partition by
                origin.made_date, projection.expert, projection.product_id, projection.territory_id, projection.month
            order by projection.origin_month desc
        ) as recency
    from origin
    inner join projection
        on
            origin.first_origin_month <= projection.origin_month
            and origin.last_origin_month >= projection.origin_month
            and origin.last_month < projection.month
),

expected as (
    select
        made_date,
        last_month,
        product_id,
        territory_id,
        month,
        {{ per_unit('sum(quantity)', 'count(*)') }} as expert_quantity,
        count(*) as experts
    from projected
    where recency = 1
    group by made_date, last_month, product_id, territory_id, month
),

sold as (
    select distinct
        parameter.as_of_date as made_date,
        parameter.last_month,
        cell_month.product_id,
        cell_month.territory_id
    from {{ ref('int_quota__cell_month') }} as cell_month
    inner join parameter
        on cell_month.month between {{ add_months('parameter.last_month', -11) }} and parameter.last_month
),

ahead as (
    select cast(numbers.id as integer) as months_ahead
    from range(1, 4) as numbers (id)
),

wanted as (
    select
        sold.made_date,
        sold.last_month,
        sold.product_id,
        sold.territory_id,
        {{ add_months('sold.last_month', 'ahead.months_ahead') }} as month
    from sold
    cross join ahead
    union
    select
        made_date,
        last_month,
        product_id,
        territory_id,
        month
    from expected
),

final as (
    select
        wanted.made_date,
        wanted.last_month,
        wanted.product_id,
        wanted.territory_id,
        wanted.month,
        {{ months_between('wanted.made_date', 'wanted.month') }} as horizon,
        cast(expected.expert_quantity as decimal(18, 6)) as expert_quantity,
        coalesce(expected.experts, 0) as experts
    from wanted
    left join expected
        on
            wanted.made_date = expected.made_date
            and wanted.product_id = expected.product_id
            and wanted.territory_id = expected.territory_id
            and wanted.month = expected.month
)

select * from final

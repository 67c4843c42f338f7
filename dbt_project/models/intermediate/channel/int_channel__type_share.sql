{# What customers like, what is sold and where competitors are, each as shares of channel types that add up to 1
   (in billionths, the rest to the largest remainders). Territories are those that sales are booked in and those
   that people were asked about. #}

with

parameter as (
    select {{ last_complete_month('as_of_date') }} as last_month
    from {{ source('run', 'parameter') }}
    where as_of_date is not null
),

year as (
    select
        {{ add_months('last_month', -11) }} as first_month,
        last_month,
        last_day(last_month) as last_day
    from parameter
),

-- Each answer weighs a billion, whatever it says.
preferred as (
    select
        'preference' as measure,
        territory_id,
        segment,
        channel_type,
        share_parts as weight,
        asked_date as last_date
    from {{ ref('int_channel__preference') }}
),

sold as (
    select
        'own sales' as measure,
        sales.territory_id,
        sales.customer_segment as segment,
        channel.type as channel_type,
        {{ to_units('sales.net_amount') }} as weight,
        sales.month as last_date
    from {{ ref('sales_monthly') }} as sales
    inner join year
        on sales.month between year.first_month and year.last_month
    left join {{ ref('stg_channel') }} as channel
        on
            sales.channel_id = channel.channel_id
            and sales.month between channel.valid_from and channel.valid_to
),

sighted as (
    select
        'competitors' as measure,
        sighting.territory_id,
        cast(null as {{ dbt.type_string() }}) as segment,
        sighting.channel_type,
        cast(1 as bigint) as weight,
        sighting.seen_date as last_date
    from {{ ref('stg_competitor_sighting') }} as sighting
    inner join year
        on sighting.seen_date between year.first_month and year.last_day
),

named as (
    select territory_id from preferred
    union
    select territory_id from sold
),

covering as (
    select
        ancestor.territory_id,
        ancestor.ancestor_id,
        ancestor.distance
    from {{ ref('int_territory__ancestor') }} as ancestor
    inner join named
        on ancestor.ancestor_id = named.territory_id
),

every_measure as (
    select * from preferred
    union all
    select * from sold
    union all
    select * from sighted
),

summed as (
    select
        every_measure.measure,
        coalesce(covering.ancestor_id, every_measure.territory_id) as territory_id,
        every_measure.segment,
        every_measure.channel_type,
        max(coalesce(covering.distance, 0)) > 0 as is_sum_of_territories,
        -- A type of which more came back than was sold has no part in the sales.
        greatest(cast(sum(every_measure.weight) as bigint), 0) as weight,
        max(every_measure.last_date) as last_date
    from every_measure
    left join covering
        on every_measure.territory_id = covering.territory_id
    group by
        every_measure.measure,
        coalesce(covering.ancestor_id, every_measure.territory_id),
        every_measure.segment,
        every_measure.channel_type
),

weighed as (
    select
        *,
        sum(weight) over (partition by measure, territory_id, segment) as weights
    from summed
),

divided as (
    select
        *,
        cast({{ whole_by_weight('1000000000', 'weight', 'weights') }} as bigint) as whole_units,
        {{ remainder_by_weight('1000000000', 'weight', 'weights') }} as remainder_units
    from weighed
    where weights > 0
),

final as (
    select
        measure,
        territory_id,
        segment,
        channel_type,
        is_sum_of_territories,
        weight,
        weights,
        max(last_date) over (partition by measure, territory_id, segment) as last_date,
        cast(cast(
            {{ allocated_units(
                '1000000000', 'whole_units', 'remainder_units', 'measure, territory_id, segment', 'channel_type nulls last'
            ) }} as decimal(10, 0)
        ) * cast(0.000000001 as decimal(9, 9)) as decimal(18, 9)) as share
    from divided
)

select * from final

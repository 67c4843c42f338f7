with

sighting as (
    select
        product_id,
        competitor,
        channel_type,
        territory_id,
        place,
        {{ period_start("'month'", 'seen_date') }} as month,
        seen_date,
        on_promotion,
        case when price > 0 and coalesce(currency, '{{ var("currency") }}') = '{{ var("currency") }}' then price end
            as price
    from {{ ref('stg_competitor_sighting') }}
    where product_id is not null
),

seen as (
    select
        product_id,
        competitor,
        channel_type,
        territory_id,
        place,
        month,
        count(*) as sightings,
        count(price) as observations,
        {{ per_unit('sum(price)', 'count(price)') }} as competitor_price_amount,
        max(seen_date) as last_seen_date,
        {{ ratio('sum(case when on_promotion then 1 else 0 end)', 'count(on_promotion)') }} as on_promotion_share
    from sighting
    group by product_id, competitor, channel_type, territory_id, place, month
),

spot as (
    select distinct
        product_id,
        month,
        territory_id,
        channel_type
    from seen
    where month is not null
),

-- Levels from the closest to the widest: the territory, the regions that it lies in, the company; in each the
-- same channel type before all of them.
around as (
    select
        spot.*,
        coalesce(ancestor.ancestor_id, spot.territory_id) as covering_id,
        coalesce(ancestor.distance, 0) as distance
    from spot
    left join {{ ref('int_territory__ancestor') }} as ancestor
        on spot.territory_id = ancestor.territory_id
    union all
    select
        spot.*,
        null as covering_id,
        1000 as distance
    from spot
    where spot.territory_id is not null
),

candidate as (
    select
        around.product_id,
        around.month,
        around.territory_id,
        around.channel_type,
        own.net_amount,
        own.quantity,
        case
            when around.distance between 1 and 999 then replace(own.level, 'territory', 'region')
            else own.level
        end as level,
        row_number() over (
            partition by around.product_id, around.month, around.territory_id, around.channel_type
            order by around.distance asc, own.channel_type asc nulls last
        ) as closeness
    from around
    inner join {{ ref('int_channel__own_sale') }} as own
        on
            around.product_id = own.product_id
            and around.month = own.month
            and around.covering_id is not distinct from own.territory_id
            and (own.channel_type is null or around.channel_type = own.channel_type)
),

closest as (
    select
        *,
        {{ per_unit('net_amount', 'quantity') }} as price
    from candidate
    where closeness = 1
),

final as (
    select
        seen.product_id,
        seen.competitor,
        seen.channel_type,
        seen.territory_id,
        seen.place,
        seen.month,
        closest.price as own_price_amount,
        closest.level as own_price_level,
        seen.competitor_price_amount,
        {{ ratio('closest.price', 'seen.competitor_price_amount') }} as price_index,
        seen.on_promotion_share,
        cast(seen.sightings as bigint) as sightings,
        seen.last_seen_date,
        '{{ var("currency") }}' as currency,
        cast(seen.observations as bigint) as observations,
        'net price of own sales / mean price seen' as method,
        {{ reasons([
            ('own_price_amount, price_index', 'seen.month is null', "'the day of the sighting is not known'"),
            (
                'own_price_amount, price_index', 'seen.month is not null and closest.price is null',
                "'the product was not sold in this month'",
            ),
            (
                'competitor_price_amount, price_index', 'seen.observations = 0',
                "'no price in the currency of the company was noted'",
            ),
        ]) }} as reason
    from seen
    left join closest
        on
            seen.product_id = closest.product_id
            and seen.month = closest.month
            and seen.territory_id is not distinct from closest.territory_id
            and seen.channel_type is not distinct from closest.channel_type
)

select * from final

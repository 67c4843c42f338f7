{# Only of products and months in which competitors were seen. What comes back does not change the price at
   which it was sold, so sales alone count. #}

with

sighted as (
    select distinct
        product_id,
        {{ period_start("'month'", 'seen_date') }} as month
    from {{ ref('stg_competitor_sighting') }}
),

sold as (
    select
        document.product_id,
        document.territory_id,
        document.channel_id,
        sighted.month,
        sum(document.net_amount) as net_amount,
        sum(document.quantity) as quantity
    from {{ ref('int_sales__document') }} as document
    inner join sighted
        on
            document.product_id = sighted.product_id
            and {{ period_start("'month'", 'document.document_date') }} = sighted.month
    where document.document_type = 'sale'
    group by document.product_id, document.territory_id, document.channel_id, sighted.month
),

typed as (
    select
        sold.*,
        channel.type as channel_type
    from sold
    left join {{ ref('stg_channel') }} as channel
        on
            sold.channel_id = channel.channel_id
            and sold.month between channel.valid_from and channel.valid_to
),

placed as (
    select
        typed.*,
        coalesce(ancestor.ancestor_id, typed.territory_id) as covering_id
    from typed
    left join {{ ref('int_territory__ancestor') }} as ancestor
        on typed.territory_id = ancestor.territory_id
),

levelled as (
    select
        product_id,
        month,
        covering_id as territory_id,
        channel_type,
        'territory and channel type' as level,
        net_amount,
        quantity
    from placed
    where covering_id is not null and channel_type is not null
    union all
    select
        product_id,
        month,
        covering_id as territory_id,
        null as channel_type,
        'territory' as level,
        net_amount,
        quantity
    from placed
    where covering_id is not null
    union all
    select
        product_id,
        month,
        null as territory_id,
        channel_type,
        'channel type' as level,
        net_amount,
        quantity
    from typed
    where channel_type is not null
    union all
    select
        product_id,
        month,
        null as territory_id,
        null as channel_type,
        'company' as level,
        net_amount,
        quantity
    from typed
),

final as (
    select
        product_id,
        month,
        territory_id,
        channel_type,
        level,
        cast(sum(net_amount) as decimal(24, 6)) as net_amount,
        cast(sum(quantity) as decimal(18, 6)) as quantity
    from levelled
    group by product_id, month, territory_id, channel_type, level
    having sum(quantity) > 0
)

select * from final

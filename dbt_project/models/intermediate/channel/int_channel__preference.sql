{# Each answer counts once, however many channel types it names: its shares are brought to 1 (in billionths,
   the rest to the largest remainders). An answer of ranks is turned into shares by reciprocal ranks, 1/r over
   the sum of all 1/r: ties and gaps are allowed, and the first counts twice as much as the second. #}

with

answer as (
    select
        preference.response_id,
        preference.channel_type,
        preference.asked_date,
        coalesce(preference.territory_id, customer.territory_id) as territory_id,
        coalesce(preference.segment, customer.segment) as segment,
        case when preference.share > 0 then preference.share end as share,
        case
            when preference.rank > 0
                then cast({{ idiv('1000000000', 'preference.rank') }} as bigint)
        end as reciprocal_rank
    from {{ ref('stg_shopping_preference') }} as preference
    left join {{ ref('stg_customer') }} as customer
        on
            preference.customer_id = customer.customer_id
            and coalesce(preference.asked_date, cast('9999-12-31' as date))
            between customer.valid_from and customer.valid_to
),

-- All lines of an answer belong to one place and segment.
answered as (
    select
        response_id,
        channel_type,
        max(asked_date) over (partition by response_id) as asked_date,
        max(territory_id) over (partition by response_id) as territory_id,
        max(segment) over (partition by response_id) as segment,
        case
            when max(share) over (partition by response_id) is null then coalesce(reciprocal_rank, 0)
            else coalesce(cast(cast(share as decimal(19, 9)) * cast(1000000000 as decimal(10, 0)) as bigint), 0)
        end as weight
    from answer
),

weighed as (
    select
        *,
        sum(weight) over (partition by response_id) as weights
    from answered
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
        response_id,
        channel_type,
        territory_id,
        segment,
        asked_date,
        cast({{ allocated_units(
            '1000000000', 'whole_units', 'remainder_units', 'response_id', 'channel_type'
        ) }} as bigint) as share_parts
    from divided
)

select * from final

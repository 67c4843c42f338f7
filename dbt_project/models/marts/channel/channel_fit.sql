{# Fewer answers than survey reports commonly show; and an interval that is wider than this leaves room for too
   much to say that all is well. #}
{% set least_answers = 30 %}
{% set widest_interval = 0.2 %}

with

type_share as (
    select * from {{ ref('int_channel__type_share') }}
),

spot as (
    select distinct
        territory_id,
        segment
    from type_share
    where measure <> 'competitors'
),

placed as (
    select
        territory_id,
        segment,
        channel_type,
        is_sum_of_territories,
        case when measure = 'preference' then weight end as weight,
        case when measure = 'preference' then {{ idiv('weights', '1000000000') }} end as answers,
        case when measure = 'preference' then last_date end as last_asked_date,
        case when measure = 'preference' then share end as preference_share,
        case when measure = 'own sales' then share end as own_share,
        cast(null as decimal(18, 9)) as competitor_share
    from type_share
    where measure <> 'competitors'
    union all
    select
        spot.territory_id,
        spot.segment,
        competitor.channel_type,
        competitor.is_sum_of_territories,
        null as weight,
        null as answers,
        null as last_asked_date,
        null as preference_share,
        null as own_share,
        competitor.share as competitor_share
    from type_share as competitor
    inner join spot
        on competitor.territory_id is not distinct from spot.territory_id
    where competitor.measure = 'competitors'
),

gathered as (
    select
        territory_id,
        segment,
        channel_type,
        bool_or(is_sum_of_territories) as is_sum_of_territories,
        max(weight) as weight,
        max(answers) as answers,
        max(last_asked_date) as last_asked_date,
        max(preference_share) as preference_share,
        max(own_share) as own_share,
        max(competitor_share) as competitor_share
    from placed
    group by territory_id, segment, channel_type
),

-- What is not named here is zero where others are; but nobody can like a channel type that no survey names.
filled as (
    select
        territory_id,
        segment,
        channel_type,
        bool_or(is_sum_of_territories) over (partition by territory_id) as is_sum_of_territories,
        max(answers) over (partition by territory_id, segment) as answers,
        max(last_asked_date) over (partition by territory_id, segment) as last_asked_date,
        max(answers) over (partition by channel_type) is not null as is_asked_type,
        weight,
        preference_share,
        case
            when max(own_share) over (partition by territory_id, segment) is not null then coalesce(own_share, 0)
        end as own_share,
        case
            when max(competitor_share) over (partition by territory_id) is not null
                then coalesce(competitor_share, 0)
        end as competitor_share
    from gathered
),

preferred as (
    select
        *,
        case when is_asked_type and answers > 0 then coalesce(weight, 0) end as asked_weight,
        cast(case when is_asked_type and answers > 0 then coalesce(preference_share, 0) end as decimal(18, 9))
            as customer_preference_share
    from filled
),

bounded as (
    select
        *,
        {{ wilson_low('cast(asked_weight as double) / 1000000000', 'answers') }} as preference_low,
        {{ wilson_high('cast(asked_weight as double) / 1000000000', 'answers') }} as preference_high,
        cast(customer_preference_share - own_share as decimal(18, 9)) as gap
    from preferred
),

final as (
    select
        channel_type,
        territory_id,
        segment,
        is_sum_of_territories,
        customer_preference_share,
        preference_low as customer_preference_share_low,
        preference_high as customer_preference_share_high,
        last_asked_date,
        cast(own_share as decimal(18, 9)) as own_sales_share,
        cast(competitor_share as decimal(18, 9)) as competitor_presence_share,
        gap,
        case
            when gap is null then null
            when answers < {{ least_answers }} then 'unclear'
            when own_share < preference_low then 'build up'
            when own_share > preference_high then 'review'
            when preference_high - preference_low <= {{ widest_interval }} then 'keep'
            else 'unclear'
        end as recommendation,
        case
            when gap is not null
                then
                    'Customers want to do ' || {{ percent_text('customer_preference_share', 0) }}
                    || ' of their buying there (' || {{ percent_text('preference_low', 0) }} || ' to '
                    || {{ percent_text('preference_high', 0) }} || ', '
                    || cast(answers as {{ dbt.type_string() }}) || ' asked); '
                    || {{ percent_text('own_share', 0) }} || ' of own sales'
                    || coalesce(
                        ' and ' || {{ percent_text('competitor_share', 0) }} || ' of the sightings of competitors', ''
                    )
                    || ' in the last 12 months are there.'
        end as evidence,
        cast(coalesce(answers, 0) as bigint) as observations,
        'mean of shares named (ranks as reciprocals), Wilson interval' as method,
        {{ reasons([
            ('customer_preference_share, gap', 'channel_type is null', "'the channel type is not known'"),
            (
                'customer_preference_share, gap', 'channel_type is not null and answers is null',
                "'nobody was asked here'",
            ),
            (
                'customer_preference_share, gap', 'channel_type is not null and answers is not null and not is_asked_type',
                "'no survey names this channel type'",
            ),
            ('own_sales_share, gap', 'own_share is null', "'nothing was sold here in the last 12 months'"),
            (
                'competitor_presence_share', 'competitor_share is null',
                "'no competitor was seen here in the last 12 months'",
            ),
        ]) }} as reason
    from bounded
)

select * from final

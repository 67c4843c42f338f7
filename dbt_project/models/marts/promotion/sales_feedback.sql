with

mention as (
    select * from {{ ref('int_promotion__mention') }}
),

counted as (
    select
        theme,
        product_id,
        month,
        cast(count(*) as bigint) as mentions,
        cast(count(sentiment) as bigint) as observations,
        cast(sum(sentiment) as bigint) as sentiments,
        cast(count(case when sentiment = -1 then 1 end) as bigint) as negative_mentions,
        cast(count(case when sentiment = -1 then customer_id end) as bigint) as negative_customers,
        max(case when contact_rank = 1 then contact_id end)
        || coalesce(', ' || max(case when contact_rank = 2 then contact_id end), '')
        || coalesce(', ' || max(case when contact_rank = 3 then contact_id end), '') as example_contact_ids
    from mention
    group by theme, product_id, month
),

month_total as (
    select
        month,
        cast(sum(mentions) as bigint) as mentions
    from counted
    group by month
),

shared as (
    select
        counted.*,
        {{ ratio('counted.mentions', 'month_total.mentions') }} as share
    from counted
    inner join month_total
        on counted.month = month_total.month
),

-- Months in which nobody mentioned anything don't count; months without this theme count as zero.
earlier as (
    select
        month_total.month,
        count(month_before.month) as months
    from month_total
    left join month_total as month_before
        on
            month_total.month > month_before.month
            and month_total.month <= cast({{ dbt.dateadd('month', 3, 'month_before.month') }} as date)
    group by month_total.month
),

earlier_share as (
    select
        shared.theme,
        shared.product_id,
        shared.month,
        sum(share_before.share) as share_sum
    from shared
    inner join shared as share_before
        on
            shared.theme = share_before.theme
            and shared.product_id is not distinct from share_before.product_id
            and shared.month > share_before.month
            and shared.month <= cast({{ dbt.dateadd('month', 3, 'share_before.month') }} as date)
    group by shared.theme, shared.product_id, shared.month
),

stake as (
    select * from {{ ref('int_promotion__stake') }}
),

final as (
    select
        shared.theme,
        shared.product_id,
        shared.month,
        shared.mentions,
        shared.share,
        case
            when earlier.months > 0
                then {{ as_estimate(
                    'cast(shared.share as double) - cast(coalesce(earlier_share.share_sum, 0) as double) / earlier.months'
                ) }}
        end as trend,
        {{ ratio('shared.sentiments', 'shared.observations') }} as sentiment,
        case
            when shared.observations > 0 and (shared.negative_mentions = 0 or shared.negative_customers > 0)
                then cast(coalesce(stake.net_amount, 0) as decimal(24, 6))
        end as amount_at_stake,
        shared.example_contact_ids,
        shared.observations,
        'counted: contacts of sales that have a theme' as method,
        '{{ var("currency") }}' as currency,
        {{ reasons([
            ('trend', 'earlier.months = 0', "'no theme was heard in the three months before'"),
            (
                'sentiment, amount_at_stake', 'shared.observations = 0',
                "'no sentiment is stated in words that are known'",
            ),
            (
                'amount_at_stake', 'shared.negative_mentions > 0 and shared.negative_customers = 0',
                "'no customer is named who mentioned it negatively'",
            ),
        ]) }} as reason
    from shared
    inner join earlier
        on shared.month = earlier.month
    left join earlier_share
        on
            shared.theme = earlier_share.theme
            and shared.product_id is not distinct from earlier_share.product_id
            and shared.month = earlier_share.month
    left join stake
        on
            shared.theme = stake.theme
            and shared.product_id is not distinct from stake.product_id
            and shared.month = stake.month
)

select * from final

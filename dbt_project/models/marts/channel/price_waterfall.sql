with

priced_month as (
    select * from {{ ref('int_channel__priced_month') }}
),

term_step as (
    select
        channel_id,
        product_id,
        month,
        sum(case when step = 'rebate' then amount else 0 end) as rebate_amount,
        sum(case when step = 'freight' then amount else 0 end) as freight_amount,
        sum(case when step = 'other' then amount else 0 end) as other_terms_amount
    from {{ ref('int_channel__term_step') }}
    group by channel_id, product_id, month
),

key as (
    select
        channel_id,
        product_id,
        month
    from priced_month
    union
    select
        channel_id,
        product_id,
        month
    from term_step
),

stepped as (
    select
        key.channel_id,
        key.product_id,
        key.month,
        coalesce(priced_month.quantity, 0) as quantity,
        coalesce(priced_month.list_amount, 0) as list_amount,
        coalesce(priced_month.promotion_amount, 0) as promotion_amount,
        coalesce(priced_month.net_amount, 0) as net_amount,
        coalesce(term_step.rebate_amount, 0) as rebate_amount,
        coalesce(term_step.freight_amount, 0) as freight_amount,
        coalesce(term_step.other_terms_amount, 0) as other_terms_amount,
        case
            when priced_month.month is null then 0
            when priced_month.document_lines = priced_month.costed_lines then priced_month.cost_amount
        end as cost_amount
    from key
    left join priced_month
        on
            key.channel_id is not distinct from priced_month.channel_id
            and key.product_id = priced_month.product_id
            and key.month = priced_month.month
    left join term_step
        on
            key.channel_id = term_step.channel_id
            and key.product_id is not distinct from term_step.product_id
            and key.month = term_step.month
),

pocketed as (
    select
        *,
        net_amount - rebate_amount - freight_amount - other_terms_amount as pocket_amount
    from stepped
),

final as (
    select
        channel_id,
        product_id,
        month,
        cast(quantity as decimal(18, 6)) as quantity,
        cast(list_amount as decimal(24, 6)) as list_amount,
        cast(list_amount - net_amount - promotion_amount as decimal(24, 6)) as invoice_discount_amount,
        cast(promotion_amount as decimal(24, 6)) as promotion_amount,
        cast(net_amount as decimal(24, 6)) as net_amount,
        cast(rebate_amount as decimal(24, 6)) as rebate_amount,
        cast(freight_amount as decimal(24, 6)) as freight_amount,
        cast(other_terms_amount as decimal(24, 6)) as other_terms_amount,
        cast(pocket_amount as decimal(24, 6)) as pocket_amount,
        cast(cost_amount as decimal(24, 6)) as cost_amount,
        cast(pocket_amount - cost_amount as decimal(24, 6)) as pocket_margin_amount,
        '{{ var("currency") }}' as currency,
        {{ reasons([
            ('cost_amount, pocket_margin_amount', 'cost_amount is null', "'the cost of some lines is not known'"),
        ]) }} as reason
    from pocketed
)

select * from final

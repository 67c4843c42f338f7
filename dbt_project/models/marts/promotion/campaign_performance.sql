with

campaign_month as (
    select * from {{ ref('int_promotion__campaign_month') }}
),

final as (
    select
        campaign_id,
        campaign_name,
        kind,
        month,
        cast(spend_amount as decimal(24, 6)) as spend_amount,
        cast(impressions as bigint) as impressions,
        cast(clicks as bigint) as clicks,
        cast(visits as bigint) as visits,
        cast(leads as bigint) as leads,
        cast(lead_cost_amount as decimal(24, 6)) as lead_cost_amount,
        cast(attributed_orders as bigint) as attributed_orders,
        cast(attributed_amount as decimal(24, 6)) as attributed_amount,
        cast(attributed_margin as decimal(24, 6)) as margin_amount,
        {{ per_unit('cost_of_leads_amount', 'leads') }} as cost_per_lead,
        {{ per_unit('nullif(spend_amount, 0)', 'attributed_orders') }} as cost_per_order,
        {{ ratio('attributed_amount', 'spend_amount') }} as return_on_spend,
        case
            when attributed_orders is not null
                then 'direct naming: orders whose lines carry a promotion of the campaign'
        end as method,
        '{{ var("currency") }}' as currency,
        {{ reasons([
            ('month', 'month is null', "'no day of these leads is known'"),
            ('spend_amount', 'spend_amount is null', "'no source tells of spend in the month'"),
            ('impressions', 'impressions is null', "'no source states them'"),
            ('clicks', 'clicks is null', "'no source states them'"),
            ('visits', 'visits is null', "'no source tells of visits in the month'"),
            ('leads', 'leads is null', "'no source tells of leads in the month'"),
            ('lead_cost_amount', 'lead_cost_amount is null', "'no source states it'"),
            (
                'attributed_orders, attributed_amount, margin_amount', 'not has_promotions and campaign_id is null',
                "'no campaign is named'",
            ),
            (
                'attributed_orders, attributed_amount, margin_amount',
                'not has_promotions and campaign_id is not null', "'no promotion belongs to the campaign'",
            ),
            (
                'attributed_orders, attributed_amount, margin_amount', 'has_promotions and not has_sales',
                "'no sales are known in the month'",
            ),
            (
                'margin_amount', 'has_promotions and has_sales and attributed_margin is null',
                "'a cost of goods is not known'",
            ),
            ('cost_per_lead', 'leads > 0 and cost_of_leads_amount is null', "'no cost is known'"),
            ('cost_per_lead', 'leads = 0', "'there was no lead'"),
            ('cost_per_order, return_on_spend', 'spend_amount = 0', "'nothing was spent'"),
            ('cost_per_order', 'spend_amount > 0 and attributed_orders = 0', "'there was no order'"),
        ]) }} as reason
    from campaign_month
)

select * from final

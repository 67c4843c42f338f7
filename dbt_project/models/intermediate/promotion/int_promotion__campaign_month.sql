{# What names no campaign is a row of its own in each month, so that the campaigns add up to all spend,
   visits and leads. Each feed is summed by campaign and month before anything is joined. #}

with

spend as (
    select
        campaign_id,
        {{ period_start("'month'", 'day') }} as month,
        sum(spend_amount) as spend_amount,
        sum(impressions) as impressions,
        sum(clicks) as clicks
    from {{ ref('stg_media_spend') }}
    group by campaign_id, {{ period_start("'month'", 'day') }}
),

visit as (
    select
        campaign_id,
        {{ period_start("'month'", local_date('touched_at')) }} as month,
        nullif(count(case when kind = 'visit' then touchpoint_id end), 0) as visits
    from {{ ref('stg_touchpoint') }}
    group by campaign_id, {{ period_start("'month'", local_date('touched_at')) }}
),

captured as (
    select
        campaign_id,
        {{ period_start("'month'", local_date('captured_at')) }} as month,
        count(*) as leads,
        sum(cost_amount) as lead_cost_amount
    from {{ ref('stg_event_lead') }}
    group by campaign_id, {{ period_start("'month'", local_date('captured_at')) }}
),

promotion as (
    select
        promotion_id,
        campaign_id
    from {{ ref('int_promotion__promotion') }}
    where campaign_id is not null
),

sold as (
    select
        promotion.campaign_id,
        {{ period_start("'month'", 'document.document_date') }} as month,
        count(distinct case when document.document_type = 'sale' then document.order_id end) as orders,
        sum(document.net_amount) as net_amount,
        sum(document.margin_amount) as margin_amount,
        count(*) - count(document.margin_amount) as unknown_lines
    from {{ ref('int_sales__document') }} as document
    inner join promotion
        on document.promotion_id = promotion.promotion_id
    group by promotion.campaign_id, {{ period_start("'month'", 'document.document_date') }}
),

-- Between the first and the last month that a feed tells of, nothing is none; outside it is not known.
told_spend as (
    select
        min(month) as first_month,
        max(month) as last_month
    from spend
),

told_visit as (
    select
        min(month) as first_month,
        max(month) as last_month
    from visit
    where visits is not null
),

told_captured as (
    select
        min(month) as first_month,
        max(month) as last_month
    from captured
),

told_sold as (
    select
        {{ period_start("'month'", 'first_document_date') }} as first_month,
        {{ period_start("'month'", 'last_document_date') }} as last_month
    from {{ ref('int_calendar__span') }}
),

promoted as (
    select distinct campaign_id
    from promotion
),

campaign_month as (
    {%- for feed in ['spend', 'visit', 'captured', 'sold'] %}
        select
            campaign_id,
            month
        from {{ feed }}
        {{ 'union' if not loop.last }}
    {%- endfor %}
),

joined as (
    select
        campaign_month.campaign_id,
        campaign.name as campaign_name,
        campaign.kind,
        campaign_month.month,
        {%- for feed, figure in [('spend', 'spend_amount'), ('visit', 'visits'), ('captured', 'leads')] %}
            case
                when campaign_month.month between told_{{ feed }}.first_month and told_{{ feed }}.last_month
                    then coalesce({{ feed }}.{{ figure }}, 0)
                else {{ feed }}.{{ figure }}
            end as {{ figure }},
        {%- endfor %}
        spend.impressions,
        spend.clicks,
        captured.lead_cost_amount,
        promoted.campaign_id is not null as has_promotions,
        coalesce(campaign_month.month between told_sold.first_month and told_sold.last_month, false)
            as has_sales,
        coalesce(sold.orders, 0) as orders,
        coalesce(sold.net_amount, 0) as net_amount,
        case when coalesce(sold.unknown_lines, 0) = 0 then coalesce(sold.margin_amount, 0) end as margin_amount
    from campaign_month
    cross join told_spend
    cross join told_visit
    cross join told_captured
    cross join told_sold
    left join {{ ref('stg_campaign') }} as campaign
        on campaign_month.campaign_id = campaign.campaign_id
    left join promoted
        on campaign_month.campaign_id = promoted.campaign_id
    {%- for feed in ['spend', 'visit', 'captured', 'sold'] %}
        left join {{ feed }}
            on
                campaign_month.campaign_id is not distinct from {{ feed }}.campaign_id
                and campaign_month.month is not distinct from {{ feed }}.month
    {%- endfor %}
),

final as (
    select
        *,
        case when has_promotions and has_sales then orders end as attributed_orders,
        case when has_promotions and has_sales then net_amount end as attributed_amount,
        case when has_promotions and has_sales then margin_amount end as attributed_margin,
        nullif(coalesce(spend_amount, 0) + coalesce(lead_cost_amount, 0), 0) as cost_of_leads_amount
    from joined
)

select * from final

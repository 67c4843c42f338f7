with

spend as (
    select
        medium,
        vehicle,
        {{ period_start("'month'", 'day') }} as month,
        sum(spend_amount) as spend_amount,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(reach) as reach,
        sum(gross_rating_points) as gross_rating_points,
        -- A cost per thousand counts only what was spent where somebody counted.
        sum(case when impressions is not null then spend_amount end) as counted_impressions_amount,
        sum(case when clicks is not null then spend_amount end) as counted_clicks_amount
    from {{ ref('stg_media_spend') }}
    group by medium, vehicle, {{ period_start("'month'", 'day') }}
),

totalled as (
    select
        *,
        sum(spend_amount) over (partition by month) as month_amount
    from spend
),

final as (
    select
        medium,
        vehicle,
        {{ period_name("'month'", 'month') }} as period,
        month as period_start,
        {{ period_end("'month'", 'month') }} as period_end,
        cast(spend_amount as decimal(24, 6)) as spend_amount,
        cast(impressions as bigint) as impressions,
        cast(clicks as bigint) as clicks,
        cast(reach as decimal(18, 6)) as reach,
        cast(gross_rating_points as decimal(18, 6)) as gross_rating_points,
        {{ per_unit('1000 * counted_impressions_amount', 'impressions') }}
            as cost_per_thousand_impressions,
        {{ per_unit('counted_clicks_amount', 'clicks') }} as cost_per_click,
        {{ ratio('spend_amount', 'month_amount') }} as spend_share,
        {%- for name in ['contribution_amount', 'contribution_low', 'contribution_high'] %}
            cast(null as decimal(24, 6)) as {{ name }},
        {%- endfor %}
        {%- for name in ['roi', 'roi_low', 'roi_high', 'marginal_roi', 'saturation'] %}
            cast(null as decimal(18, 9)) as {{ name }},
        {%- endfor %}
        cast(null as bigint) as observations,
        cast(null as {{ dbt.type_string() }}) as method,
        '{{ var("currency") }}' as currency,
        {{ reasons([
            ('impressions, cost_per_thousand_impressions', 'impressions is null', "'no source states them'"),
            ('clicks, cost_per_click', 'clicks is null', "'no source states them'"),
            ('reach', 'reach is null', "'no source states it'"),
            ('gross_rating_points', 'gross_rating_points is null', "'no source states them'"),
            ('cost_per_thousand_impressions', 'impressions = 0', "'it was not shown'"),
            ('cost_per_click', 'clicks = 0', "'nobody clicked'"),
            ('spend_share', 'month_amount = 0', "'nothing was spent in the month'"),
            ('contribution_amount, roi, marginal_roi, saturation', 'true', "'not yet estimated'"),
        ]) }} as reason
    from totalled
)

select * from final

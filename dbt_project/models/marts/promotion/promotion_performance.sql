with

outcome as (
    select * from {{ ref('int_promotion__outcome') }}
),

of_promotion as (
    select
        'promotion' as subject_type,
        promotion_id,
        campaign_id,
        kind,
        start_date,
        end_date,
        cast(discount_amount as decimal(24, 6)) as discount_amount,
        cast(fixed_cost_amount as decimal(24, 6)) as fixed_cost_amount,
        cast(cost_amount as decimal(24, 6)) as cost_amount,
        baseline_quantity,
        actual_quantity,
        cast(actual_quantity - baseline_quantity as decimal(18, 6)) as incremental_quantity,
        cast(actual_quantity - baseline_quantity_less as decimal(18, 6)) as incremental_quantity_low,
        cast(actual_quantity - baseline_quantity_more as decimal(18, 6)) as incremental_quantity_high,
        pulled_forward_amount,
        cast(incremental_margin as decimal(24, 6)) as incremental_margin_amount,
        roi,
        roi_low,
        roi_high,
        case
            -- What is left out can only be a cost: it forbids praise, not blame.
            when roi_low > 0 and pulled_forward_amount is not null then 'repeat'
            when roi_high < 0 then 'stop'
            when actual_quantity > baseline_quantity_less and roi < 0 then 'change'
            else 'unclear'
        end as verdict,
        cast(observations as bigint) as observations,
        case
            when baseline_quantity is not null
                then 'difference in differences as a ratio; interval from earlier windows'
        end as method,
        {{ reasons([
            (
                'cost_amount, roi', 'unknown_discounts > 0',
                "'the discount of ' || cast(unknown_discounts as " ~ dbt.type_string() ~ ") || ' sale lines is not known'",
            ),
            (
                'baseline_quantity, incremental_quantity, pulled_forward_amount, incremental_margin_amount, roi',
                'baseline_reason is not null', 'baseline_reason',
            ),
            (
                'incremental_quantity_low, incremental_quantity_high, roi_low, roi_high',
                'baseline_reason is null and chance is null',
                "'only ' || cast(observations as " ~ dbt.type_string() ~ ") || ' earlier windows show what chance does, '"
                ~ " || cast(fewest_windows as " ~ dbt.type_string() ~ ") || ' are needed'",
            ),
            (
                'pulled_forward_amount', 'baseline_reason is null and after_reason is not null',
                "after_reason || ', so the margin is without it and can only be too high'",
            ),
            (
                'incremental_margin_amount, roi', 'baseline_reason is null and unknown_lines > 0',
                "'the cost of the goods of ' || cast(unknown_lines as " ~ dbt.type_string() ~ ") || ' lines is not known'",
            ),
            ('roi', 'cost_amount = 0', "'it cost nothing'"),
            ('cannibalised_amount', 'true', "'not yet estimated'"),
        ]) }} as reason
    from outcome
),

spend as (
    select
        campaign_id,
        sum(spend_amount) as spend_amount
    from {{ ref('stg_media_spend') }}
    where campaign_id is not null
    group by campaign_id
),

promoted as (
    select distinct campaign_id
    from outcome
),

every_campaign as (
    select campaign_id from {{ ref('stg_campaign') }}
    union
    select campaign_id from spend
),

of_campaign as (
    select
        'campaign' as subject_type,
        cast(null as {{ dbt.type_string() }}) as promotion_id,
        every_campaign.campaign_id,
        campaign.kind,
        campaign.start_date,
        campaign.end_date,
        cast(null as decimal(24, 6)) as discount_amount,
        cast(null as decimal(24, 6)) as fixed_cost_amount,
        cast(spend.spend_amount as decimal(24, 6)) as cost_amount,
        {%- for name in ['baseline', 'actual', 'incremental'] %}
            cast(null as decimal(18, 6)) as {{ name }}_quantity,
        {%- endfor %}
        cast(null as decimal(18, 6)) as incremental_quantity_low,
        cast(null as decimal(18, 6)) as incremental_quantity_high,
        cast(null as decimal(24, 6)) as pulled_forward_amount,
        cast(null as decimal(24, 6)) as incremental_margin_amount,
        {%- for name in ['roi', 'roi_low', 'roi_high'] %}
            cast(null as decimal(18, 9)) as {{ name }},
        {%- endfor %}
        'unclear' as verdict,
        cast(0 as bigint) as observations,
        cast(null as {{ dbt.type_string() }}) as method,
        {{ reasons([
            ('cost_amount', 'spend.spend_amount is null', "'no spend is known'"),
            ('all else', 'true', "'no promotion belongs to the campaign, and what campaigns do without one is not yet estimated'"),
        ]) }} as reason
    from every_campaign
    left join promoted
        on every_campaign.campaign_id = promoted.campaign_id
    left join {{ ref('stg_campaign') }} as campaign
        on every_campaign.campaign_id = campaign.campaign_id
    left join spend
        on every_campaign.campaign_id = spend.campaign_id
    where promoted.campaign_id is null
),

subject as (
    select * from of_promotion
    union all
    select * from of_campaign
),

final as (
    select
        subject.*,
        cast(null as decimal(24, 6)) as cannibalised_amount,
        '{{ var("currency") }}' as currency
    from subject
)

select * from final

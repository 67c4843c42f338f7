{% set voices = var('recommendation_voices') %}

with

judged_product as (
    select
        *,
        case when is_falling then 1 else 0 end
        + case when is_weak then 1 else 0 end
        + case when is_wished_changed or is_wished_dropped then 1 else 0 end
        + case when is_complained_about then 1 else 0 end as sources_for_action,
        case when sales_trend is not null then 1 else 0 end
        + case when margin_rate is not null then 1 else 0 end
        + case when voices > 0 then 1 else 0 end
        + case when has_complaint_rate then 1 else 0 end as sources
    from {{ ref('int_customer__product_evidence') }}
),

product as (
    select
        'product:' || product_id as recommendation_id,
        product_id,
        cast(null as {{ dbt.type_string() }}) as theme,
        case
            when is_discontinued then null
            when sources_for_action < 2 then 'keep'
            when
                (is_falling or is_wished_dropped)
                and (is_weak or is_complained_about)
                and transferable_share >= {{ var('recommendation_transferable') }}
                and not is_wished_changed and not is_wished_kept
                then 'drop'
            else 'change'
        end as action,
        sources,
        sources_for_action,
        sales_trend,
        margin_rate,
        transferable_share,
        case when company_requests > 0 then requests end as requests,
        case when company_complaints > 0 then complaints end as complaints,
        {{ joined([
            "case when is_discontinued
                then 'discontinued on ' || cast(discontinued_date as " ~ dbt.type_string() ~ ") end",
            "'net sales of 6 months ' || " ~ percent_text('sales_trend') ~ " || ' against a year before ('
                || " ~ count_text('year_before_lines') ~ " || ' lines, then ' || " ~ count_text('recent_lines') ~ " || ')'
                || case when is_falling then ': falling' else '' end",
            "'margin ' || " ~ percent_text('margin_rate') ~ " || ' of sales (all products '
                || " ~ percent_text('company_margin_rate') ~ " || ')' || case when is_weak then ': weak' else '' end",
            "case when voices > 0 then 'customers wish it kept ' || " ~ count_text('voices_to_keep')
                ~ " || ', changed ' || " ~ count_text('voices_to_change')
                ~ " || ', dropped ' || " ~ count_text('voices_to_drop') ~ "
                || case when is_wished_kept or is_wished_changed or is_wished_dropped then ''
                    else ': no majority of " ~ voices ~ " or more that chance does not explain' end end",
            "case when has_complaint_rate then 'complaints ' || " ~ count_text('complaints') ~ " || ' on '
                || " ~ count_text('sale_lines') ~ " || ' lines (all products '
                || " ~ percent_text('company_complaint_rate', 2) ~ " || ')'
                || case when is_complained_about then ': many' else '' end end",
            percent_text('transferable_share') ~ " || ' of its customers buy others of its line'",
            "case when sources_for_action = 1 then 'one source alone is not enough to act' end",
            "case when sources = 0 then 'nothing is known of it' end",
        ]) }} as reason
    from judged_product
),

-- What nobody sells yet has two sources: enough customers, and that it is heard in more places than one.
wish as (
    select
        'add:' || coalesce(theme, '') as recommendation_id,
        cast(null as {{ dbt.type_string() }}) as product_id,
        theme,
        case when theme is not null and voices_to_add >= {{ voices }} and places >= 2 then 'add' end as action,
        2 as sources,
        case when voices_to_add >= {{ voices }} then 1 else 0 end + case when places >= 2 then 1 else 0 end
            as sources_for_action,
        cast(null as decimal(18, 9)) as sales_trend,
        cast(null as decimal(18, 9)) as margin_rate,
        cast(null as decimal(18, 9)) as transferable_share,
        requests,
        cast(null as bigint) as complaints,
        {{ joined([
            "'customers who wish it: ' || " ~ count_text('voices_to_add')
                ~ " || ', places where it was heard: ' || " ~ count_text('places'),
            "case when theme is null then 'wishes without a theme can not be told apart' end",
            "case when theme is not null and voices_to_add < " ~ voices ~ " then 'fewer than " ~ voices ~ " customers' end",
            "case when theme is not null and places < 2 then 'not heard in two places' end",
        ]) }} as reason
    from {{ ref('int_customer__wish') }}
    where product_id is null
),

recommendation as (
    select * from product
    union all
    select * from wish
),

ranked_decision as (
    select
        recommendation_id,
        decision,
        decided_date,
        row_number() over (
            partition by recommendation_id order by decided_date desc nulls last, decision_id desc
        ) as decision_rank
    from {{ ref('stg_decision') }}
    where recommendation_id is not null
),

final as (
    select
        recommendation.recommendation_id,
        recommendation.product_id,
        recommendation.theme,
        recommendation.action,
        {{ ratio('recommendation.sources_for_action', 'recommendation.sources') }} as score,
        recommendation.sales_trend as evidence_sales_trend,
        recommendation.margin_rate as evidence_margin_rate,
        recommendation.requests as evidence_requests,
        recommendation.complaints as evidence_complaints,
        cast(null as decimal(18, 9)) as evidence_survey_score,
        recommendation.transferable_share as evidence_transferable_share,
        recommendation.sources as evidence_sources,
        recommendation.sources_for_action,
        recommendation.reason,
        ranked_decision.decision,
        ranked_decision.decided_date,
        cast(null as decimal(24, 6)) as outcome_amount,
        '{{ var("currency") }}' as currency,
        {{ reasons([
            ('action', 'recommendation.action is null', "'nothing is to be done'"),
            ('score', 'recommendation.sources = 0', "'no source has evidence'"),
            (
                'evidence_sales_trend', 'recommendation.product_id is not null and recommendation.sales_trend is null',
                "'no net sales in the same months a year before'",
            ),
            (
                'evidence_margin_rate', 'recommendation.product_id is not null and recommendation.margin_rate is null',
                "'no net sales with a known cost'",
            ),
            ('evidence_requests', 'recommendation.requests is null', "'none of any product is known'"),
            (
                'evidence_complaints', 'recommendation.product_id is not null and recommendation.complaints is null',
                "'none of any product is known'",
            ),
            (
                'evidence_transferable_share',
                'recommendation.product_id is not null and recommendation.transferable_share is null',
                "'no customers or no product line is known'",
            ),
            (
                'evidence_sales_trend, evidence_margin_rate, evidence_complaints', 'recommendation.product_id is null',
                "'nobody sells it yet'",
            ),
            ('evidence_survey_score', 'true', "'no survey says which product a score is for'"),
            ('outcome_amount', 'true', "'not yet estimated'"),
        ]) }} as missing_because
    from recommendation
    left join ranked_decision
        on
            recommendation.recommendation_id = ranked_decision.recommendation_id
            and ranked_decision.decision_rank = 1
)

select * from final

with

total as (
    select
        *,
        max(invited - invited_answered) over (partition by metric) > 0 as has_unanswered
    from {{ ref('int_customer__survey_total') }}
),

scored as (
    select
        *,
        case metric
            when 'nps' then {{ ratio('pleased - detractors', 'responses') }}
            when 'csat' then {{ ratio('pleased', 'responses') }}
            when 'ces' then {{ ratio('score_total', 'responses') }}
        end as score,
        case metric
            when 'nps' then {{ net_score_bound('pleased', 'detractors', 'responses', '-') }}
            when 'csat' then {{ wilson_low('pleased', 'responses') }}
            when 'ces' then {{ mean_bound('score_total', 'score_squares', 'responses', '-') }}
        end as bound_low,
        case metric
            when 'nps' then {{ net_score_bound('pleased', 'detractors', 'responses', '+') }}
            when 'csat' then {{ wilson_high('pleased', 'responses') }}
            when 'ces' then {{ mean_bound('score_total', 'score_squares', 'responses', '+') }}
        end as bound_high,
        case metric
            when 'nps' then 'promoters (9, 10) less detractors (0 to 6); adjusted Wald interval (Rocks 2016)'
            when 'csat' then 'share of 4 and 5 of 5; Wilson interval (1927)'
            when 'ces' then 'mean of 1 to 7; t interval'
            else 'none'
        end as method
    from total
),

-- A mean can't leave its scale, and answers that are all the same say nothing of how far it may be off.
bounded as (
    select
        *,
        case
            when metric <> 'ces' then bound_low
            when lowest_given < highest_given then greatest(bound_low, cast(lowest_score as decimal(18, 9)))
        end as score_low,
        case
            when metric <> 'ces' then bound_high
            when lowest_given < highest_given then least(bound_high, cast(highest_score as decimal(18, 9)))
        end as score_high
    from scored
),

compared as (
    select
        later.*,
        later.score - earlier.score as change,
        {{ difference_low('later', 'earlier') }} as change_low,
        {{ difference_high('later', 'earlier') }} as change_high
    from bounded as later
    left join bounded as earlier
        on
            later.metric = earlier.metric
            and later.segment is not distinct from earlier.segment
            and later.period_kind = earlier.period_kind
            and earlier.period_start = cast(case later.period_kind
                when 'month' then {{ dbt.dateadd('month', -1, 'later.period_start') }}
                when 'quarter' then {{ dbt.dateadd('month', -3, 'later.period_start') }}
            end as date)
),

final as (
    select
        metric,
        segment,
        period_kind,
        {{ period_name('period_kind', 'period_start') }} as period,
        period_start,
        {{ period_end('period_kind', 'period_start') }} as period_end,
        responses,
        off_scale_responses,
        invited,
        case when has_unanswered then {{ ratio('invited_answered', 'invited') }} end as response_rate,
        score,
        score_low,
        score_high,
        cast(change as decimal(18, 9)) as change,
        change_low,
        change_high,
        change_low > 0 or change_high < 0 as is_change_beyond_chance,
        'none' as weighting,
        responses as observations,
        method,
        {{ reasons([
            ('score', "method = 'none'", "'this metric has no known scale'"),
            ('score', "method <> 'none' and responses = 0", "'no answer on the scale'"),
            (
                'score_low, score_high', 'score is not null and score_low is null',
                "'answers that are one or all the same do not show how far off it may be'",
            ),
            ('period', 'period_start is null', "'the answers have no date'"),
            (
                'change', 'score is not null and period_start is not null and change is null',
                "'no score in the period before'",
            ),
            (
                'change_low, change_high', 'change is not null and change_low is null',
                "'one of the two scores has no interval'",
            ),
            ('response_rate', 'not has_unanswered', "'no invitation without an answer is known'"),
            ('response_rate', 'has_unanswered and invited = 0', "'no invitation in this period'"),
        ]) }} as reason
    from compared
)

select * from final

with

response as (
    select * from {{ ref('int_customer__response') }}
),

-- An answer counts on its own day, an invitation on the day it was sent.
event as (
    select
        metric,
        segment,
        answered_date as day,
        score,
        lowest_score,
        highest_score,
        is_counted,
        is_pleased,
        is_detractor,
        false as is_invitation,
        is_answered
    from response
    where is_answered
    union all
    select
        metric,
        segment,
        invited_date as day,
        null as score,
        lowest_score,
        highest_score,
        false as is_counted,
        false as is_pleased,
        false as is_detractor,
        true as is_invitation,
        is_answered
    from response
    where invited_date is not null
),

kind as (
    select 'month' as period_kind
    union all
    select 'quarter' as period_kind
),

-- What has no day stands once, outside of all periods.
placed as (
    select
        event.*,
        case when event.day is not null then kind.period_kind end as period_kind,
        {{ period_start('kind.period_kind', 'event.day') }} as period_start
    from event
    inner join kind
        on event.day is not null or kind.period_kind = 'month'
),

scoped as (
    select
        placed.*,
        placed.segment as scope_segment
    from placed
    where placed.segment is not null
    union all
    select
        placed.*,
        null as scope_segment
    from placed
),

final as (
    select
        metric,
        scope_segment as segment,
        period_kind,
        period_start,
        count(case when is_counted then 1 end) as responses,
        count(case when not is_invitation and not is_counted then 1 end) as off_scale_responses,
        count(case when is_counted and is_pleased then 1 end) as pleased,
        count(case when is_counted and is_detractor then 1 end) as detractors,
        sum(case when is_counted then score end) as score_total,
        -- Scores too large for this are of metrics without a scale, whose squares are of no use.
        sum(case
            when is_counted then try_cast(score as decimal(10, 6)) * try_cast(score as decimal(10, 6))
        end) as score_squares,
        min(case when is_counted then score end) as lowest_given,
        max(case when is_counted then score end) as highest_given,
        max(lowest_score) as lowest_score,
        max(highest_score) as highest_score,
        count(case when is_invitation then 1 end) as invited,
        count(case when is_invitation and is_answered then 1 end) as invited_answered
    from scoped
    group by metric, scope_segment, period_kind, period_start
)

select * from final

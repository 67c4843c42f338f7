{# Windows whose result goes by something that is not known once they are over: a score, a quota of what gates,
   bands and multipliers ask for, a goal, a target that a limit is a share of; and scores of zero. #}

with

quota_window as (
    select quota_window.*
    from {{ ref('int_commission__quota_window') }} as quota_window
    cross join {{ ref('int_calendar__span') }} as span
    where quota_window.window_end <= span.last_sale_date
),

-- A curve that is picked by what is reached, and pays nothing where that is not known.
picked as (
    select distinct component_key from {{ source('plan', 'plan_band') }}
    where is_of_cells
),

-- Where the curve pays nothing, nothing depends on what is not known, unless that picks it.
paid as (
    select
        result.window_number,
        max(result.pay_period_start) as last_period_start,
        cast(sum(result.curve_minor) as bigint) as curve_minor
    from {{ ref('int_commission__component_result') }} as result
    left join picked
        on result.component_key = picked.component_key
    group by result.window_number
    having
        sum(result.curve_minor) <> 0
        or max(case when picked.component_key is null then 0 when result.measure = 'none' then 1 end) = 1
        or sum(case when picked.component_key is not null then abs(result.measure_units) end) > 0
),

call as (
    select * from {{ ref('int_commission__call') }}
),

asked as (
    select
        quota_window.window_number,
        case call.call when 'score' then 'no_score' when 'goal' then 'no_goal' else 'no_quota' end as reason,
        paid.curve_minor
    from quota_window
    inner join paid
        on quota_window.window_number = paid.window_number
    inner join call
        on quota_window.component_key = call.component_key
    left join {{ ref('int_commission__reached') }} as reached
        on
            quota_window.window_number = reached.window_number
            and paid.last_period_start = reached.pay_period_start
            and call.call = reached.call
            and call.argument = reached.argument
    where reached.denominator is null
),

limited as (
    select
        quota_window.window_number,
        'no_target' as reason,
        paid.curve_minor
    from quota_window
    inner join paid
        on quota_window.window_number = paid.window_number
    inner join {{ source('plan', 'plan_limit') }} as plan_limit
        on quota_window.component_key = plan_limit.component_key
    where
        plan_limit.target_numerator <> 0
        and quota_window.yearly_target_numerator is null
        and not quota_window.needs_target
),

scored as (
    select
        quota_window.window_number,
        case when score.score_units is null then 'no_score' else 'zero_score' end as reason,
        cast(0 as bigint) as curve_minor
    from quota_window
    left join {{ ref('int_commission__score') }} as score
        on
            quota_window.participant_id = score.participant_id
            and quota_window.quota_type = score.objective_id
            and quota_window.window_kind = score.period_kind
            and quota_window.window_start = score.period_start
    where quota_window.measure = 'score' and coalesce(score.score_units, 0) = 0
),

every_reason as (
    select * from asked
    union all
    select * from limited
    union all
    select * from scored
),

final as (
    select
        every_reason.window_number,
        every_reason.reason,
        quota_window.participant_id,
        quota_window.component_key,
        quota_window.plan_id,
        quota_window.component_id,
        quota_window.window_name,
        quota_window.window_start,
        quota_window.window_end,
        max(every_reason.curve_minor) as curve_minor
    from every_reason
    inner join quota_window
        on every_reason.window_number = quota_window.window_number
    group by
        every_reason.window_number,
        every_reason.reason,
        quota_window.participant_id,
        quota_window.component_key,
        quota_window.plan_id,
        quota_window.component_id,
        quota_window.window_name,
        quota_window.window_start,
        quota_window.window_end
)

select * from final

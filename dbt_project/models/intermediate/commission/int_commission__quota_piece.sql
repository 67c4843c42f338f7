{{ config(materialized='table') }}

{# S4, second part. Which rows of the feed `quota` make up the quota of each window, in pieces: of a spread or
   ramp its months or quarters, else the row as it is. A quota for just the window counts alone; else those of
   its parts add up; else, where the plan says so, one for a longer period is spread. #}

with

component_window as (
    select * from {{ ref('int_commission__window') }}
    where quota_type is not null
),

period as (
    select * from {{ ref('int_calendar__period') }}
),

fitting as (
    select
        component_window.*,
        quota.period_start,
        quota.period_end,
        quota.version_from as row_from,
        quota.version_to as row_to,
        quota.quota_version,
        {{ to_measure('quota.amount', 'component_window.measure') }} as row_units,
        case
            when
                quota.period_start <= component_window.window_start
                and quota.period_end >= component_window.window_end
                and (
                    component_window.on_change = 'split'
                    or (
                        quota.period_start = component_window.window_start
                        and quota.period_end = component_window.window_end
                    )
                )
                then 1
            when
                quota.period_start >= component_window.window_start
                and quota.period_end <= component_window.window_end
                then 2
            else 3
        end as fit
    from component_window
    inner join {{ ref('int_quota__version') }} as quota
        on
            component_window.participant_id = quota.participant_id
            and component_window.quota_type = quota.quota_type
            and component_window.window_start <= quota.period_end
            and component_window.window_end >= quota.period_start
            and case component_window.on_change
                when 'rerate' then quota.is_newest
                when 'split'
                    then
                        component_window.window_start <= quota.version_to
                        and component_window.window_end >= quota.version_from
                else true
            end
    left join period
        on
            component_window.quota_kind = period.period_kind
            and quota.period_start = period.period_start
            and quota.period_end = period.period_end
    where component_window.quota_kind is null or period.period_start is not null
),

ranked as (
    select
        *,
        min(fit) over (partition by window_number) as best_fit
    from fitting
    where
        fit = 1
        or (fit = 2 and window_kind <> 'quota')
        or (fit = 3 and quota_kind is not null and period_start <= window_start and period_end >= window_end)
),

-- A ramp in money needs no quota to take a part of.
chosen as (
    select
        window_number,
        component_key,
        participant_id,
        window_start,
        window_end,
        part_kind,
        months_of_part,
        prorate,
        on_change,
        fit,
        period_start,
        period_end,
        row_from,
        row_to,
        quota_version,
        row_units
    from ranked
    where fit = best_fit
    union all
    select
        component_window.window_number,
        component_window.component_key,
        component_window.participant_id,
        component_window.window_start,
        component_window.window_end,
        component_window.part_kind,
        component_window.months_of_part,
        component_window.prorate,
        component_window.on_change,
        1 as fit,
        component_window.window_start as period_start,
        component_window.window_end as period_end,
        cast('1900-01-01' as date) as row_from,
        cast('9999-12-31' as date) as row_to,
        cast(null as bigint) as quota_version,
        cast(null as bigint) as row_units
    from component_window
    where
        component_window.component_key in (
            select ramp.component_key from {{ source('plan', 'plan_ramp') }} as ramp
            where ramp.take_units is not null
        )
        and component_window.window_number not in (select ranked.window_number from ranked)
),

divided as (
    select
        chosen.*,
        coalesce(period.period_start, greatest(chosen.period_start, chosen.window_start)) as piece_start,
        coalesce(period.period_end, least(chosen.period_end, chosen.window_end)) as piece_end,
        row_number() over (
            partition by chosen.window_number, chosen.period_start, chosen.period_end, chosen.quota_version
            order by period.period_start
        ) as piece_number,
        count(*) over (
            partition by chosen.window_number, chosen.period_start, chosen.period_end, chosen.quota_version
        ) as pieces
    from chosen
    left join period
        on
            chosen.part_kind = period.period_kind
            and chosen.period_start <= period.period_start
            and chosen.period_end >= period.period_end
            -- What the change of a quota splits off is no period any more.
            and (chosen.on_change <> 'split' or chosen.fit <> 1)
),

final as (
    select
        divided.window_number,
        divided.component_key,
        divided.participant_id,
        divided.prorate,
        divided.on_change,
        divided.quota_version,
        divided.row_from,
        divided.row_to,
        divided.piece_start,
        divided.piece_end,
        divided.row_units,
        case
            when divided.fit = 2
                then greatest({{ months_between(
                    'divided.piece_start', 'cast(' ~ dbt.dateadd('day', 1, 'divided.piece_end') ~ ' as date)'
                ) }}, 1)
            else divided.months_of_part
        end as months,
        -- Of a quota that is split each part has the share of its days.
        case
            when divided.on_change = 'split' and divided.fit = 1
                then {{ dbt.datediff('divided.piece_start', 'divided.piece_end', 'day') }} + 1
            else coalesce(share.share_numerator, 1)
        end as share_numerator,
        case
            when divided.on_change = 'split' and divided.fit = 1
                then {{ dbt.datediff('divided.period_start', 'divided.period_end', 'day') }} + 1
            else coalesce(share.share_denominator, divided.pieces)
        end as share_denominator
    from divided
    left join {{ source('plan', 'plan_quota_share') }} as share
        on
            divided.component_key = share.component_key
            and divided.piece_number = share.part_number
            and divided.pieces = share.parts
    where
        divided.piece_start >= divided.window_start
        and divided.piece_end <= divided.window_end
)

select * from final

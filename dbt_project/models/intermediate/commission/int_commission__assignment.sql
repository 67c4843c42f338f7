-- depends_on: {{ ref('stg_participant') }}
{{ config(materialized='table') }}

{# Who is on which plan, and when: those of the feed, and those of whom a plan's `who` holds, as the participants
   were from day to day. Days that follow each other are one assignment. #}

{% set conditions = plan_conditions_on_participants() %}

with

named as (
    select
        participant_id,
        plan_id,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('stg_plan_assignment') }}
),

{% for condition in conditions %}
    eligible_{{ loop.index }} as (
        select
            participant.participant_id,
            '{{ condition.plan_id }}' as plan_id,
            greatest(participant.valid_from, cast('{{ condition.valid_from }}' as date)) as valid_from,
            least(participant.valid_to, cast('{{ condition.valid_to }}' as date)) as valid_to
        from {{ ref('stg_participant') }} as participant
        where
            ({{ condition.filter_sql }})
            and participant.valid_from <= cast('{{ condition.valid_to }}' as date)
            and participant.valid_to >= cast('{{ condition.valid_from }}' as date)
    ),

{% endfor %}

every_span as (
    select * from named
    {% for condition in conditions %}
        union all
        select * from eligible_{{ loop.index }}
    {% endfor %}
),

reached as (
    select
        *,
        max(valid_to) over (
            partition by participant_id, plan_id
            order by valid_from, valid_to
            rows between unbounded preceding and 1 preceding
        ) as reached_until
    from every_span
),

begun as (
    select
        *,
        sum(
            case when reached_until >= {{ dbt.dateadd('day', -1, 'valid_from') }} then 0 else 1 end
        ) over (
            partition by participant_id, plan_id
            order by valid_from, valid_to
            rows between unbounded preceding and current row
        ) as span_number
    from reached
),

final as (
    select
        participant_id,
        -- The same in all builds that go on, as whoever is assigned anew makes the next one full.
        dense_rank() over (order by participant_id) as participant_number,
        plan_id,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from begun
    group by participant_id, plan_id, span_number
)

select * from final

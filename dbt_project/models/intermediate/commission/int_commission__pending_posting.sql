{{ config(materialized='table') }}

{# The postings that this build would append to the ledger, in the ledger's own columns. #}

with

delta as (
    select * from {{ ref('int_commission__earning_delta') }}
),

component as (
    select * from {{ source('plan', 'plan_component') }}
),

version as (
    select * from {{ source('plan', 'plan_version') }}
),

run as (
    select * from {{ source('run', 'parameter') }}
),

keyed as (
    select
        delta.*,
        component.plan_id,
        component.plan_version,
        component.component_id,
        version.currency,
        version.text_hash,
        earned_period.period as earned_period,
        earned_period.period_end as earned_period_end
    from delta
    inner join {{ ref('int_calendar__period') }} as earned_period
        on
            delta.pay_kind = earned_period.period_kind
            and delta.earned_period_start = earned_period.period_start
    left join component
        on delta.component_key = component.component_key
    left join version
        on
            component.plan_id = version.plan_id
            and component.plan_version = version.plan_version
),

final as (
    select
        {{ dbt.hash(
            "run.run_id || '|' || keyed.commission_line_id || '|' || cast(keyed.earned_period_start as "
            ~ dbt.type_string() ~ ")"
        ) }}
            as posting_id,
        run.started_at as posted_at,
        keyed.earned_period as posting_period,
        keyed.earned_period_start as posting_period_start,
        keyed.earned_period_end as posting_period_end,
        keyed.earned_period,
        keyed.earned_period_start,
        keyed.earned_period_end,
        keyed.pay_kind,
        keyed.participant_id,
        coalesce(keyed.plan_id, split_part(keyed.component_key, '/', 1)) as plan_id,
        coalesce(keyed.component_id, split_part(keyed.component_key, '/', 3)) as component_id,
        cast(coalesce(keyed.plan_version, cast(split_part(keyed.component_key, '/', 2) as bigint)) as bigint)
            as plan_version,
        keyed.component_key,
        keyed.text_hash as plan_text_hash,
        keyed.commission_line_id,
        keyed.window_id,
        keyed.amount_minor,
        {{ from_minor('keyed.amount_minor') }} as amount,
        coalesce(keyed.currency, '{{ var("currency") }}') as currency,
        'earning' as kind,
        cast(null as decimal(24, 6)) as balance,
        keyed.reason,
        keyed.corrects_posting_id,
        run.run_id
    from keyed
    cross join run
)

select * from final

{# A view: publishing reads it once, and a table would write every line twice. #}
{{ config(materialized='view') }}

with

final as (
    select
        posting_id,
        posted_at,
        posting_period,
        posting_period_start,
        posting_period_end,
        earned_period,
        earned_period_start,
        earned_period_end,
        participant_id,
        plan_id,
        component_id,
        commission_line_id,
        amount,
        currency,
        kind,
        balance,
        reason,
        corrects_posting_id,
        plan_version,
        plan_text_hash,
        run_id
    from {{ ref('int_commission__posting') }}
)

select * from final

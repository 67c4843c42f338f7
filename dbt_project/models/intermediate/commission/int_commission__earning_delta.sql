{{ config(materialized='table') }}

{# S10. What is owed and not posted: what each line should be, less what the ledger has of it. No period is
   closed yet, so everything is posted into the period in which it was earned. #}

with

line as (
    select
        release_line.*,
        component.pay_kind
    from {{ ref('int_commission__release_line') }} as release_line
    inner join {{ ref('int_commission__component') }} as component
        on release_line.component_key = component.component_key
    where component.is_approved and component.payee = 'participant'
),

posted as (
    select * from {{ ref('int_commission__posted') }}
),

compared as (
    select
        coalesce(line.commission_line_id, posted.commission_line_id) as commission_line_id,
        line.participant_id,
        line.component_key,
        line.window_start,
        line.pay_kind,
        coalesce(line.pay_period_start, posted.earned_period_start) as earned_period_start,
        coalesce(line.released_minor, 0) - coalesce(posted.posted_minor, 0) as amount_minor,
        case
            when posted.commission_line_id is not null then 'correction'
            when line.document_type <> 'sale' then 'return'
            else 'new'
        end as reason
    from line
    full outer join posted
        on
            line.commission_line_id = posted.commission_line_id
            and line.pay_period_start = posted.earned_period_start
),

changed as (
    select * from compared
    where amount_minor <> 0
),

-- Looked up for what is corrected alone: that few lines are.
posting as (
    select
        posting.*,
        row_number() over (
            partition by posting.commission_line_id, posting.earned_period_start
            order by posting.posted_at desc, posting.posting_id desc
        ) as recency
    from {{ source('ledger', 'posting') }} as posting
    where
        posting.commission_line_id in (
            select changed.commission_line_id from changed
            where changed.reason = 'correction'
        )
),

final as (
    select
        changed.commission_line_id,
        coalesce(
            {{ window_id('changed.participant_id', 'changed.component_key', 'changed.window_start') }},
            last_posting.window_id
        ) as window_id,
        coalesce(changed.participant_id, last_posting.participant_id) as participant_id,
        coalesce(changed.component_key, last_posting.component_key) as component_key,
        coalesce(changed.pay_kind, last_posting.pay_kind) as pay_kind,
        changed.earned_period_start,
        changed.amount_minor,
        changed.reason,
        last_posting.posting_id as corrects_posting_id
    from changed
    left join posting as last_posting
        on
            changed.commission_line_id = last_posting.commission_line_id
            and changed.earned_period_start = last_posting.earned_period_start
            and last_posting.recency = 1
)

select * from final

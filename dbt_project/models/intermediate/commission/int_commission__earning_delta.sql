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
        line.window_start,
        posted.window_id as posted_window_id,
        coalesce(line.participant_id, posted.participant_id) as participant_id,
        coalesce(line.component_key, posted.component_key) as component_key,
        coalesce(line.pay_kind, posted.pay_kind) as pay_kind,
        coalesce(line.pay_period_start, posted.earned_period_start) as earned_period_start,
        coalesce(line.released_minor, 0) - coalesce(posted.posted_minor, 0) as amount_minor,
        case
            when posted.commission_line_id is not null then 'correction'
            when line.document_type <> 'sale' then 'return'
            else 'new'
        end as reason,
        posted.last_posting_id as corrects_posting_id
    from line
    full outer join posted
        on
            line.commission_line_id = posted.commission_line_id
            and line.pay_period_start = posted.earned_period_start
),

final as (
    select
        commission_line_id,
        -- Written out for what is to be posted alone.
        coalesce(posted_window_id, {{ window_id('participant_id', 'component_key', 'window_start') }}) as window_id,
        participant_id,
        component_key,
        pay_kind,
        earned_period_start,
        amount_minor,
        reason,
        corrects_posting_id
    from compared
    where amount_minor <> 0
)

select * from final

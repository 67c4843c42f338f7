{# What of transactions could not be credited or paid, and why. #}

{% set filters = plan_filters() %}

with

split as (
    select * from {{ ref('int_commission__split_rule') }}
),

known_participant as (
    select distinct participant_id from {{ ref('stg_participant') }}
),

has_plan as (
    select count(*) > 0 as has_plan from {{ source('plan', 'plan_version') }}
),

-- The components that pay those who sold.
component as (
    select component.*
    from {{ ref('int_commission__component') }} as component
    where exists (
        select 1 from {{ source('plan', 'plan_credit') }} as plan_credit
        where plan_credit.component_key = component.component_key and plan_credit.credit_kind = 'direct'
    )
),

-- One event per document: which date a component counts on is no matter here.
document as (
    select * from {{ ref('int_sales__document') }}
),

bad_take_back as (
    select
        document_id,
        document_date,
        case when is_orphan then 'orphan_return' else 'return_exceeds_sale' end as reason,
        net_amount as amount,
        sales_rep_id as participant_id,
        _loaded_at
    from document
    where is_orphan or is_excess
),

split_state as (
    select
        document_id,
        bool_or(is_ambiguous) as is_ambiguous
    from split
    group by document_id
),

-- Where nobody who shares it has a component that needs all of it, an overlay is as it should be.
unpaid_split as (
    select distinct split.document_id
    from split
    inner join document
        on split.document_id = document.document_id
    inner join {{ ref('int_commission__assignment') }} as assignment
        on
            split.participant_id = assignment.participant_id
            and document.order_date between assignment.valid_from and assignment.valid_to
    inner join component
        on
            assignment.plan_id = component.plan_id
            and document.order_date between component.version_from and component.version_to
    where
        component.needs_full_split
        and not case when component.shares_out_pay then split.is_full_pay else split.is_full end
),

bad_split as (
    select
        document.document_id,
        document.document_date,
        case when split_state.is_ambiguous then 'split_ambiguous' else 'split_not_100' end as reason,
        document.net_amount as amount,
        document.sales_rep_id as participant_id,
        document._loaded_at
    from document
    inner join split_state
        on document.document_id = split_state.document_id
    where
        split_state.is_ambiguous
        or document.document_id in (select unpaid_split.document_id from unpaid_split)
),

no_participant as (
    select
        document.document_id,
        document.document_date,
        'no_participant' as reason,
        document.net_amount as amount,
        document.sales_rep_id as participant_id,
        document._loaded_at
    from document
    left join known_participant
        on document.sales_rep_id = known_participant.participant_id
    left join split_state
        on document.document_id = split_state.document_id
    where
        document.document_type = 'sale'
        and split_state.document_id is null
        and known_participant.participant_id is null
    union all
    select
        document.document_id,
        document.document_date,
        'no_participant' as reason,
        cast(document.net_amount * split.share as decimal(24, 6)) as amount,
        split.participant_id,
        document._loaded_at
    from document
    inner join split
        on document.document_id = split.document_id
    left join known_participant
        on split.participant_id = known_participant.participant_id
    where known_participant.participant_id is null
),

credit as (
    select * from {{ ref('int_commission__credit') }}
    where credit_level = 0 and not is_taking_back
),

-- A component that counts another date does not hide that this date has no plan.
covered as (
    select distinct
        credit.event_number,
        credit.participant_id
    from credit
    inner join {{ ref('int_commission__assignment') }} as assignment
        on
            credit.participant_id = assignment.participant_id
            and credit.event_date between assignment.valid_from and assignment.valid_to
    inner join component
        on
            assignment.plan_id = component.plan_id
            and credit.event_date between component.version_from and component.version_to
),

no_plan as (
    select
        credit.document_id,
        min(credit.event_date) as document_date,
        'no_plan' as reason,
        {{ from_units('max(credit.net_units)') }} as amount,
        credit.participant_id,
        min(credit._loaded_at) as _loaded_at
    from credit
    cross join has_plan
    left join covered
        on
            credit.event_number = covered.event_number
            and credit.participant_id = covered.participant_id
    where has_plan.has_plan and covered.event_number is null
    group by credit.document_id, credit.participant_id
),

-- A margin can't be measured, or asked of, without a cost; nor can customers be counted that are not named.
unmeasured as (
    select distinct
        credit.document_id,
        sold.document_date,
        case when component.measure = 'customers' and sold.customer_id is null then 'no_customer' else 'no_cost' end
            as reason,
        sold.net_amount as amount,
        credit.participant_id,
        sold._loaded_at
    {{ from_credits_of_components(ref('int_commission__credit')) }}
    inner join document as sold
        on credit.document_id = sold.document_id
    {{ tables_of_conditions(filters) }}
    where
        (
            component.asks_margin
            or component.measure in ('margin', 'customers')
            or component.picked_by in ('margin', 'margin_rate', 'markup_rate')
        )
        and (
            (component.asks_margin and credit.margin_units is null)
            or (
                (
                    (
                        (
                            component.measure = 'margin'
                            or component.picked_by in ('margin', 'margin_rate', 'markup_rate')
                        )
                        and credit.margin_units is null
                    )
                    or (component.measure = 'customers' and sold.customer_id is null)
                )
                and {{ condition_holds(filters, 'component.filter_number') }}
            )
        )
),

curve as (
    select distinct component_key
    from {{ source('plan', 'plan_segment') }}
    where curve_number = 0
),

-- No term holds, and the component has no rate beside its terms.
no_rate as (
    select
        event.document_id,
        line.event_date as document_date,
        'no_rate' as reason,
        max({{ from_measure('line.measure_delta', 'line_window.measure') }}) as amount,
        line_window.participant_id,
        min(event._loaded_at) as _loaded_at
    from {{ ref('int_commission__measure_line') }} as line
    inner join {{ ref('int_commission__window') }} as line_window
        on line.window_number = line_window.window_number
    inner join {{ ref('int_commission__sale_event') }} as event
        on line.event_number = event.event_number
    left join curve
        on line_window.component_key = curve.component_key
    where
        line_window.walk in ('exact', 'order_segments')
        and line.curve_number = 0
        and curve.component_key is null
        and not line.is_taking_back
    group by event.document_id, line.event_date, line_window.participant_id
),

-- Whom the plan still names, and who sold after the last day: nothing is paid for it.
participant_left as (
    select distinct
        credit.document_id,
        document.document_date,
        'participant_left' as reason,
        {{ from_units('credit.net_units') }} as amount,
        credit.participant_id,
        document._loaded_at
    {{ from_credits_of_components(ref('int_commission__credit')) }}
    inner join {{ ref('stg_participant') }} as participant
        on
            credit.participant_id = participant.participant_id
            and participant.is_current
            and credit.event_date > participant.leave_date
    inner join document
        on credit.document_id = document.document_id
    where not credit.is_taking_back
),

-- Where the dates of a quota make the windows, a sale on other dates has none.
no_window as (
    select distinct
        credit.document_id,
        document.document_date,
        'no_quota' as reason,
        {{ from_units('credit.net_units') }} as amount,
        credit.participant_id,
        document._loaded_at
    {{ from_credits_of_components(ref('int_commission__credit')) }}
    inner join document
        on credit.document_id = document.document_id
    left join {{ ref('int_commission__own_window') }} as own_window
        on
            credit.participant_id = own_window.participant_id
            and component.component_key = own_window.component_key
            and credit.event_date between own_window.window_start and own_window.window_end
            and not own_window.is_overlapping
    where component.window_kind = 'quota' and own_window.window_start is null
),

-- Of several rows that one export has of a line the last counts; whether they are one sale is not known.
repeated as (
    select
        document.document_id,
        document.document_date,
        'duplicate_transaction' as reason,
        document.net_amount as amount,
        document.sales_rep_id as participant_id,
        document._loaded_at
    from {{ ref('stg_sales_line') }} as line
    inner join document
        on
            line.order_id = document.order_id
            and line.line_number = document.line_number
            and line.document_type = document.document_type
    where line.is_repeated
),

bad_payment as (
    select
        document_id,
        document_date,
        reason,
        amount,
        participant_id,
        _loaded_at
    from {{ ref('int_commission__bad_payment') }}
),

final as (
    select * from bad_take_back
    union all
    select * from participant_left
    union all
    select * from no_window
    union all
    select * from unmeasured
    union all
    select * from no_rate
    union all
    select * from bad_split
    union all
    select * from no_participant
    union all
    select * from no_plan
    union all
    select * from bad_payment
    union all
    select * from repeated
)

select * from final

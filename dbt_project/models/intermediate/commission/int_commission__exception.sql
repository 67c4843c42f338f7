{# What could not be credited or paid, and why. #}

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
        bool_or(is_ambiguous) as is_ambiguous,
        bool_and(is_full) as is_full
    from split
    group by document_id
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
        or (
            not split_state.is_full
            and exists (
                select 1 from {{ source('plan', 'plan_component') }} as component
                where component.credit_level = 0 and component.needs_full_split
            )
        )
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

component as (
    select * from {{ ref('int_commission__component') }}
    where credit_level = 0
),

credit as (
    select * from {{ ref('int_commission__credit') }}
    where credit_level = 0 and not is_taking_back
),

-- A component that counts another date does not hide that this date has no plan.
covered as (
    select distinct
        credit.event_id,
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
            credit.event_id = covered.event_id
            and credit.participant_id = covered.participant_id
    where has_plan.has_plan and covered.event_id is null
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
    from {{ ref('int_commission__credit') }} as credit
    inner join document as sold
        on credit.document_id = sold.document_id
    inner join {{ ref('int_commission__assignment') }} as assignment
        on
            credit.participant_id = assignment.participant_id
            and credit.event_date between assignment.valid_from and assignment.valid_to
    inner join {{ ref('int_commission__component') }} as component
        on
            assignment.plan_id = component.plan_id
            and credit.credit_level = component.credit_level
            and credit.event_kind = component.event_kind
            and credit.event_date between component.valid_from and component.valid_to
            and (component.asks_margin or component.measure in ('margin', 'customers'))
    {{ tables_of_conditions(filters) }}
    where
        (component.asks_margin and credit.margin_units is null)
        or (
            (
                (component.measure = 'margin' and credit.margin_units is null)
                or (component.measure = 'customers' and sold.customer_id is null)
            )
            and {{ condition_holds(filters, 'component.filter_number') }}
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
        measure_line.document_id,
        measure_line.event_date as document_date,
        'no_rate' as reason,
        max({{ from_measure('measure_line.measure_delta', 'component.measure') }}) as amount,
        measure_line.participant_id,
        min(measure_line._loaded_at) as _loaded_at
    from {{ ref('int_commission__measure_line') }} as measure_line
    inner join {{ ref('int_commission__component') }} as component
        on measure_line.component_key = component.component_key
    left join curve
        on measure_line.component_key = curve.component_key
    where
        component.walk = 'terms'
        and measure_line.curve_number = 0
        and curve.component_key is null
        and not measure_line.is_taking_back
    group by measure_line.document_id, measure_line.event_date, measure_line.participant_id
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
    from {{ ref('int_commission__credit') }} as credit
    inner join {{ ref('stg_participant') }} as participant
        on
            credit.participant_id = participant.participant_id
            and participant.is_current
            and credit.event_date > participant.leave_date
    inner join document
        on credit.document_id = document.document_id
    inner join {{ ref('int_commission__assignment') }} as assignment
        on
            credit.participant_id = assignment.participant_id
            and credit.event_date between assignment.valid_from
            and coalesce(assignment.valid_to, cast('9999-12-31' as date))
    inner join {{ ref('int_commission__component') }} as component
        on
            assignment.plan_id = component.plan_id
            and credit.credit_level = component.credit_level
            and credit.event_kind = component.event_kind
            and credit.event_date between component.valid_from and component.valid_to
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
    from {{ ref('int_commission__component') }} as component
    inner join {{ ref('int_commission__assignment') }} as assignment
        on component.plan_id = assignment.plan_id
    inner join {{ ref('int_commission__credit') }} as credit
        on
            assignment.participant_id = credit.participant_id
            and component.credit_level = credit.credit_level
            and component.event_kind = credit.event_kind
            and credit.event_date between component.valid_from and component.valid_to
            and credit.event_date between assignment.valid_from
            and coalesce(assignment.valid_to, cast('9999-12-31' as date))
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

of_transaction as (
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
),

unpaid_window as (
    select
        quota_window.window_id,
        quota_window.participant_id,
        quota_window.plan_id,
        quota_window.component_id,
        quota_window.measure,
        quota_window.window_name,
        quota_window.window_start,
        quota_window.window_end,
        case
            when quota_window.needs_quota and quota_window.quota_numerator is null then 'no_quota'
            when quota_window.needs_quota and quota_window.quota_numerator <= 0 then 'zero_quota'
            else 'no_target'
        end as reason
    from {{ ref('int_commission__quota_window') }} as quota_window
    where
        (quota_window.needs_quota and coalesce(quota_window.quota_numerator, 0) <= 0)
        or (quota_window.needs_target and quota_window.yearly_target_numerator is null)
),

-- Without a sale there is nothing that a quota is missing for.
of_window as (
    select
        unpaid_window.window_id,
        unpaid_window.participant_id,
        unpaid_window.plan_id,
        unpaid_window.component_id,
        unpaid_window.measure,
        unpaid_window.window_name,
        unpaid_window.window_start,
        unpaid_window.window_end,
        unpaid_window.reason,
        cast(sum(measure_line.measure_delta) as bigint) as measure_units,
        min(measure_line._loaded_at) as first_seen_at
    from unpaid_window
    inner join {{ ref('int_commission__measure_line') }} as measure_line
        on unpaid_window.window_id = measure_line.window_id
    group by
        unpaid_window.window_id,
        unpaid_window.participant_id,
        unpaid_window.plan_id,
        unpaid_window.component_id,
        unpaid_window.measure,
        unpaid_window.window_name,
        unpaid_window.window_start,
        unpaid_window.window_end,
        unpaid_window.reason
),

final as (
    select
        reason || '|' || document_id || '|' || coalesce(participant_id, '') as exception_id,
        document_id as transaction_id,
        reason,
        amount,
        participant_id,
        cast(null as {{ dbt.type_string() }}) as plan_id,
        cast(null as {{ dbt.type_string() }}) as component_id,
        {{ period_name("'month'", 'document_date') }} as period,
        {{ period_start("'month'", 'document_date') }} as period_start,
        {{ period_end("'month'", period_start("'month'", 'document_date')) }} as period_end,
        _loaded_at as first_seen_at
    from of_transaction
    union all
    select
        reason || '|' || window_id as exception_id,
        cast(null as {{ dbt.type_string() }}) as transaction_id,
        reason,
        {{ from_measure('measure_units', 'measure') }} as amount,
        participant_id,
        plan_id,
        component_id,
        window_name as period,
        window_start as period_start,
        window_end as period_end,
        first_seen_at
    from of_window
    union all
    select
        'overlapping_quota|' || participant_id || '|' || component_key || '|'
        || cast(window_start as {{ dbt.type_string() }}) || '|'
        || cast(window_end as {{ dbt.type_string() }}) as exception_id,
        cast(null as {{ dbt.type_string() }}) as transaction_id,
        'overlapping_quota' as reason,
        cast(null as decimal(24, 6)) as amount,
        participant_id,
        split_part(component_key, '/', 1) as plan_id,
        split_part(component_key, '/', 3) as component_id,
        cast(window_start as {{ dbt.type_string() }}) as period,
        window_start as period_start,
        window_end as period_end,
        cast(null as timestamp) as first_seen_at
    from {{ ref('int_commission__own_window') }}
    where is_overlapping
    union all
    select
        'no_exchange_rate|' || changed_pay.participant_id || '|' || changed_pay.plan_id || '|'
        || cast(changed_pay.posting_period_start as {{ dbt.type_string() }}) as exception_id,
        cast(null as {{ dbt.type_string() }}) as transaction_id,
        'no_exchange_rate' as reason,
        {{ from_minor('sum(changed_pay.amount_minor)') }} as amount,
        changed_pay.participant_id,
        changed_pay.plan_id,
        cast(null as {{ dbt.type_string() }}) as component_id,
        pay_period.period,
        pay_period.period_start,
        pay_period.period_end,
        cast(null as timestamp) as first_seen_at
    from {{ ref('int_commission__changed_pay') }} as changed_pay
    inner join {{ ref('int_calendar__period') }} as pay_period
        on
            changed_pay.pay_kind = pay_period.period_kind
            and changed_pay.posting_period_start = pay_period.period_start
    where changed_pay.paid_minor is null
    group by
        changed_pay.participant_id, changed_pay.plan_id, changed_pay.posting_period_start, pay_period.period,
        pay_period.period_start, pay_period.period_end
)

select * from final

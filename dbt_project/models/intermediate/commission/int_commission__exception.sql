{# What could not be credited or paid, and why: transactions, windows, and who can't be paid. #}

with

unpaid_window as (
    select
        quota_window.window_number,
        quota_window.participant_id,
        quota_window.component_key,
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

-- What those in a circle sell is credited to nobody above them: a row for each month in which they sell.
circle as (
    select
        reporting_circle.participant_id,
        reporting_circle.valid_from,
        reporting_circle.valid_to,
        greatest(reporting_circle.valid_from, span.first_sale_date) as first_date
    from {{ ref('int_commission__reporting_circle') }} as reporting_circle
    inner join {{ ref('int_calendar__span') }} as span
        on
            reporting_circle.valid_from <= span.last_sale_date
            and reporting_circle.valid_to >= span.first_sale_date
),

in_circle as (
    select
        circle.participant_id,
        {{ period_start("'month'", 'coalesce(credit.event_date, circle.first_date)') }} as period_start,
        cast(sum(credit.net_units) as bigint) as net_units,
        coalesce(min(credit._loaded_at), max(participant._loaded_at)) as _loaded_at
    from circle
    inner join {{ ref('stg_participant') }} as participant
        on
            circle.participant_id = participant.participant_id
            and participant.is_current
    left join {{ ref('int_commission__direct_credit') }} as credit
        on
            circle.participant_id = credit.participant_id
            and credit.order_date between circle.valid_from and circle.valid_to
    group by circle.participant_id, {{ period_start("'month'", 'coalesce(credit.event_date, circle.first_date)') }}
),

-- Without a sale there is nothing that a quota is missing for.
of_window as (
    select
        unpaid_window.participant_id,
        unpaid_window.component_key,
        unpaid_window.plan_id,
        unpaid_window.component_id,
        unpaid_window.measure,
        unpaid_window.window_name,
        unpaid_window.window_start,
        unpaid_window.window_end,
        unpaid_window.reason,
        cast(sum(measure_line.measure_delta) as bigint) as measure_units,
        min(event._loaded_at) as first_seen_at
    from unpaid_window
    inner join {{ ref('int_commission__measure_line') }} as measure_line
        on unpaid_window.window_number = measure_line.window_number
    inner join {{ ref('int_commission__sale_event') }} as event
        on measure_line.event_number = event.event_number
    group by
        unpaid_window.participant_id,
        unpaid_window.component_key,
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
    from {{ ref('int_commission__transaction_exception') }}
    union all
    select
        reason || '|' || {{ window_id('participant_id', 'component_key', 'window_start') }} as exception_id,
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
        'hierarchy_cycle|' || participant_id || '|' || cast(period_start as {{ dbt.type_string() }}) as exception_id,
        cast(null as {{ dbt.type_string() }}) as transaction_id,
        'hierarchy_cycle' as reason,
        {{ from_units('net_units') }} as amount,
        participant_id,
        cast(null as {{ dbt.type_string() }}) as plan_id,
        cast(null as {{ dbt.type_string() }}) as component_id,
        {{ period_name("'month'", 'period_start') }} as period,
        period_start,
        {{ period_end("'month'", 'period_start') }} as period_end,
        _loaded_at as first_seen_at
    from in_circle
    union all
    select
        reason || '|state|' || {{ window_id('participant_id', 'component_key', 'window_start') }} as exception_id,
        cast(null as {{ dbt.type_string() }}) as transaction_id,
        reason,
        {{ from_minor('curve_minor') }} as amount,
        participant_id,
        plan_id,
        component_id,
        window_name as period,
        window_start as period_start,
        window_end as period_end,
        cast(null as timestamp) as first_seen_at
    from {{ ref('int_commission__unknown_state') }}
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

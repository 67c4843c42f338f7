{# A view: publishing reads it once, and a table would write every line twice. #}
{{ config(materialized='view') }}

with

line as (
    select * from {{ ref('int_commission__commission_line') }}
),

quota_window as (
    select * from {{ ref('int_commission__quota_window') }}
),

final as (
    select
        line.commission_line_id,
        line.participant_id,
        quota_window.plan_id,
        quota_window.component_id,
        quota_window.payee,
        pay_period.period,
        line.pay_period_start as period_start,
        pay_period.period_end,
        line.document_id as transaction_id,
        line.event_date as transaction_date,
        line.share as credit_share,
        cast(line.credit_level as integer) as credit_level,
        {{ from_measure('line.credited_delta', 'quota_window.measure') }} as credited_amount,
        {{ from_measure('line.measure_before', 'quota_window.measure') }} as measure_before,
        {{ from_measure('line.measure_after', 'quota_window.measure') }} as measure_after,
        line.segment_id,
        line.rate,
        {{ attainment('line.measure_after', 'quota_window.quota_numerator', 'quota_window.quota_denominator') }}
            as attainment_after,
        {{ from_minor('line.amount_minor') }} as commission_amount,
        quota_window.currency,
        line.line_kind,
        line.cause,
        line.window_start,
        quota_window.window_end,
        cast(quota_window.quota_version as bigint) as quota_version,
        quota_window.plan_version
    from line
    inner join quota_window
        on line.window_number = quota_window.window_number
    inner join {{ ref('int_calendar__period') }} as pay_period
        on
            quota_window.pay_kind = pay_period.period_kind
            and line.pay_period_start = pay_period.period_start
)

select * from final

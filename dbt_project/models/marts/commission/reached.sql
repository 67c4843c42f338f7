with

reached as (
    select * from {{ ref('int_commission__reached') }}
),

quota_window as (
    select * from {{ ref('int_commission__quota_window') }}
),

pay_period as (
    select * from {{ ref('int_calendar__period') }}
),

final as (
    select
        quota_window.participant_id,
        quota_window.plan_id,
        quota_window.plan_version,
        quota_window.component_id,
        quota_window.window_start,
        pay_period.period,
        reached.pay_period_start as period_start,
        pay_period.period_end,
        reached.call || '(' || reached.argument || ')' as asked,
        reached.reached_by,
        case
            when reached.call <> 'measure' and reached.denominator > 0
                then try_cast(
                    {{ rounded_division('1000000000 * reached.numerator', 'reached.denominator') }}
                    * cast(0.000000001 as decimal(9, 9)) as decimal(18, 9)
                )
        end as reached_share
    from reached
    inner join quota_window
        on reached.window_id = quota_window.window_id
    inner join pay_period
        on
            quota_window.pay_kind = pay_period.period_kind
            and reached.pay_period_start = pay_period.period_start
)

select * from final

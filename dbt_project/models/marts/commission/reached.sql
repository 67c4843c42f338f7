with

reached as (
    select * from {{ ref('int_commission__reached') }}
),

quota_window as (
    select * from {{ ref('int_commission__quota_window') }}
),

window_period as (
    select * from {{ ref('int_commission__window_period') }}
),

final as (
    select
        quota_window.participant_id,
        quota_window.plan_id,
        quota_window.plan_version,
        quota_window.component_id,
        quota_window.window_start,
        window_period.pay_period as period,
        window_period.pay_period_start as period_start,
        window_period.pay_period_end as period_end,
        reached.call || '(' || reached.argument || ')' as asked,
        reached.reached_by,
        case
            when reached.call <> 'measure'
                then try_cast(
                    {{ rounded_division('1000000000 * reached.numerator', 'reached.denominator') }}
                    * cast(0.000000001 as decimal(9, 9)) as decimal(18, 9)
                )
        end as reached_share
    from reached
    inner join quota_window
        on reached.window_number = quota_window.window_number
    inner join window_period
        on
            reached.window_number = window_period.window_number
            and reached.pay_period_start = window_period.pay_period_start
)

select * from final

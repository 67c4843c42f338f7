with

reached as (
    select * from {{ ref('int_commission__reached') }}
),

quota_window as (
    select * from {{ ref('int_commission__quota_window') }}
),

final as (
    select
        quota_window.participant_id,
        quota_window.plan_id,
        quota_window.plan_version,
        quota_window.component_id,
        quota_window.window_start,
        {{ period_name('quota_window.pay_kind', 'reached.pay_period_start') }} as period,
        reached.pay_period_start as period_start,
        {{ period_end('quota_window.pay_kind', 'reached.pay_period_start') }} as period_end,
        reached.call || '(' || reached.argument || ')' as asked,
        reached.reached_by,
        case
            when reached.call <> 'measure' then {{ unit_ratio('reached.numerator', 'reached.denominator') }}
        end as reached_share
    from reached
    inner join quota_window
        on reached.window_id = quota_window.window_id
)

select * from final

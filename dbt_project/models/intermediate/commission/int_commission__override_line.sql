{{ config(materialized='table') }}

{# S7 of the second pass: one line per window and pay period, the difference that it makes to the pay for the
   commission of the team to date. The curve is over minor units of the currency. #}

with

quota_window as (
    select * from {{ ref('int_commission__quota_window') }}
    where measure = 'commission'
),

earned as (
    select
        quota_window.*,
        window_period.pay_period_start,
        window_period.pay_period,
        window_period.pay_period_end,
        coalesce(team.commission_minor, 0) as commission_minor,
        cast(sum(coalesce(team.commission_minor, 0)) over (
            partition by quota_window.window_number
            order by window_period.pay_period_start
            rows between unbounded preceding and current row
        ) as bigint) as commission_to_date_minor
    from quota_window
    inner join {{ ref('int_commission__window_period') }} as window_period
        on quota_window.window_number = window_period.window_number
    left join {{ ref('int_commission__team_commission') }} as team
        on
            window_period.window_number = team.window_number
            and window_period.pay_period_start = team.pay_period_start
),

paid as (
    select
        earned.*,
        segment.segment_number,
        segment.segment_id,
        segment.rate,
        coalesce({{ payout('earned.commission_to_date_minor', 'segment') }}, 0) as pay_to_date_minor
    from earned
    left join {{ ref('int_commission__curve_window') }} as segment
        on
            earned.component_number = segment.curve_key
            and segment.curve_number = 0
            and earned.commission_to_date_minor >= segment.x_from
            and earned.commission_to_date_minor < segment.x_to
),

final as (
    select
        {%- for column in window_columns() %}
            {{ column }},
        {%- endfor %}
        pay_period_end as event_date,
        {{ minor_to_units('commission_minor') }} as credited_delta,
        {{ minor_to_units('commission_to_date_minor - commission_minor') }} as measure_before,
        {{ minor_to_units('commission_to_date_minor') }} as measure_after,
        segment_number,
        segment_id,
        rate,
        cast(pay_to_date_minor - coalesce(lag(pay_to_date_minor) over (
            partition by window_number order by pay_period_start
        ), 0) as bigint) as amount_minor
    from paid
)

select * from final

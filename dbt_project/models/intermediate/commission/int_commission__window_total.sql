{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('window_number', ref('int_commission__dirty_window')) }}"
) }}

{# What the credits of a window pay in each pay period: on the curve, and as reversals in place of moves on it. #}

with

dirty_window as (
    select * from {{ ref('int_commission__dirty_window') }}
),

line as (
    select
        walked_line.window_number,
        walked_line.pay_period_start,
        walked_line.amount_minor as walked_minor,
        case when walked_line.is_reversal then walked_line.amount_minor else 0 end as replaced_minor,
        cast(0 as bigint) as reversal_minor
    from {{ ref('int_commission__walked_line') }} as walked_line
    inner join dirty_window
        on walked_line.window_number = dirty_window.window_number
    union all
    select
        reversal_line.window_number,
        reversal_line.pay_period_start,
        cast(0 as bigint) as walked_minor,
        cast(0 as bigint) as replaced_minor,
        reversal_line.amount_minor as reversal_minor
    from {{ ref('int_commission__reversal_line') }} as reversal_line
    inner join dirty_window
        on reversal_line.window_number = dirty_window.window_number
),

final as (
    select
        window_number,
        pay_period_start,
        cast(sum(walked_minor) as bigint) as walked_minor,
        cast(sum(replaced_minor) as bigint) as replaced_minor,
        cast(sum(reversal_minor) as bigint) as reversal_minor
    from line
    group by window_number, pay_period_start
)

select * from final

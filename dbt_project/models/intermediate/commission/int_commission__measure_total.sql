{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('window_number', ref('int_commission__dirty_window')) }}"
) }}

{# What the credits of a window add to its measure in each pay period. #}

with

line as (
    select * from {{ ref('int_commission__rest_line') }}
),

final as (
    select
        window_number,
        pay_period_start,
        cast(sum(measure_delta) as bigint) as measure_units
    from line
    group by window_number, pay_period_start
)

select * from final

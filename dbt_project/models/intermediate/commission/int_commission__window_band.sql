{{ config(materialized='table') }}

{# The curve of each window whose component has bands: that of the first band whose condition holds at the end of
   the window, as far as it has come; of the cells of a grid what each axis adds to its number. Where none holds the
   component's own: no row. #}

with

state as (
    select
        condition_state.window_number,
        band.axis_number,
        band.curve_number,
        band.walk,
        band.re_rates_at_edges,
        condition_state.is_true,
        dense_rank() over (
            partition by condition_state.window_number order by condition_state.pay_period_start desc
        ) as recency
    from {{ ref('int_commission__condition_state') }} as condition_state
    inner join {{ source('plan', 'plan_band') }} as band
        on condition_state.condition_id = band.condition_id
),

held as (
    select
        window_number,
        curve_number,
        walk,
        re_rates_at_edges,
        row_number() over (partition by window_number, axis_number order by curve_number) as place
    from state
    where recency = 1 and is_true
),

final as (
    select
        window_number,
        cast(sum(curve_number) as bigint) as curve_number,
        min(walk) as walk,
        max(case when re_rates_at_edges then 1 else 0 end) = 1 as re_rates_at_edges
    from held
    where place = 1
    group by window_number
)

select * from final

{# What reversals take back less, or more, than the cents of their sales: the multipliers and gates of the window in
   which the sale was paid apply to what is taken back, too. #}

with

factored as (
    select
        *,
        row_number() over (partition by window_number order by pay_period_start desc) as recency
    from {{ ref('int_commission__factor') }}
),

returned as (
    select
        window_number,
        pay_period_start,
        original_window_number,
        sum(amount_minor) as reversal_minor
    from {{ ref('int_commission__reversal_line') }}
    where original_window_number in (select factored.window_number from factored)
    group by window_number, pay_period_start, original_window_number
),

final as (
    select
        returned.window_number,
        returned.pay_period_start,
        cast(sum(
            {{ times(
                'returned.reversal_minor',
                'factored.multiplier_numerator * factored.gate_numerator',
                'factored.multiplier_denominator * factored.gate_denominator', 'original.'
            ) }} - returned.reversal_minor
        ) as bigint) as return_factor_minor
    from returned
    inner join factored
        on
            returned.original_window_number = factored.window_number
            and factored.recency = 1
    inner join {{ ref('int_commission__quota_window') }} as original
        on returned.original_window_number = original.window_number
    group by returned.window_number, returned.pay_period_start
)

select * from final

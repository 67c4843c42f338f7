{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('window_number', ref('int_commission__dirty_window')) }}"
) }}

{# S7, second half. A sale taken back in a later window takes back its own cents, in proportion to what has
   come back, rounded as a running total per sale: a full return takes exactly what is left. What counts once (an
   order, a customer) comes back entirely or not at all. At the current rate a return takes back its amount times
   the rate of the place that it falls on, and so does what comes back of a sale that niaga has not paid. What is less
   of the company's pay gives back, at its rate, what the company has of the sale and does not give back itself. #}

with

taking_back as (
    select distinct
        walked_line.window_number,
        walked_line.original_window_number,
        walked_line.event_number,
        walked_line.original_event_number,
        walked_line.credit_level,
        walked_line.event_date,
        walked_line.pay_period_start,
        walked_line.share,
        coalesce(walked_line.kept_delta, walked_line.measure_delta) as measure_delta,
        walked_line.curve_number,
        walked_line.measure_before,
        walked_line.measure_after
    from {{ ref('int_commission__walked_line') }} as walked_line
    inner join {{ ref('int_commission__dirty_window') }} as dirty_window
        on walked_line.window_number = dirty_window.window_number
    where walked_line.is_reversal
),

-- Amount and own cents of the sales taken back.
sale as (
    select
        walked_line.event_number,
        walked_line.window_number,
        walked_line.credit_level,
        min(walked_line.rate) as rate,
        min(walked_line.segment_number) as segment_number,
        min(walked_line.segment_id) as segment_id,
        count(distinct walked_line.segment_id) as segments,
        cast(sum(walked_line.amount_minor) as bigint) as own_minor
    from {{ ref('int_commission__walked_line') }} as walked_line
    where
        walked_line.line_kind in ('sale', 'per-order')
        and not walked_line.is_taking_back
        and walked_line.event_number in (select taking_back.original_event_number from taking_back)
    group by walked_line.event_number, walked_line.window_number, walked_line.credit_level
),

valued as (
    select
        taking_back.*,
        case when line_window.measure in ('orders', 'customers') then 1 else event.sale_basis end as sale_basis,
        case
            when line_window.measure in ('orders', 'customers') then -taking_back.measure_delta
            else event.taken_back_basis
        end as taken_back_basis,
        case
            when line_window.measure in ('orders', 'customers') then taking_back.measure_delta
            else event.basis
        end as basis,
        sale.own_minor,
        cast(coalesce(house_sale.amount_minor, 0) as {{ type_wide() }}) as house_minor,
        cast(coalesce(house_back.returned_minor, 0) as {{ type_wide() }}) as house_after_minor,
        cast(coalesce(house_back.returned_minor - house_back.amount_minor, 0) as {{ type_wide() }})
            as house_before_minor,
        line_window.house_key is not null as is_less_of_house,
        curve.slope_wide,
        curve.denominator_wide,
        line_window.returns_rate = 'current' or sale.event_number is null as is_at_current_rate,
        -- Where the sale crossed segments there is no single rate to name.
        case
            when line_window.returns_rate = 'current' or sale.event_number is null then curve.rate
            when sale.segments = 1 then sale.rate
        end as rate,
        case
            when line_window.returns_rate = 'current' or sale.event_number is null then curve.segment_number
            when sale.segments = 1 then sale.segment_number
        end as segment_number,
        case
            when line_window.returns_rate = 'current' or sale.event_number is null then curve.segment_id
            when sale.segments = 1 then sale.segment_id
        end as segment_id
    from taking_back
    inner join {{ ref('int_commission__window') }} as line_window
        on taking_back.window_number = line_window.window_number
    left join {{ ref('int_commission__curve_window') }} as curve
        on
            {{ curve_key('line_window') }} = curve.curve_key
            and taking_back.curve_number = curve.curve_number
            and taking_back.measure_before >= curve.x_from
            and taking_back.measure_before < curve.x_to
    left join sale
        on
            taking_back.original_event_number = sale.event_number
            and taking_back.original_window_number = sale.window_number
            and taking_back.credit_level = sale.credit_level
    inner join {{ ref('int_commission__sale_event') }} as event
        on taking_back.event_number = event.event_number
    left join {{ ref('int_commission__house_pay') }} as house_back
        on
            line_window.house_key = house_back.component_key
            and taking_back.event_number = house_back.event_number
            and line_window.participant_id = house_back.participant_id
            and taking_back.credit_level = house_back.credit_level
    left join {{ ref('int_commission__house_pay') }} as house_sale
        on
            house_back.original_event_number = house_sale.event_number
            and house_back.original_window_number = house_sale.window_number
            and house_back.credit_level = house_sale.credit_level
),

final as (
    select
        valued.*,
        'reversal' as line_kind,
        valued.measure_delta as credited_delta,
        case
            when valued.is_at_current_rate
                then coalesce(cast({{ rounded_division(
                    'cast(valued.measure_delta as ' ~ type_wide() ~ ') * valued.slope_wide', 'valued.denominator_wide'
                ) }} as bigint), 0)
            when valued.is_less_of_house
                then -cast(
                    {{ given_back_of_rest('taken_back_basis', 'house_after_minor') }}
                    - {{ given_back_of_rest('(taken_back_basis + basis)', 'house_before_minor') }} as bigint
                )
            else
                -(
                    {{ proportion('own_minor', 'taken_back_basis', 'sale_basis') }}
                    - {{ proportion('own_minor', '(taken_back_basis + basis)', 'sale_basis') }}
                )
        end as amount_minor
    from valued
)

select * from final

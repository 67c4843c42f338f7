{# Amounts of a month are shared over the channel's products by net sales; where nothing was sold they stand
   without a product. Then all is rounded so that a channel's month totals int_channel__terms: each product's
   cost is cut to six decimals, and the rest goes to the largest remainders. #}

with

priced_month as (
    select * from {{ ref('int_channel__priced_month') }}
),

span as (
    select * from {{ ref('int_calendar__span') }}
),

due as (
    select
        term.channel_id,
        month.period_start as month,
        term.step,
        cast(sum({{ millionths('term.amount') }}) as {{ type_wide() }}) as units
    from {{ ref('int_channel__term') }} as term
    inner join {{ ref('int_calendar__period') }} as month
        on
            month.period_kind = 'month'
            and month.period_start between term.valid_from and term.valid_to
    inner join span
        on
            month.period_start <= span.last_document_date
            and month.period_end >= span.first_document_date
    where term.amount is not null
    group by term.channel_id, month.period_start, term.step
),

weighed as (
    select
        channel_id,
        product_id,
        month,
        {{ to_units('net_amount') }} as weight,
        sum({{ to_units('net_amount') }}) over (partition by channel_id, month) as weights
    from priced_month
    where net_amount > 0
),

divided as (
    select
        due.channel_id,
        due.month,
        due.step,
        due.units,
        weighed.product_id,
        coalesce(
            {{ whole_by_weight('due.units', 'weighed.weight', 'weighed.weights') }}, abs(due.units)
        ) as whole_units,
        coalesce(
            {{ remainder_by_weight('due.units', 'weighed.weight', 'weighed.weights') }}, 0
        ) as remainder_units
    from due
    left join weighed
        on
            due.channel_id = weighed.channel_id
            and due.month = weighed.month
),

cost as (
    select
        channel_id,
        month,
        product_id,
        step,
        cast(cast(
            {{ allocated_units('units', 'whole_units', 'remainder_units', 'channel_id, month, step', 'product_id') }}
            as decimal(24, 0)
        ) * cast(0.000001 as decimal(7, 6)) as decimal(38, 15)) as amount
    from divided
    {%- for step in ['rebate', 'freight', 'other'] %}
        union all
        select
            channel_id,
            month,
            product_id,
            '{{ step }}' as step,
            {{ step }}_amount as amount
        from priced_month
        where {{ step }}_amount <> 0
    {%- endfor %}
),

stepped as (
    select
        channel_id,
        month,
        product_id,
        step,
        cast(sum(amount) as decimal(38, 15)) as amount
    from cost
    group by channel_id, month, product_id, step
),

rounded as (
    select
        *,
        cast(amount as decimal(24, 6)) as rounded_amount,
        cast(sum(amount) over (partition by channel_id, month) as decimal(24, 6)) as month_amount
    from stepped
),

cut as (
    select
        *,
        rounded_amount - cast(case when rounded_amount > amount then 0.000001 else 0 end as decimal(7, 6)) as cut_amount
    from rounded
),

ranked as (
    select
        *,
        cast(
            (month_amount - sum(cut_amount) over (partition by channel_id, month)) * 1000000 as bigint
        ) as left_units,
        row_number() over (
            partition by channel_id, month
            order by amount - cut_amount desc, product_id asc nulls last, step asc
        ) as ordinal
    from cut
),

final as (
    select
        channel_id,
        month,
        product_id,
        step,
        cast(
            cut_amount + cast(case when ordinal <= left_units then 0.000001 else 0 end as decimal(7, 6))
            as decimal(24, 6)
        ) as amount
    from ranked
)

select * from final

{# What trade terms cost, by channel and month: rates on the net sales of the days they hold, amounts once
   for each month whose first day they hold. #}

with

term as (
    select
        channel_id,
        rate,
        amount,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('stg_trade_term') }}
),

document as (
    select * from {{ ref('int_sales__document') }}
),

month as (
    select * from {{ ref('int_calendar__period') }}
    where period_kind = 'month'
),

span as (
    select * from {{ ref('int_calendar__span') }}
),

of_sales as (
    select
        document.channel_id,
        {{ period_start("'month'", 'document.document_date') }} as month,
        cast(document.net_amount * term.rate as decimal(38, 15)) as term_amount
    from document
    inner join term
        on
            document.channel_id = term.channel_id
            and document.document_date between term.valid_from and term.valid_to
    where term.rate is not null
),

of_month as (
    select
        term.channel_id,
        month.period_start as month,
        cast(term.amount as decimal(38, 15)) as term_amount
    from term
    inner join month
        on month.period_start between term.valid_from and term.valid_to
    inner join span
        on
            month.period_start <= span.last_document_date
            and month.period_end >= span.first_document_date
    where term.amount is not null
),

every_term as (
    select * from of_sales
    union all
    select * from of_month
),

final as (
    select
        channel_id,
        month,
        cast(sum(term_amount) as decimal(24, 6)) as trade_terms_amount
    from every_term
    group by channel_id, month
)

select * from final

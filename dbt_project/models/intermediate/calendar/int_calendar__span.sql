{# First and last day on which sales count, and the whole years around them. A sale ordered in one period may
   be invoiced or shipped, and so be paid, in a later one; payments count where a component counts them. #}

with

dates as (
    select
        min(document_date) as first_document_date,
        max(document_date) as last_document_date,
        least(
            min(document_date),
            coalesce(min(invoice_date), min(document_date)),
            coalesce(min(ship_date), min(document_date))
        ) as first_date,
        greatest(
            max(document_date),
            coalesce(max(invoice_date), max(document_date)),
            coalesce(max(ship_date), max(document_date))
        ) as last_date
    from {{ ref('int_sales__document') }}
),

paid as (
    select
        min(payment_date) as first_date,
        max(payment_date) as last_date
    from {{ ref('int_commission__payment_event') }}
),

widened as (
    select
        dates.first_document_date,
        dates.last_document_date,
        least(dates.first_date, coalesce(paid.first_date, dates.first_date)) as first_date,
        greatest(dates.last_date, coalesce(paid.last_date, dates.last_date)) as last_date
    from dates
    cross join paid
),

final as (
    select
        first_document_date,
        last_document_date,
        first_date as first_sale_date,
        last_date as last_sale_date,
        cast({{ dbt.date_trunc('year', 'first_date') }} as date) as first_day,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd('year', 1, dbt.date_trunc('year', 'last_date'))) }} as date)
            as last_day
    from widened
)

select * from final

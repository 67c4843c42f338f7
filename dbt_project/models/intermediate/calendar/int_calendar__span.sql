{# First and last day that the sales and quotas of the workspace speak of, to whole years. #}

with

dates as (
    select
        min(document_date) as first_date,
        max(document_date) as last_date
    from {{ ref('int_sales__document') }}
),

final as (
    select
        first_date as first_sale_date,
        last_date as last_sale_date,
        cast({{ dbt.date_trunc('year', 'first_date') }} as date) as first_day,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd('year', 1, dbt.date_trunc('year', 'last_date'))) }} as date)
            as last_day
    from dates
)

select * from final

with

span as (
    select
        as_of_date,
        cast({{ dbt.dateadd('month', -6, 'as_of_date') }} as date) as recent_after,
        cast({{ dbt.dateadd('month', -12, 'as_of_date') }} as date) as last_year_after,
        cast({{ dbt.dateadd('month', -18, 'as_of_date') }} as date) as year_before_after
    from {{ source('run', 'parameter') }}
),

line as (
    select
        document.product_id,
        document.customer_id,
        document.document_type = 'sale' as is_sale,
        document.net_amount,
        document.margin_amount,
        document.document_date > span.recent_after as is_recent,
        document.document_date > span.last_year_after as is_of_last_year
    from {{ ref('int_sales__document') }} as document
    inner join span
        on
            document.document_date > span.year_before_after
            and document.document_date <= span.as_of_date
),

total as (
    select
        product_id,
        sum(case when is_recent then net_amount else 0 end) as recent_amount,
        sum(case when not is_of_last_year then net_amount else 0 end) as year_before_amount,
        count(case when is_recent and is_sale then 1 end) as recent_lines,
        count(case when not is_of_last_year and is_sale then 1 end) as year_before_lines,
        count(case when is_of_last_year and is_sale then 1 end) as sale_lines,
        sum(case when is_of_last_year then margin_amount end) as margin_amount,
        sum(case when is_of_last_year and margin_amount is not null then net_amount end) as costed_amount
    from line
    group by product_id
),

buyer as (
    select
        product_id,
        customer_id
    from line
    where is_of_last_year and is_sale and customer_id is not null
    group by product_id, customer_id
),

in_line as (
    select
        buyer.product_id,
        count(*) over (partition by buyer.customer_id, product.line) as products_of_line
    from buyer
    inner join {{ ref('stg_product') }} as product
        on
            buyer.product_id = product.product_id
            and product.is_current
    where product.line is not null
),

transferable as (
    select
        product_id,
        count(*) as buyers,
        count(case when products_of_line > 1 then 1 end) as buyers_of_others
    from in_line
    group by product_id
),

final as (
    select
        total.*,
        transferable.buyers,
        transferable.buyers_of_others
    from total
    left join transferable
        on total.product_id = transferable.product_id
)

select * from final

{% set voices = var('recommendation_voices') %}

with

product as (
    select
        product.product_id,
        product.discontinued_date,
        product.discontinued_date <= parameter.as_of_date as is_discontinued
    from {{ ref('stg_product') }} as product
    cross join {{ source('run', 'parameter') }} as parameter
    where product.is_current
),

sold as (
    select * from {{ ref('int_customer__product_sales') }}
),

complained as (
    select
        complaint.product_id,
        count(*) as complaints
    from {{ ref('int_customer__complaint') }} as complaint
    cross join {{ source('run', 'parameter') }} as parameter
    where
        complaint.product_id is not null
        and coalesce(complaint.opened_date > {{ dbt.dateadd('year', -1, 'parameter.as_of_date') }}, true)
    group by complaint.product_id
),

wished as (
    select
        *,
        voices_to_keep + voices_to_change + voices_to_drop as voices
    from {{ ref('int_customer__wish') }}
    where product_id is not null
),

-- Totals, not windows over everything: those fail by chance in DuckDB 1.5 where two threads work on few rows.
all_sold as (
    select
        sum(margin_amount) as company_margin_amount,
        sum(costed_amount) as company_costed_amount,
        sum(sale_lines) as company_sale_lines
    from sold
),

all_complained as (
    select sum(complaints) as company_complaints
    from complained
),

all_wished as (
    select sum(requests) as company_requests
    from wished
),

every_product as (
    select product_id from product
    union
    select product_id from sold
    union
    select product_id from complained
    union
    select product_id from wished
),

joined as (
    select
        every_product.product_id,
        product.discontinued_date,
        coalesce(product.is_discontinued, false) as is_discontinued,
        sold.recent_amount,
        sold.year_before_amount,
        coalesce(sold.recent_lines, 0) as recent_lines,
        coalesce(sold.year_before_lines, 0) as year_before_lines,
        coalesce(sold.sale_lines, 0) as sale_lines,
        coalesce(complained.complaints, 0) as complaints,
        coalesce(wished.requests, 0) as requests,
        coalesce(wished.voices_to_keep, 0) as voices_to_keep,
        coalesce(wished.voices_to_change, 0) as voices_to_change,
        coalesce(wished.voices_to_drop, 0) as voices_to_drop,
        coalesce(wished.voices, 0) as voices,
        case
            when sold.year_before_amount > 0
                then {{ ratio('sold.recent_amount - sold.year_before_amount', 'sold.year_before_amount') }}
        end as sales_trend,
        case
            when sold.costed_amount > 0 then {{ ratio('sold.margin_amount', 'sold.costed_amount') }}
        end as margin_rate,
        {{ ratio('sold.buyers_of_others', 'sold.buyers') }} as transferable_share,
        all_sold.company_margin_amount,
        all_sold.company_costed_amount,
        all_sold.company_sale_lines,
        all_complained.company_complaints,
        all_wished.company_requests
    from every_product
    cross join all_sold
    cross join all_complained
    cross join all_wished
    left join product
        on every_product.product_id = product.product_id
    left join sold
        on every_product.product_id = sold.product_id
    left join complained
        on every_product.product_id = complained.product_id
    left join wished
        on every_product.product_id = wished.product_id
),

compared as (
    select
        *,
        {{ ratio('company_margin_amount', 'company_costed_amount') }} as company_margin_rate,
        {{ ratio('company_complaints', 'company_sale_lines') }} as company_complaint_rate,
        coalesce(company_complaints, 0) > 0 and sale_lines > 0 as has_complaint_rate,
        -- A product whose lines fell as well, by more than two such counts differ by chance.
        coalesce(
            sales_trend <= -{{ var('recommendation_fall') }}
            and year_before_lines - recent_lines
            > {{ normal_quantile() }} * sqrt(cast(year_before_lines + recent_lines as double)),
            false
        ) as is_falling,
        {{ is_majority('voices_to_keep', 'voices', voices) }} as is_wished_kept,
        {{ is_majority('voices_to_change', 'voices', voices) }} as is_wished_changed,
        {{ is_majority('voices_to_drop', 'voices', voices) }} as is_wished_dropped
    from joined
),

final as (
    select
        *,
        coalesce(
            margin_rate < greatest(0, {{ var('recommendation_weak_margin') }} * company_margin_rate), false
        ) as is_weak,
        coalesce(
            complaints >= {{ voices }}
            and {{ wilson_low('least(complaints, sale_lines)', 'sale_lines') }} > company_complaint_rate,
            false
        ) as is_complained_about
    from compared
)

select * from final

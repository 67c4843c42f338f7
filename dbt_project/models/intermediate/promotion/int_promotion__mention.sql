{{ config(materialized='table') }}

with

contact as (
    select
        contact_id,
        customer_id,
        product_id,
        contacted_at,
        {{ period_start("'month'", local_date('contacted_at')) }} as month,
        {{ plain_words('theme') }} as theme,
        {{ sentiment_of('sentiment') }} as sentiment
    from {{ ref('stg_customer_contact') }}
),

final as (
    select
        *,
        row_number() over (
            partition by theme, product_id, month order by contacted_at desc nulls last, contact_id asc
        ) as contact_rank
    from contact
    where theme is not null
)

select * from final

with

final as (
    select
        product_id,
        name,
        line,
        category,
        unit,
        standard_cost,
        list_price,
        launch_date,
        discontinued_date,
        valid_from,
        valid_to,
        is_current
    from {{ ref('stg_product') }}
)

select * from final

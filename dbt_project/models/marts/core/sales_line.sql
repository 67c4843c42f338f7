{# A view: publishing reads it once, and a table would write every line twice. #}
{{ config(materialized='view') }}

with

document as (
    select * from {{ ref('int_sales__document') }}
),

final as (
    select
        document_id as transaction_id,
        order_id,
        cast(line_number as bigint) as line_number,
        document_type,
        document_date,
        order_date,
        invoice_date,
        ship_date,
        paid_date,
        customer_id,
        customer_segment,
        product_id,
        channel_id,
        territory_id,
        sales_rep_id,
        'posted' as status,
        promotion_id,
        ordered_quantity,
        cast(quantity as decimal(18, 6)) as quantity,
        unit_price,
        list_price,
        discount_amount,
        cast(net_amount as decimal(24, 6)) as net_amount,
        cast(cost_amount as decimal(24, 6)) as cost_amount,
        cast(margin_amount as decimal(24, 6)) as gross_margin_amount,
        '{{ var("currency") }}' as currency,
        original_document_id as original_transaction_id,
        original_order_id,
        cast(original_line_number as bigint) as original_line_number,
        contract_id,
        contract_start,
        contract_months,
        cancelled_date,
        is_new_customer,
        _export_id as export_id,
        _row_number as row_number
    from document
)

select * from final

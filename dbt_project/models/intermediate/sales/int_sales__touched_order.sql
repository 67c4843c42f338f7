{{ config(materialized='table') }}

{# A table, because the documents that it reads are deleted by it. Where customers are counted, which of their
   orders counts may change with any other. #}

{% set last_documents = last_build_of('intermediate', 'int_sales__document') %}
{% set counts_customers = last_documents and 'customers' in measures_in_use() %}

with

arrived as (
    select distinct
        order_id,
        line_number,
        document_type,
        {{ root_of('order_id', 'original_order_id') }} as root_order_id
    from {{ source('lake', 'sales_line_arrived') }}
),

now_in as (
    select root_order_id from arrived
),

{% if last_documents %}
-- A corrected return may have named another original before.
    before_in as (
        select documents.root_order_id
        from {{ last_documents }} as documents
        inner join arrived
            on
                documents.order_id = arrived.order_id
                and documents.line_number = arrived.line_number
    ),
{% endif %}

final as (
    select root_order_id from now_in
    {% if last_documents %}
        union
        select root_order_id from before_in
    {% endif %}
    {% if counts_customers %}
        union
        select documents.root_order_id
        from {{ last_documents }} as documents
        where
            documents.customer_id in (
                select arrived_line.customer_id from {{ source('lake', 'sales_line_arrived') }} as arrived_line
                union
                select touched.customer_id
                from {{ last_documents }} as touched
                where
                    touched.root_order_id in (
                        select now_in.root_order_id from now_in
                        union
                        select before_in.root_order_id from before_in
                    )
            )
    {% endif %}
)

select distinct root_order_id
from final

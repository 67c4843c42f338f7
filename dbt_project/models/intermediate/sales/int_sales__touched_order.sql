{{ config(materialized='table') }}

{# A table, because the documents that it reads are deleted by it. Where customers are counted, which of their
   orders counts may change with any other. An order of several customers leads on to orders of the others, and those
   may again: then all orders are touched. #}

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

{% if counts_customers %}
    customer_order as (
        select
            root_order_id,
            customer_id
        from {{ last_documents }}
        where customer_id is not null
        union
        select
            {{ root_of('order_id', 'original_order_id') }} as root_order_id,
            customer_id
        from {{ source('lake', 'sales_line_arrived') }}
        where customer_id is not null
    ),

    customer as (
        select distinct customer_id from customer_order
        where
            root_order_id in (
                select now_in.root_order_id from now_in
                union
                select before_in.root_order_id from before_in
            )
    ),

    of_customer as (
        select customer_order.root_order_id
        from customer_order
        inner join customer
            on customer_order.customer_id = customer.customer_id
    ),

    leading_on as ( -- noqa: ST03
        select customer_order.root_order_id
        from customer_order
        inner join of_customer
            on customer_order.root_order_id = of_customer.root_order_id
        left join customer
            on customer_order.customer_id = customer.customer_id
        where customer.customer_id is null
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
        select root_order_id from of_customer
        union
        select root_order_id from customer_order
        where (select count(*) from leading_on) > 0
    {% endif %}
)

select distinct root_order_id
from final

{# S1. A sale counts on the date that the component names; what takes it back counts on its own date,
   and money received on the day on which it came. #}

{% set kind_number = "case event_kind when 'order' then 1 when 'invoice' then 2 else 3 end" %}

with

document as (
    select * from {{ ref('int_sales__document') }}
),

event_kind as (
    select distinct event_kind from {{ source('plan', 'plan_component') }}
    where event_kind <> 'payment'
),

dated as (
    select
        document.*,
        event_kind.event_kind,
        case
            when document.document_type <> 'sale' then document.document_date
            when event_kind.event_kind = 'order' then document.order_date
            when event_kind.event_kind = 'invoice' then document.invoice_date
            when event_kind.event_kind = 'shipment' then document.ship_date
        end as event_date
    from document
    cross join event_kind
),

sold as (
    select
        document_id || ':' || event_kind as event_id,
        {{ event_number('document_number', kind_number) }} as event_number,
        case when original_document_id is not null then {{ event_number('original_document_number', kind_number) }} end
            as original_event_number,
        document_id,
        root_order_id,
        order_id,
        line_number,
        document_type,
        document_type <> 'sale' as is_taking_back,
        event_kind,
        event_date,
        order_date,
        is_orphan,
        is_excess,
        customer_id,
        product_id,
        channel_id,
        territory_id,
        sales_rep_id,
        net_units,
        margin_units,
        taken_back_net_units,
        taken_back_margin_units,
        sale_basis,
        taken_back_basis,
        basis,
        _loaded_at
    from dated
    where event_date is not null
),

paid as (
    select
        document_id || ':payment:' || payment_id as event_id,
        {{ event_number('document_number', '(3 + payment_ordinal)') }} as event_number,
        cast(null as bigint) as original_event_number,
        document_id,
        root_order_id,
        order_id,
        line_number,
        document_type,
        false as is_taking_back,
        'payment' as event_kind,
        payment_date as event_date,
        order_date,
        is_orphan,
        is_excess,
        customer_id,
        product_id,
        channel_id,
        territory_id,
        sales_rep_id,
        paid_units as net_units,
        cast(null as bigint) as margin_units,
        cast(0 as bigint) as taken_back_net_units,
        cast(0 as bigint) as taken_back_margin_units,
        sale_basis,
        taken_back_basis,
        basis,
        payment_loaded_at as _loaded_at
    from {{ ref('int_commission__payment_event') }}
),

final as (
    select * from sold
    union all
    select * from paid
)

select * from final

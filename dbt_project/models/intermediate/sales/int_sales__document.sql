{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('root_order_id', ref('int_sales__touched_order')) }}"
) }}

{% set attributes = [
    'invoice_date', 'ship_date', 'paid_date', 'customer_id', 'product_id', 'channel_id', 'territory_id',
    'sales_rep_id', 'promotion_id', 'ordered_quantity', 'unit_price', 'list_price', 'discount_amount',
    'original_order_id', 'original_line_number', 'contract_id', 'contract_start', 'contract_months',
    'cancelled_date', 'is_new_customer',
] %}

with recursive

line as (
    select
        *,
        {{ root_of('order_id', 'original_order_id') }} as root_order_id,
        {{ root_of('line_number', 'original_line_number') }} as root_line_number
    from {{ ref('stg_sales_line') }}
    where
        coalesce(status, 'posted') = 'posted'
        {% if is_incremental() %}
            and {{ root_of('order_id', 'original_order_id') }} in (
                select touched.root_order_id from {{ ref('int_sales__touched_order') }} as touched
            )
        {% endif %}
),

-- Sales have even numbers, what takes them back has odd ones. An order gets new ones whenever it is touched, and so
-- does whatever keeps them.
sale as (
    select
        *,
        {{ first_new_number() }} + 2 * row_number() over (order by order_id, line_number) as document_number
    from line
    where document_type = 'sale'
),

own_cancellation as (
    select *
    from line
    where document_type = 'cancellation'
),

-- What takes a sale back. A cancellation comes as a document of its own or as a date on the sale; the
-- document wins. Its amounts are what the sale has left, whatever the export says.
taking_back as (
    select
        root_order_id,
        root_line_number,
        order_id,
        line_number,
        'return' as document_type,
        order_date as document_date,
        net_amount,
        cost_amount,
        quantity,
        _export_id,
        _row_number,
        _loaded_at
    from line
    where document_type = 'return'
    union all
    select
        root_order_id,
        root_line_number,
        order_id,
        line_number,
        'cancellation' as document_type,
        coalesce(cancelled_date, order_date) as document_date,
        null as net_amount,
        null as cost_amount,
        null as quantity,
        _export_id,
        _row_number,
        _loaded_at
    from own_cancellation
    union all
    select
        sale.root_order_id,
        sale.root_line_number,
        sale.order_id,
        sale.line_number,
        'cancellation' as document_type,
        sale.cancelled_date as document_date,
        null as net_amount,
        null as cost_amount,
        null as quantity,
        sale._export_id,
        sale._row_number,
        sale._loaded_at
    from sale
    left join own_cancellation
        on
            sale.order_id = own_cancellation.root_order_id
            and sale.line_number = own_cancellation.root_line_number
    where sale.cancelled_date is not null and own_cancellation.order_id is null
),

numbered as (
    select
        taking_back.*,
        {{ first_new_number() }} + 1
        + 2 * row_number() over (order by taking_back.order_id, taking_back.line_number, taking_back.document_type)
            as document_number,
        sale.document_number as original_document_number,
        sale.order_id is null as is_orphan,
        sale.net_amount as sale_net_amount,
        sale.cost_amount as sale_cost_amount,
        sale.quantity as sale_quantity,
        row_number() over (
            partition by taking_back.root_order_id, taking_back.root_line_number
            order by
                taking_back.document_date asc,
                taking_back.document_type desc,
                taking_back.order_id asc,
                taking_back.line_number asc
        ) as ordinal
    from taking_back
    left join sale
        on
            taking_back.root_order_id = sale.order_id
            and taking_back.root_line_number = sale.line_number
),

-- One after the other: a return of more than is left counts for nothing in what follows it, and a
-- cancellation takes what returns have left.
followed as (
    select
        root_order_id,
        root_line_number,
        cast(0 as bigint) as ordinal,
        false as is_excess,
        cast(0 as decimal(24, 6)) as net_amount,
        cast(0 as decimal(24, 6)) as cost_amount,
        cast(0 as decimal(18, 6)) as quantity,
        cast(0 as decimal(24, 6)) as taken_back_net_amount,
        cast(0 as decimal(24, 6)) as taken_back_cost_amount,
        cast(0 as decimal(18, 6)) as taken_back_quantity
    from numbered
    where ordinal = 1
    union all
    select
        numbered.root_order_id,
        numbered.root_line_number,
        cast(numbered.ordinal as bigint) as ordinal,
        {{ is_excess_return() }} as is_excess,
        {{ amount_taken_back('net_amount', '24, 6') }} as net_amount,
        {{ amount_taken_back('cost_amount', '24, 6') }} as cost_amount,
        {{ amount_taken_back('quantity', '18, 6') }} as quantity,
        {{ taken_back_so_far('net_amount', '24, 6') }} as taken_back_net_amount,
        {{ taken_back_so_far('cost_amount', '24, 6') }} as taken_back_cost_amount,
        {{ taken_back_so_far('quantity', '18, 6') }} as taken_back_quantity
    from followed
    inner join numbered
        on
            followed.root_order_id = numbered.root_order_id
            and followed.root_line_number = numbered.root_line_number
            and followed.ordinal + 1 = numbered.ordinal
),

document as (
    select
        document_number,
        cast(null as bigint) as original_document_number,
        root_order_id,
        root_line_number,
        order_id,
        line_number,
        document_type,
        order_date as document_date,
        order_date,
        {%- for attribute in attributes %}
            {{ attribute }},
        {%- endfor %}
        false as is_orphan,
        false as is_excess,
        quantity,
        net_amount,
        cost_amount,
        net_amount as sale_net_amount,
        quantity as sale_quantity,
        cast(0 as decimal(24, 6)) as taken_back_net_amount,
        cast(0 as decimal(24, 6)) as taken_back_cost_amount,
        cast(0 as decimal(18, 6)) as taken_back_quantity,
        _export_id,
        _row_number,
        _loaded_at
    from sale
    union all
    -- What the taking back does not say itself is as on the sale.
    select
        numbered.document_number,
        numbered.original_document_number,
        numbered.root_order_id,
        numbered.root_line_number,
        numbered.order_id,
        numbered.line_number,
        numbered.document_type,
        numbered.document_date,
        coalesce(sale.order_date, numbered.document_date) as order_date,
        {%- for attribute in attributes %}
            coalesce(line.{{ attribute }}, sale.{{ attribute }}) as {{ attribute }},
        {%- endfor %}
        numbered.is_orphan,
        followed.is_excess,
        followed.quantity,
        followed.net_amount,
        followed.cost_amount,
        numbered.sale_net_amount,
        numbered.sale_quantity,
        followed.taken_back_net_amount,
        followed.taken_back_cost_amount,
        followed.taken_back_quantity,
        numbered._export_id,
        numbered._row_number,
        numbered._loaded_at
    from numbered
    inner join followed
        on
            numbered.root_order_id = followed.root_order_id
            and numbered.root_line_number = followed.root_line_number
            and numbered.ordinal = followed.ordinal
    left join line
        on
            numbered.order_id = line.order_id
            and numbered.line_number = line.line_number
            and numbered.document_type = line.document_type
    left join sale
        on
            numbered.root_order_id = sale.order_id
            and numbered.root_line_number = sale.line_number
),

final as (
    select
        document.order_id || ':' || cast(document.line_number as {{ dbt.type_string() }})
        || ':' || document.document_type as document_id,
        document.document_number,
        document.original_document_number,
        document.root_order_id,
        case
            when document.document_type <> 'sale' and not document.is_orphan
                then
                    document.root_order_id || ':'
                    || cast(document.root_line_number as {{ dbt.type_string() }}) || ':sale'
        end as original_document_id,
        document.order_id,
        document.line_number,
        document.document_type,
        document.document_date,
        document.order_date,
        document.is_orphan,
        document.is_excess,
        {%- for attribute in attributes if attribute not in ('channel_id', 'territory_id') %}
            document.{{ attribute }},
        {%- endfor %}
        coalesce(document.channel_id, customer.channel_id) as channel_id,
        coalesce(document.territory_id, customer.territory_id) as territory_id,
        customer.segment as customer_segment,
        document.quantity,
        document.net_amount,
        document.cost_amount,
        document.net_amount - document.cost_amount as margin_amount,
        {{ to_units('document.net_amount') }} as net_units,
        {{ to_units('(document.net_amount - document.cost_amount)') }} as margin_units,
        {{ to_units('document.taken_back_net_amount') }} as taken_back_net_units,
        {{ to_units('(document.taken_back_net_amount - document.taken_back_cost_amount)') }} as taken_back_margin_units,
        -- The part of the sale that has come back is one of its amount, or of its quantity where it was free.
        case
            when document.sale_net_amount <> 0 then {{ to_units('document.sale_net_amount') }}
            else {{ millionths_as_integer('document.sale_quantity') }}
        end as sale_basis,
        case
            when document.sale_net_amount <> 0 then {{ to_units('document.taken_back_net_amount') }}
            else {{ millionths_as_integer('document.taken_back_quantity') }}
        end as taken_back_basis,
        case
            when document.sale_net_amount <> 0 then {{ to_units('document.net_amount') }}
            else {{ millionths_as_integer('document.quantity') }}
        end as basis,
        document._export_id,
        document._row_number,
        document._loaded_at
    from document
    left join {{ ref('stg_customer') }} as customer
        on
            document.customer_id = customer.customer_id
            and document.order_date between customer.valid_from and customer.valid_to
)

select * from final

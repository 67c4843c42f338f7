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

with

line as (
    select
        *,
        coalesce(original_order_id, order_id) as root_order_id,
        coalesce(original_line_number, line_number) as root_line_number
    from {{ ref('stg_sales_line') }}
    where
        coalesce(status, 'posted') = 'posted'
        {% if is_incremental() %}
            and coalesce(original_order_id, order_id) in (
                select touched.root_order_id from {{ ref('int_sales__touched_order') }} as touched
            )
        {% endif %}
),

sale as (
    select *
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

ordered as (
    select
        taking_back.*,
        row_number() over (
            partition by taking_back.root_order_id, taking_back.root_line_number, taking_back.document_type
            order by taking_back.document_date, taking_back.order_id, taking_back.line_number
        ) as number_of_its_type,
        coalesce(sum(taking_back.net_amount) over earlier, 0) as returned_net_amount,
        coalesce(sum(taking_back.cost_amount) over earlier, 0) as returned_cost_amount,
        coalesce(sum(taking_back.quantity) over earlier, 0) as returned_quantity
    from taking_back
    window earlier as (
        partition by root_order_id, root_line_number
        order by document_date asc, document_type desc, order_id asc, line_number asc
        rows between unbounded preceding and 1 preceding
    )
),

-- A second cancellation of a line takes nothing back.
valued as (
    select
        ordered.root_order_id,
        ordered.root_line_number,
        ordered.order_id,
        ordered.line_number,
        ordered.document_type,
        ordered.document_date,
        ordered._export_id,
        ordered._row_number,
        ordered._loaded_at,
        sale.order_id is null as is_orphan,
        sale.net_amount as sale_net_amount,
        case
            when ordered.document_type = 'return' then ordered.net_amount
            when ordered.number_of_its_type > 1 then 0
            else -coalesce(sale.net_amount + ordered.returned_net_amount, 0)
        end as net_amount,
        case
            when ordered.document_type = 'return' then ordered.cost_amount
            when ordered.number_of_its_type > 1 then 0
            else -(sale.cost_amount + ordered.returned_cost_amount)
        end as cost_amount,
        case
            when ordered.document_type = 'return' then ordered.quantity
            when ordered.number_of_its_type > 1 then 0
            else -coalesce(sale.quantity + ordered.returned_quantity, 0)
        end as quantity
    from ordered
    left join sale
        on
            ordered.root_order_id = sale.order_id
            and ordered.root_line_number = sale.line_number
),

totalled as (
    select
        valued.*,
        -sum(valued.net_amount) over so_far as taken_back_net_amount,
        -sum(valued.net_amount - valued.cost_amount) over so_far as taken_back_margin_amount
    from valued
    window so_far as (
        partition by root_order_id, root_line_number
        order by document_date asc, document_type desc, order_id asc, line_number asc
        rows between unbounded preceding and current row
    )
),

document as (
    select
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
        cast(0 as decimal(24, 6)) as taken_back_net_amount,
        cast(0 as decimal(24, 6)) as taken_back_margin_amount,
        _export_id,
        _row_number,
        _loaded_at
    from sale
    union all
    -- What the taking back does not say itself is as on the sale.
    select
        totalled.root_order_id,
        totalled.root_line_number,
        totalled.order_id,
        totalled.line_number,
        totalled.document_type,
        totalled.document_date,
        coalesce(sale.order_date, totalled.document_date) as order_date,
        {%- for attribute in attributes %}
            coalesce(line.{{ attribute }}, sale.{{ attribute }}) as {{ attribute }},
        {%- endfor %}
        totalled.is_orphan,
        not totalled.is_orphan
        and totalled.net_amount <> 0
        and totalled.taken_back_net_amount > totalled.sale_net_amount as is_excess,
        totalled.quantity,
        totalled.net_amount,
        totalled.cost_amount,
        totalled.taken_back_net_amount,
        totalled.taken_back_margin_amount,
        totalled._export_id,
        totalled._row_number,
        totalled._loaded_at
    from totalled
    left join line
        on
            totalled.order_id = line.order_id
            and totalled.line_number = line.line_number
            and totalled.document_type = line.document_type
    left join sale
        on
            totalled.root_order_id = sale.order_id
            and totalled.root_line_number = sale.line_number
),

final as (
    select
        document.order_id || ':' || cast(document.line_number as {{ dbt.type_string() }})
        || ':' || document.document_type as document_id,
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
        {{ to_units('document.taken_back_margin_amount') }} as taken_back_margin_units,
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

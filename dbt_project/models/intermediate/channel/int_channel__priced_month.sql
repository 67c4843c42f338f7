{{ config(materialized='table') }}

{# From list price to net, line by line. All that an invoice takes off is list less net, whichever way the
   source books it; the part of its promotion is what that promises, and never more than was taken off. What
   takes a sale back has the list price of its sale. Rates of trade terms are applied to sums, because products
   of 128 bits take long on lines. #}

{% set steps = ['rebate', 'freight', 'other'] %}

with

document as (
    select
        document_type,
        document_date,
        order_date,
        channel_id,
        product_id,
        promotion_id,
        list_price,
        unit_price,
        cast(quantity as decimal(18, 6)) as quantity,
        cast(net_amount as decimal(24, 6)) as net_amount,
        cost_amount
    from {{ ref('int_sales__document') }}
),

unpriced as (
    select distinct
        product_id,
        channel_id,
        order_date
    from document
    where list_price is null
),

-- Of several prices that hold on a day the one that began last.
listed as (
    select
        unpriced.*,
        price_list.price,
        row_number() over (
            partition by unpriced.product_id, unpriced.channel_id, unpriced.order_date
            order by price_list.valid_from desc nulls last
        ) as recency
    from unpriced
    left join {{ ref('stg_price_list') }} as price_list
        on
            unpriced.product_id = price_list.product_id
            and unpriced.channel_id = price_list.channel_id
            and unpriced.order_date
            between price_list.valid_from and coalesce(price_list.valid_to, cast('9999-12-31' as date))
),

price_of_day as (
    select
        listed.product_id,
        listed.channel_id,
        listed.order_date,
        coalesce(listed.price, product.list_price) as list_price
    from listed
    left join {{ ref('stg_product') }} as product
        on
            listed.product_id = product.product_id
            and listed.order_date between product.valid_from and product.valid_to
    where listed.recency = 1
),

sold_day as (
    select distinct
        channel_id,
        document_date
    from document
),

rate_of_day as (
    select
        sold_day.channel_id,
        sold_day.document_date,
        {%- for step in steps %}
            cast(sum(case when term.step = '{{ step }}' then term.rate else 0 end) as decimal(13, 9)) as {{ step }}_rate
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from sold_day
    inner join {{ ref('int_channel__term') }} as term
        on
            sold_day.channel_id = term.channel_id
            and sold_day.document_date between term.valid_from and term.valid_to
    where term.rate is not null
    group by sold_day.channel_id, sold_day.document_date
),

line as (
    select
        document.*,
        cast(coalesce(
            cast(coalesce(document.list_price, price_of_day.list_price, document.unit_price) as decimal(19, 6))
            * document.quantity,
            document.net_amount
        ) as decimal(36, 12)) as list_amount,
        promotion.discount_rate,
        case
            when promotion.discount_amount is not null
                then cast(cast(promotion.discount_amount as decimal(19, 6)) * document.quantity as decimal(24, 6))
        end as unit_discounts_amount,
        {%- for step in steps %}
            rate_of_day.{{ step }}_rate
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from document
    left join price_of_day
        on
            document.product_id = price_of_day.product_id
            and document.channel_id is not distinct from price_of_day.channel_id
            and document.order_date = price_of_day.order_date
    left join {{ ref('stg_promotion') }} as promotion
        on document.promotion_id = promotion.promotion_id
    left join rate_of_day
        on
            document.channel_id = rate_of_day.channel_id
            and document.document_date = rate_of_day.document_date
),

promised as (
    select
        *,
        list_amount - net_amount as taken_off_amount,
        case
            when discount_rate is not null
                then cast(cast(list_amount as decimal(24, 6)) * cast(discount_rate as decimal(13, 9)) as decimal(24, 6))
            else coalesce(unit_discounts_amount, 0)
        end as promised_amount
    from line
),

rated as (
    select
        channel_id,
        product_id,
        {{ period_start("'month'", 'document_date') }} as month,
        {%- for step in steps %}
            {{ step }}_rate,
        {%- endfor %}
        sum(quantity) as quantity,
        sum(list_amount) as list_amount,
        sum(case
            when document_type = 'sale' then greatest(least(promised_amount, taken_off_amount), 0)
            else least(greatest(promised_amount, taken_off_amount), 0)
        end) as promotion_amount,
        cast(sum(net_amount) as decimal(24, 6)) as net_amount,
        sum(cost_amount) as cost_amount,
        count(*) as document_lines,
        count(cost_amount) as costed_lines
    from promised
    group by
        channel_id,
        product_id,
        {{ period_start("'month'", 'document_date') }}
        {%- for step in steps -%}
            , {{ step }}_rate
        {%- endfor %}
),

final as (
    select
        channel_id,
        product_id,
        month,
        cast(sum(quantity) as decimal(18, 6)) as quantity,
        cast(sum(list_amount) as decimal(24, 6)) as list_amount,
        cast(sum(promotion_amount) as decimal(24, 6)) as promotion_amount,
        cast(sum(net_amount) as decimal(24, 6)) as net_amount,
        cast(sum(cost_amount) as decimal(24, 6)) as cost_amount,
        sum(document_lines) as document_lines,
        sum(costed_lines) as costed_lines,
        {%- for step in steps %}
            cast(coalesce(sum(net_amount * {{ step }}_rate), 0) as decimal(38, 15)) as {{ step }}_amount
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from rated
    group by channel_id, product_id, month
)

select * from final

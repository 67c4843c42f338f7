"""What the company sold: orders and their lines, what came back, what was cancelled.

Amounts are whole sen (1/100 rupiah), quantities whole tenths of a unit (bulk goods are sold in
tenths of a kilogram). On every line net = quantity x price - discount, to the sen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chance import LAST_DAY
from .masters import SLOTS

if TYPE_CHECKING:
    import duckdb

# An order has 1, 2, 2, 3, 3 or 4 lines; about 5% of all lines are returns and cancellations.
_LINES_PER_ORDER = "[1, 2, 2, 3, 3, 4]"
_TENTHS_OF_SALES_LINES_AN_ORDER = 25
_SHARE_OF_SALES_PERCENT = 95

_ORDERS = f"""
create table ordered as
with numbered as (
    select
        cast(number as bigint) as number,
        cast(number as bigint) * (select sum(weight) from day where day <= {LAST_DAY}) // {{orders}}
            as moment,
        draw(number, 51, (select sum(strength) from slot)) as ticket
    from range({{orders}}) as numbers (number)
),
placed as (
    select numbered.number, numbered.ticket, day.day
    from numbered
    asof join day on numbered.moment >= day.weight_before
),
taken as (
    select placed.number, placed.day, slot.slot, slot.team
    from placed
    asof join slot on placed.ticket >= slot.strength_before
),
-- Early customers of a slot buy more often. Where one is not there (yet), the one before it buys.
chosen as (
    select
        *,
        slot + {SLOTS} * least(draw(number, 52, 52), draw(number, 53, 52), 50) as customer_number
    from taken
),
known as (
    select
        chosen.* exclude (customer_number),
        -- Who will stop buying buys half as much in the two months before.
        present(
            customer_number, new_from, case
                when chosen.day >= lost_from - 60 and draw(chosen.number, 56, 2) = 0 then chosen.day
                else lost_from
            end, chosen.day
        ) as customer_number
    from chosen
    inner join customer on chosen.customer_number = customer.number
)
select
    known.number,
    known.day,
    known.slot,
    customer.customer_id,
    customer.channel_id,
    customer.channel_type,
    customer.territory_id,
    customer.terms_days,
    'FK' || lpad(cast(known.number + 1 as varchar), 8, '0') as order_id,
    -- One order in a thousand came in by itself: nobody's credit.
    case when draw(known.number, 54, 1000) <> 0 then owner_of(known.slot, known.day) end as rep_id,
    case draw(known.number, 55, 200)
        when 0 then 'VOID' when 1 then 'DRAF' when 2 then 'DRAF' else 'POSTED'
    end as status,
    row_number() over (partition by customer.customer_id order by known.number) = 1
    and customer.new_from is not null as is_new_customer
from known
inner join customer on known.customer_number = customer.number;
"""

_LINES = f"""
create table sold as
with listed as (
    select
        ordered.* exclude (number),
        number * 8 + item as number,
        item + 1 as line_number,
        -- Some products sell much better than others, in all lines of products.
        1 + least(draw(number * 8 + item, 61, 200), draw(number * 8 + item, 62, 200)) * 73 % 200
            as product_number
    from (
        select *, unnest(range({_LINES_PER_ORDER}[1 + draw(number, 60, 6)])) as item from ordered
    ) as ordered
),
-- Before its launch and after its end a product's neighbour is sold.
priced as (
    select
        listed.*,
        product.product_id,
        product.character,
        price_list.price,
        price_list.cost,
        price_list.response,
        -- The smallest quantity that is sold, and how many of it are wanted at the first price.
        case product.unit when 'kg' then 1 else 10 end as step,
        case product.unit when 'kg' then 10 else 1 end
        * (buying.low + draw(listed.number, 63, buying.high - buying.low + 1))
        + case product.unit when 'kg' then draw(listed.number, 64, 10) else 0 end as steps,
        draw(listed.number, 74, 10000) as luck,
        promotion.promotion_id,
        coalesce(promotion.uplift, 0) as uplift,
        coalesce(promotion.discount, 0) as promotion_discount,
        -- What a big customer bargains for comes on top.
        buying.discount
        + case when buying.discount >= 400 then 50 * draw(listed.number, 65, 7) else 0 end
            as standing_discount
    from listed
    inner join product as wanted on listed.product_number = wanted.number
    inner join product
        on product.number = listed.product_number - case
            when wanted.launched > listed.day or wanted.discontinued <= listed.day then 1 else 0 end
    inner join price_list
        on product.number = price_list.number and list_number(listed.day) = price_list.list
    inner join buying on listed.channel_type = buying.type
    left join promotion
        on
            product.line_number = promotion.line_number
            and listed.day between promotion.starts and promotion.ends
            and draw(listed.number, 66, 100) < 55
),
-- Luck rounds up or down, so that quantities are right on average; it is the same for both.
answered as (
    select
        *,
        (steps * response + luck) // 10000 * step as baseline_quantity,
        (steps * response * (100 + uplift) // 100 + luck) // 10000 * step as quantity,
        standing_discount + promotion_discount as discount_rate
    from priced
),
valued as (
    select
        * exclude (cost, response, step, steps, luck),
        quantity * price * 10 as gross,
        quantity * price * 10 * discount_rate // 10000 as discount,
        quantity * cost // 10 as cost,
        baseline_quantity * price * 10
        - baseline_quantity * price * 10 * standing_discount // 10000 as baseline_net,
        baseline_quantity * cost // 10 as baseline_cost,
        case when status = 'POSTED' then day_plus(day, draw(number, 67, 5)) end as invoiced,
        case when status = 'POSTED' then day_plus(day, 1 + draw(number, 68, 6)) end as shipped,
        status = 'POSTED' and draw(number, 69, 100) = 0 as is_cancelled
    from answered
)
select
    *,
    gross - discount as net,
    day_plus(invoiced, terms_days + draw(number, 70, 12)) as paid,
    quantity + case when draw(number, 71, 100) < 3 then 10 * (1 + draw(number, 72, 5)) else 0 end
        as wanted_quantity,
    case when is_cancelled
        then nullif(least(day_plus(day, 1 + draw(number, 73, 40)), {LAST_DAY}), day)
    end as cancelled
from valued;
"""

# Four lines in a hundred come back: some whole, some in part, some of those in two parts. Most are
# back within three weeks, some only in a later month or quarter. The last part takes the rest of
# the discount.
_RETURNS = f"""
create table come_back as
with returned_line as (
    select
        sold.*,
        draw(number, 81, 10) as kind,
        case when draw(number, 82, 10) < 6 then 2 + draw(number, 83, 20)
            when draw(number, 82, 10) < 9 then 25 + draw(number, 83, 60)
            else 90 + draw(number, 83, 110) end as lag
    from sold
    where status = 'POSTED' and not is_cancelled and draw(number, 80, 100) < 4
),
first_part as (
    select
        *,
        1 as part,
        day_plus(day, lag) as returned,
        case when kind < 4 then quantity
            else greatest(quantity * (10 + draw(number, 84, 60)) // 1000 * 10, 10) end
            as part_quantity
    from returned_line
),
second_part as (
    select
        * replace (
            2 as part, day_plus(returned, 5 + draw(number, 85, 50)) as returned,
            quantity - part_quantity as part_quantity
        )
    from first_part
    where kind in (4, 5) and part_quantity < quantity
),
parts as (
    select *, discount * part_quantity // quantity as part_discount from first_part
    union all
    select *, discount - discount * (quantity - part_quantity) // quantity from second_part
)
select
    *,
    dense_rank() over (order by returned, order_id) as document_number,
    row_number() over (partition by returned, order_id order by number) as document_line
from parts
where returned <= {LAST_DAY};
"""

# One row for each row of the export. A cancellation in the month of the order stands on the order's
# own line, a later one is a document of its own. A few returns are of sales before the system was
# there, and one brings more back than was sold.
_DOCUMENTS = f"""
create table document as
with sales as (
    select
        day as written, 'JUAL' as kind, order_id, line_number, day, invoiced, shipped, paid, status,
        wanted_quantity, quantity, discount, net, cost,
        null as original_order, cast(null as bigint) as original_line, number,
        case when date_trunc('month', cancelled) = date_trunc('month', day) then cancelled end
            as cancelled,
        is_new_customer
    from sold
),
returns as (
    select
        returned, 'RETUR', 'RT' || lpad(cast(document_number as varchar), 7, '0'), document_line,
        returned, returned, returned, null, status, -part_quantity, -part_quantity, -part_discount,
        part_discount - part_quantity * price * 10, -(cost // quantity * part_quantity),
        order_id, line_number, number, null, false
    from come_back
),
cancellations as (
    select
        cancelled, 'BATAL', order_id, line_number, day, null, null, null, status,
        -wanted_quantity, -quantity, -discount, -net, -cost, order_id, line_number, number,
        cancelled, false
    from sold
    where date_trunc('month', cancelled) > date_trunc('month', day)
),
strange_returns as (
    select
        day_plus(day, 3), 'RETUR', 'RTX' || number, 1, day_plus(day, 3), day_plus(day, 3),
        day_plus(day, 3), null, status, -10, -10, -price * 5, price * 5 - price * 100,
        -(cost * 10 // quantity),
        'LAMA' || lpad(cast(number as varchar), 6, '0'), 1, number, null, false
    from sold
    where status = 'POSTED' and rep_id is not null
    order by number
    limit 5
),
excessive_return as (
    select
        day_plus(day, 4), 'RETUR', 'RTX' || number, 1, day_plus(day, 4), day_plus(day, 4),
        day_plus(day, 4), null, status, -quantity - 50, -quantity - 50, -discount,
        discount - (quantity + 50) * price * 10,
        -(cost // quantity * (quantity + 50)), order_id, line_number, number, null, false
    from sold
    where
        status = 'POSTED' and rep_id is not null and not is_cancelled and day = date '2026-08-12'
        and not exists (select 1 from come_back where come_back.number = sold.number)
    order by number
    limit 1
),
every_document as (
    select * from sales
    union all
    select * from returns
    union all
    select * from cancellations
    union all
    select * from strange_returns
    union all
    select * from excessive_return
)
select
    every_document.* exclude (number, invoiced, shipped, paid),
    -- What lies behind the last day is not known yet.
    case when every_document.invoiced <= {LAST_DAY} then every_document.invoiced end
        as invoiced,
    case when every_document.shipped <= {LAST_DAY} then every_document.shipped end as shipped,
    case when every_document.paid <= {LAST_DAY} then every_document.paid end as paid,
    sold.slot, sold.rep_id, sold.customer_id, sold.channel_id, sold.territory_id, sold.product_id,
    sold.price, sold.promotion_id
from every_document
inner join sold on every_document.number = sold.number;
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make table `document`, one row for each line of the sales exports."""
    orders = lines * _SHARE_OF_SALES_PERCENT * 10 // (100 * _TENTHS_OF_SALES_LINES_AN_ORDER)
    company.execute(_ORDERS.format(orders=orders))
    for script in (_LINES, _RETURNS, _DOCUMENTS):
        company.execute(script)

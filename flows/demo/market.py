"""What happens beyond the company's own sales: competitors' prices, and what partners sell on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chance import FIRST_DAY, LAST_DAY
from .products import PRODUCTS

if TYPE_CHECKING:
    import duckdb

# Their prices in percent of the company's list prices, and how many of their shops are seen in
# each channel type. Only some of the products have a competitor.
_COMPETITORS = """
create table competitor (
    number bigint, name varchar, price_percent bigint, channel_types varchar[]
);
insert into competitor values
    (0, 'Sumber Boga', 94, ['retailer', 'retailer', 'wholesale', 'marketplace']),
    (1, 'Karya Pangan', 103, ['retailer', 'own shop', 'own shop', 'marketplace']),
    (2, 'Dapur Prima', 111, ['own shop', 'retailer', 'marketplace', 'marketplace']),
    (3, 'Nusa Hemat', 86, ['wholesale', 'wholesale', 'distributor', 'retailer']);
"""

_SIGHTINGS = f"""
create table sighting as
with rivalled as (
    select
        number,
        product_id,
        row_number() over (order by number) - 1 as place,
        (select count(*) from product where draw(number, 221, 100) < 35 or number = {PRODUCTS})
            as size
    from product
    where draw(number, 221, 100) < 35 or number = {PRODUCTS}
),
numbered as (
    select
        cast(number as bigint) as number,
        day_plus({FIRST_DAY}, number * ({LAST_DAY} - {FIRST_DAY} + 1) // {{sightings}}) as day,
        'W' || (1 + draw(number, 222, 5)) || (1 + draw(number, 223, 8)) as territory_id
    from range({{sightings}}) as numbers (number)
),
seen as (
    select
        numbered.*,
        competitor.name as competitor,
        competitor.price_percent,
        pick(numbered.number, 224, channel_types) as channel_type,
        rivalled.product_id,
        price_list.price as own_price,
        draw(numbered.number, 225, 100) < 15 as on_promotion
    from numbered
    inner join competitor on draw(numbered.number, 226, 4) = competitor.number
    inner join rivalled on draw(numbered.number, 227, rivalled.size) = rivalled.place
    inner join price_list
        on rivalled.number = price_list.number and list_number(numbered.day) = price_list.list
)
select
    'LH' || lpad(cast(seen.number + 1 as varchar), 6, '0') as sighting_id,
    seen.day,
    seen.competitor,
    seen.channel_type,
    pick(seen.number, 228, ['Pasar', 'Toko', 'Gerai', 'Lapak']) || ' ' || territory.name as place,
    seen.territory_id,
    seen.product_id,
    seen.on_promotion,
    -- To the nearest 100 rupiah, 4% around the competitor's level; 15% off on promotion.
    (seen.own_price * seen.price_percent * (960 + draw(seen.number, 229, 81)) // 1000
    * case when seen.on_promotion then 85 else 100 end // 10000 + 50) // 100 * 100 as price
from seen
inner join territory using (territory_id);
"""

# How much of what a partner buys it sells on, in percent; some only fill their stores.
_SELL_THROUGH = f"""
create table partner as
select
    channel_id,
    type,
    case channel_id when 'S12' then 76 when 'S16' then 85 when 'S10' then 90 else 97 end
        as sold_on_percent,
    case type when 'retailer' then 124 when 'wholesale' then 109 else 106 end as shelf_percent
from channel
where type in ('wholesale', 'distributor', 'retailer') and channel_id <> 'S18';

-- A partner reports on what it buys most. It sells on in a week a quarter of what it bought in the
-- four weeks before, more or less; what it bought before the first week is a month's stock.
create table sell_through as
with bought as (
    select
        sold.channel_id,
        sold.product_id,
        cast(date_trunc('week', sold.day) as date) as week,
        cast(sum(quantity) as bigint) as quantity
    from sold
    inner join partner using (channel_id)
    where status = 'POSTED' and not is_cancelled
    group by all
),
chosen as (
    select channel_id, product_id, cast(sum(quantity) as bigint) // 26 as first_stock
    from bought
    group by channel_id, product_id
    qualify row_number() over (
        partition by channel_id order by sum(quantity) desc, product_id
    ) <= {{products}}
),
week as (
    select distinct cast(date_trunc('week', day) as date) as week
    from season
    where day < date_trunc('week', {LAST_DAY})
),
weekly as (
    select
        chosen.*,
        week.week,
        partner.sold_on_percent,
        partner.shelf_percent,
        product.number as product_number,
        product.unit,
        coalesce(bought.quantity, 0) as quantity_in
    from chosen
    cross join week
    inner join partner on chosen.channel_id = partner.channel_id
    inner join product on chosen.product_id = product.product_id
    left join bought
        on chosen.channel_id = bought.channel_id and chosen.product_id = bought.product_id
        and week.week = bought.week
),
sold_on as (
    select
        *,
        cast(sum(quantity_in) over (
            partition by channel_id, product_id
            order by week rows between 4 preceding and 1 preceding
        ) as bigint) * sold_on_percent
        * (90 + draw(product_number * 1000 + (week - {FIRST_DAY}) // 7, 231, 21)) // 40000
        -- Bulk goods are sold in tenths, all others in whole units.
        // case unit when 'kg' then 1 else 10 end * case unit when 'kg' then 1 else 10 end
            as quantity_out
    from weekly
)
select
    sold_on.* exclude (quantity_out),
    coalesce(quantity_out, 0) as quantity,
    first_stock + cast(sum(quantity_in - coalesce(quantity_out, 0)) over (
        partition by channel_id, sold_on.product_id order by week
    ) as bigint) as stock,
    price_list.price * shelf_percent // 10000 * 100 as shelf_price
from sold_on
inner join price_list
    on sold_on.product_number = price_list.number and list_number(sold_on.week) = price_list.list;
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make tables `sighting` and `sell_through`, quantities in tenths, and what is behind them."""
    company.execute(_COMPETITORS)
    company.execute(_SIGHTINGS.format(sightings=480 + lines * 352 // 20_000))
    company.execute(_SELL_THROUGH.format(products=2 + lines * 14 // 200_000))

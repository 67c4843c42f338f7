"""Products, their price lists, and what customers' quantities answer to a price.

Prices are whole rupiah, costs sen. A quantity at another price than the first is
(price / first price) ^ elasticity times what it would have been.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

PRODUCTS = 200

# Elasticities in tenths, without their sign.
_LINES = """
create table product_line (
    line bigint, name varchar, categories varchar[], unit varchar, low bigint, elasticity bigint
);
insert into product_line values
    (0, 'Minuman', ['Teh', 'Kopi', 'Sirup', 'Jus'], 'karton', 90, 16),
    (1, 'Makanan Ringan', ['Keripik', 'Biskuit', 'Kacang'], 'karton', 70, 22),
    (2, 'Bumbu', ['Kecap', 'Sambal', 'Kaldu', 'Santan'], 'karton', 80, 8),
    (3, 'Perawatan Diri', ['Sabun', 'Sampo', 'Pasta Gigi'], 'lusin', 110, 19),
    (4, 'Perawatan Rumah', ['Deterjen', 'Pembersih Lantai', 'Pewangi'], 'karton', 95, 13),
    (5, 'Curah', ['Gula', 'Beras', 'Kacang Hijau'], 'kg', 12, 30);
"""

# A few products have a flaw that customers complain about, and a few are loved.
_PRODUCTS = f"""
create table product as
with numbered as (
    select cast(number as bigint) as number from range(1, {PRODUCTS + 1}) as numbers (number)
),
priced as (
    select
        numbered.number,
        product_line.name as line,
        product_line.line as line_number,
        pick(number, 21, categories) as category,
        product_line.unit,
        product_line.elasticity,
        100 * (product_line.low + draw(number, 22, product_line.low * 4)) * 3 as price,
        58 + draw(number, 23, 22) as cost_percent,
        case number % 29 when 7 then 'flawed' when 11 then 'loved' else 'ordinary' end as character,
        case when number % 20 = 0 then day_plus(date '2025-02-01', draw(number, 24, 400))
            else day_plus(date '2015-01-01', draw(number, 25, 3000)) end as launched,
        case when number % 33 = 0 then day_plus(date '2026-03-01', draw(number, 26, 150)) end
            as discontinued
    from numbered
    inner join product_line on product_line.line = numbered.number % 6
)
select
    *,
    'B' || lpad(cast(number as varchar), 4, '0') as product_id,
    category || ' '
    || pick(number, 27, ['Melati', 'Nusa', 'Bahari', 'Segara', 'Mentari', 'Lestari', 'Cendana'])
    || ' '
    || pick(number, 28, ['Asli', 'Premium', 'Keluarga', 'Hemat', 'Spesial']) || ' '
    || (100 + number) as name
from priced;
"""

# Logarithm and power by their series, in millionths: exact enough for prices 30% apart, and the
# same on every machine. ln(a / b) = 2 (z + z^3 / 3 + z^5 / 5) with z = (a - b) / (a + b).
_PRICE_MACROS = """
create macro product_of(a, b) as a * b // 1000000;
create macro log_of(z) as
    2 * (z + product_of(product_of(z, z), z) // 3
    + product_of(product_of(product_of(product_of(z, z), z), z), z) // 5);
create macro power_of(y) as
    1000000 + product_of(y, 1000000 + product_of(y, 1000000 + product_of(y, 1000000
    + product_of(y, 1000000 + product_of(y, 1000000 + y // 6) // 5) // 4) // 3) // 2);
create macro list_number(day) as
    case when day < date '2025-07-01' then 1 when day < date '2026-01-01' then 2 else 3 end;
"""

# Two later lists change every price by up to 12%. Costs rise by 1%, and with a third of the change.
_PRICE_LISTS = """
create table price_list as
with changed as (
    select
        *,
        draw(number, 29, 25) - 12 as first_change,
        draw(number, 30, 25) - 12 as second_change
    from product
),
first_list as (
    select *, 1 as list, price as list_price, price * cost_percent as list_cost from changed
),
second_list as (
    select
        * replace (
            2 as list,
            (list_price * (100 + first_change) // 100 + 50) // 100 * 100 as list_price,
            list_cost * (303 + first_change) // 300 as list_cost
        )
    from first_list
),
third_list as (
    select
        * replace (
            3 as list,
            (list_price * (100 + second_change) // 100 + 50) // 100 * 100 as list_price,
            list_cost * (303 + second_change) // 300 as list_cost
        )
    from second_list
),
every_list as (
    select * from first_list
    union all
    select * from second_list
    union all
    select * from third_list
)
select
    list,
    number,
    product_id,
    ['2024-11-01', '2025-07-01', '2026-01-01'][list] as exported_on,
    list_price as price,
    list_cost as cost,
    -- What is bought at this price instead of the first one, in 1/10,000.
    (power_of(
        -elasticity * log_of((list_price - price) * 1000000 // (list_price + price)) // 10
    ) + 50) // 100 as response
from every_list;
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make the tables of products and their three price lists."""
    for script in (_LINES, _PRODUCTS, _PRICE_MACROS, _PRICE_LISTS):
        company.execute(script)

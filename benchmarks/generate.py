"""Writes the exports of the benchmark's company, of any volume and the same on every machine.

All chance is integer arithmetic on row numbers, so the same seed and number of lines give the same
bytes, whatever the number of threads. Amounts are whole cents until they are written.

Nine orders in ten are posted, the others are drafts and void. Three lines in a hundred come back,
in whole or in part, as a document of their own in the month of the sale: so the yardstick can walk
them back on the same curve without looking for the sale. Customers buy from their owner's rep; one
in a hundred is shared by two reps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from .company import DAYS, FEEDS, FIRST_DAY, MONTHS, NEXT_DAY, PLANS, export_name, months

SMALLEST = 10_000
"""With fewer lines there are days on which nothing is sold."""

REPS, CHANNELS, TERRITORIES, PRODUCTS, PROMOTIONS = 1000, 12, 8, 2000, 40
_LINES_PER_ORDER = 3
_LINES_PER_CUSTOMER = 50
_FEWEST_CUSTOMERS = 2000
# Of 10,000 sales lines so many come back: 3% of the 92% that are posted.
_RETURNS_OF_TEN_THOUSAND = 276
# What a line brings in, on average, drafts counted as nothing; quotas lie around it.
_MEAN_UNITS_OF_LINE = 1130

_CHANCE = """
create macro _start(x, kind) as
    ((x % 2147483648) * 1103515245 + 12345 * (kind + 31 * {seed})) % 2147483648;
create macro _middle(x, kind) as
    (xor(_start(x, kind), _start(x, kind) >> 15) * 1597334677) % 2147483648;
create macro draw(x, kind, n) as xor(_middle(x, kind), _middle(x, kind) >> 13) % n;
create macro money(cents) as cast(cast(cents as decimal(18, 0)) * 0.01 as decimal(18, 2));
"""
"""`draw(x, kind, n)`: a number from 0 to n - 1 for row x; every use has a kind of its own."""

_IDS = f"""
create macro rep_of(customer) as customer % {REPS};
create macro channel_of(customer) as draw(customer, 1, {CHANNELS});
create macro participant_id(rep) as 1000 + rep;
create macro customer_id(customer) as 1000000 + customer;
create macro product_id(product) as 10000 + product;
create macro channel_id(channel) as 100 + channel;
create macro territory_id(rep) as 10 + rep % {TERRITORIES};
create macro promotion_id(promotion) as 200 + promotion;
create macro list_price(product) as 500 + draw(product, 2, 50000);
create macro unit_cost(product) as list_price(product) * 6 // 10;
"""
"""Ids have as many digits as their neighbours: they sort alike as numbers and as text."""

_MASTERS = {
    "customer": """
        select
            customer_id(customer), 'Customer ' || customer,
            ['retail', 'wholesale', 'online', 'public'][1 + channel_of(customer) % 4],
            territory_id(rep_of(customer)), channel_id(channel_of(customer)),
            participant_id(rep_of(customer))
        from range({customers}) as numbers (customer)
    """,
    "product": f"""
        select
            product_id(product), 'Product ' || product, 'Line ' || product % 10,
            'Category ' || product % 40, 'piece', money(unit_cost(product)),
            money(list_price(product))
        from range({PRODUCTS}) as numbers (product)
    """,
    "channel": f"""
        select
            channel_id(channel), 'Channel ' || channel,
            ['direct', 'own shop', 'marketplace', 'wholesale', 'distributor', 'retailer']
                [1 + channel % 6]
        from range({CHANNELS}) as numbers (channel)
    """,
    "territory": f"""
        select territory_id(territory), 'Territory ' || territory
        from range({TERRITORIES}) as numbers (territory)
    """,
    "participant": f"""
        select
            participant_id(rep), 'Rep ' || rep, 'rep', 'Team ' || rep % {TERRITORIES},
            territory_id(rep), date '2020-01-01'
        from range({REPS}) as numbers (rep)
    """,
    "promotion": f"""
        select promotion_id(promotion), 'discount', date '{FIRST_DAY}', date '{NEXT_DAY}'
        from range({PROMOTIONS}) as numbers (promotion)
    """,
    # Whole dollars, so that an edge in percent of it is a whole number of cents.
    "quota": f"""
        select
            participant_id(rep), 'revenue',
            strftime(date '{FIRST_DAY}' + to_months(cast(month as integer)), '%Y-%m'),
            1 + cast({{lines}} as bigint) * {_MEAN_UNITS_OF_LINE}
                * (60 + draw(rep * 100 + month, 3, 60)) // ({REPS} * {MONTHS} * 100),
            'money'
        from range({REPS}) as reps (rep), range({MONTHS}) as months (month)
    """,
    "plan_assignment": f"""
        select
            participant_id(rep), {list(PLANS)}[1 + rep % {len(PLANS)}], date '{FIRST_DAY}'
        from range({REPS}) as numbers (rep)
    """,
    "credit_split": f"""
        with shared as (
            select customer, [50, 60, 75][1 + draw(customer, 4, 3)] as percent
            from range(7, {{customers}}, 100) as numbers (customer)
        )
        select
            customer_id(customer), customer_id(customer), participant_id(rep_of(customer)),
            money(percent)
        from shared
        union all
        select
            customer_id(customer), customer_id(customer),
            participant_id(rep_of(customer + 1 + draw(customer, 5, {REPS - 1}))),
            money(100 - percent)
        from shared
    """,
}

_SALES = f"""
with ordered as (
    select
        number,
        number // {_LINES_PER_ORDER} as order_number,
        number % {_LINES_PER_ORDER} + 1 as line_number,
        cast(date '{FIRST_DAY}' + cast(order_number * {DAYS} // {{orders}} as integer) as date)
            as order_date,
        draw(order_number, 11, {{customers}}) as customer,
        case
            when draw(order_number, 12, 100) < 92 then 'posted'
            when draw(order_number, 12, 100) < 97 then 'draft'
            else 'void'
        end as status,
        draw(number, 13, 10000) as popularity,
        -- Some products sell much better than others: a fifth of them makes three fifths of lines.
        {PRODUCTS} * (popularity * popularity // 10000 * popularity // 10000) // 10000 as product,
        case when draw(number, 14, 10) < 3 then promotion_id(draw(number, 15, {PROMOTIONS})) end
            as promotion_id,
        1 + draw(number, 16, 9) as quantity,
        list_price(product) as price,
        case when draw(number, 17, 10) < 3 then draw(number, 18, 25) else 0 end as discount_percent,
        quantity * price * discount_percent // 100 as discount,
        status = 'posted' and draw(number, 19, 100) < 3 as comes_back,
        date_diff('day', order_date, last_day(order_date)) as days_left
    from range({_LINES_PER_ORDER} * {{first_order}}, {_LINES_PER_ORDER} * {{end_order}})
        as numbers (number)
),
sale as (
    select
        1000000000 + order_number as order_id, line_number, 'sale' as document_type, order_date,
        quantity, discount, null as original_order_id, null as original_line_number,
        ordered.* exclude (line_number, order_date, quantity, discount)
    from ordered
),
come_back as (
    select
        2000000000 + number as order_id, 1 as line_number, 'return' as document_type,
        order_date + cast(draw(number, 20, least(days_left, 20) + 1) as integer) as order_date,
        -(1 + draw(number, 21, quantity)) as quantity,
        -(discount * (1 + draw(number, 21, quantity)) // quantity) as discount,
        1000000000 + order_number as original_order_id, line_number as original_line_number,
        ordered.* exclude (line_number, order_date, quantity, discount)
    from ordered
    where comes_back
),
document as (
    select * from sale
    union all by name
    select * from come_back
)
select
    order_id, line_number, document_type, order_date, status, customer_id(customer),
    product_id(product), channel_id(channel_of(customer)), participant_id(rep_of(customer)),
    promotion_id, quantity, money(price), money(discount), money(quantity * price - discount),
    money(quantity * unit_cost(product)), original_order_id, original_line_number
from document
where order_date between date '{{first_day}}' and date '{{last_day}}'
order by order_date, order_id, line_number
"""


@dataclass(frozen=True)
class Volume:
    """How much there is of what grows with the number of lines."""

    orders: int
    customers: int

    def first_order(self, day: date) -> int:
        """Give the number of the first order that is made on or after a day."""
        return -(-(day - FIRST_DAY).days * self.orders // DAYS)


@dataclass(frozen=True)
class Exports:
    """What was written: the folder of the full night, that of one day more, and their lines."""

    full: Path
    day: Path
    lines: int


def generate(folder: Path, lines: int, seed: int = 7) -> Exports:
    """Write about `lines` sales lines and all masters to `folder/full`, one day more to `day`."""
    if lines < SMALLEST:
        raise ValueError(f"at least {SMALLEST:,} lines, not {lines:,}")
    full, day = folder / "full", folder / "day"
    full.mkdir(parents=True, exist_ok=True)
    day.mkdir(parents=True, exist_ok=True)
    volume = _volume(lines)
    with duckdb.connect() as connection:
        connection.execute(_CHANCE.format(seed=seed))
        connection.execute(_IDS)
        for feed, select in _MASTERS.items():
            text = select.format(lines=lines, customers=volume.customers)
            _write(connection, feed, text, full / export_name(feed, FIRST_DAY))
        written = sum(
            _write(connection, "sales_line", _sales(volume, first, last), full / name)
            for first, last, name in _files()
        )
        next_day = _sales(volume, NEXT_DAY, NEXT_DAY)
        _write(connection, "sales_line", next_day, day / export_name("sales_line", NEXT_DAY))
    return Exports(full, day, written)


def generate_sales(path: Path, lines: int, seed: int = 7) -> int:
    """Write about `lines` sales lines of both years to one file, and give their number."""
    volume = _volume(lines)
    with duckdb.connect() as connection:
        connection.execute(_CHANCE.format(seed=seed))
        connection.execute(_IDS)
        select = _SALES.format(
            orders=volume.orders,
            customers=volume.customers,
            first_order=0,
            end_order=volume.orders,
            first_day=FIRST_DAY,
            last_day=NEXT_DAY,
        )
        return _write(connection, "sales_line", select, path)


def _volume(lines: int) -> Volume:
    sales = lines * 10_000 // (10_000 + _RETURNS_OF_TEN_THOUSAND)
    return Volume(
        orders=-(-sales // _LINES_PER_ORDER),
        customers=max(lines // _LINES_PER_CUSTOMER, _FEWEST_CUSTOMERS),
    )


def _files() -> Iterator[tuple[date, date, str]]:
    """Give first day, last day and name of each sales file of the full night: one a month."""
    for first, last in months():
        until = min(last, NEXT_DAY - timedelta(days=1))
        yield first, until, export_name("sales_line", until)


def _sales(volume: Volume, first: date, last: date) -> str:
    """Select what was written between two days of one month: its returns are of its own sales."""
    after = (last.replace(day=28) + timedelta(days=4)).replace(day=1)
    return _SALES.format(
        orders=volume.orders,
        customers=volume.customers,
        first_order=volume.first_order(first.replace(day=1)),
        end_order=volume.first_order(after),
        first_day=first,
        last_day=last,
    )


def _write(connection: duckdb.DuckDBPyConnection, feed: str, select: str, path: Path) -> int:
    names = ", ".join(FEEDS[feed])
    written = connection.execute(
        f"copy (select * from ({select}) as export ({names})) to '{path}' (header, delimiter ',')"
    ).fetchall()
    return int(written[0][0])

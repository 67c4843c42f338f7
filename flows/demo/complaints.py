"""Complaints about what was sold, and how long it took to settle them.

Products with a flaw are complained about more often, and so are the last orders of those who stop
buying. Times are local, amounts whole rupiah.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chance import LAST_DAY

if TYPE_CHECKING:
    import duckdb

# How often a cause comes up for an ordinary product, and the middle of the hours until it is
# settled: from 20% to 180% of it.
_CAUSES = """
create table cause (number bigint, name varchar, tickets bigint, hours bigint);
insert into cause values
    (1, 'late delivery', 30, 30), (2, 'damaged goods', 20, 60), (3, 'wrong item', 12, 48),
    (4, 'billing error', 12, 96), (5, 'quality', 12, 140), (6, 'out of stock', 14, 72);
"""

_COMPLAINTS = f"""
create table complaint as
with candidate as (
    select
        *,
        row_number() over (partition by character = 'flawed' order by number) - 1 as position
    from sold
    where status = 'POSTED'
),
class as (
    select character = 'flawed' as is_flawed, count(*) as size from candidate group by all
),
numbered as (
    select cast(number as bigint) as number, draw(number, 161, 100) < 22 as is_flawed
    from range({{complaints}}) as numbers (number)
),
regular as (
    select
        numbered.number as ticket,
        candidate.* exclude (position),
        day_plus(candidate.day, 2 + draw(numbered.number, 162, 12)) as opened,
        false as is_leaving
    from numbered
    inner join class using (is_flawed)
    inner join candidate
        on numbered.is_flawed = (candidate.character = 'flawed')
        and draw(numbered.number, 163, class.size) = candidate.position
),
last_line as (
    select customer_id, max(number) as number from sold where status = 'POSTED' group by customer_id
),
leaving as (
    select
        1000000 + customer.number as ticket,
        sold.*,
        greatest(day_plus(sold.day, 1), day_plus(lost_from, -1 - draw(customer.number, 164, 50)))
            as opened,
        true as is_leaving
    from customer
    inner join last_line using (customer_id)
    inner join sold on last_line.number = sold.number
    where lost_from is not null and draw(customer.number, 165, 100) < 55
),
every_complaint as (
    select * from regular
    union all
    select * from leaving
),
caused as (
    select
        *,
        cast(opened as timestamp) + to_seconds(8 * 3600 + draw(ticket, 166, 9 * 3600)) as opened_at,
        case when character = 'flawed' and draw(ticket, 167, 100) < 60 then 5 else (
            select min(number) from (
                select number, sum(tickets) over (order by number) as up_to from cause
            )
            where up_to > draw(ticket, 168, 100)
        ) end as cause_number
    from every_complaint
    where opened <= {LAST_DAY}
),
settled as (
    select
        caused.*,
        cause.name as cause,
        case when draw(ticket, 169, 100) >= case when is_leaving then 25 else 5 end
            then opened_at + to_minutes(cause.hours * 60 * (20 + draw(ticket, 170, 161)) // 100)
        end as settled_at
    from caused
    inner join cause on caused.cause_number = cause.number
)
select
    'T' || lpad(cast(row_number() over (order by opened_at, ticket) as varchar), 6, '0')
        as complaint_id,
    ticket,
    slot,
    customer_id,
    product_id,
    order_id,
    is_leaving,
    cause,
    case when net > 300000000 then 'high' else pick(ticket, 171, ['low', 'low', 'medium']) end
        as severity,
    opened,
    opened_at,
    case when settled_at < {LAST_DAY} + 1 then settled_at end as resolved_at,
    case when settled_at < {LAST_DAY} + 1
        then pick(ticket, 172, ['replaced', 'refunded', 'explained', 'discount given']) end
        as outcome,
    net // 100 * (1 + draw(ticket, 173, 4)) as amount_at_stake,
    owner_of(slot, opened) as owner_id
from settled;
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make table `complaint`, and the causes behind it."""
    company.execute(_CAUSES)
    company.execute(_COMPLAINTS.format(complaints=100 + lines // 250))

"""Touchpoints: who met which campaign when, as far as platforms can know it.

Customers are met in the two weeks before they order, by vehicles that work; visitors whom nobody
knows are met wherever money is spent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chance import FIRST_DAY, LAST_DAY

if TYPE_CHECKING:
    import duckdb

# For each day and audience the vehicles stand in a row, as long as they are likely to be met.
_EXPOSURES = """
create table exposure as
with aired as (
    select
        media_spend.*,
        vehicle.touch,
        vehicle.touches,
        media_effect.effect
    from media_spend
    inner join vehicle using (number)
    inner join media_effect using (number, week)
),
weighed as (
    select *, 'customer' as audience, effect * touch as weight from aired
    union all
    select *, 'visitor', spend * touch // 1000 from aired
)
select
    day,
    audience,
    number as vehicle,
    campaign_id,
    medium,
    name,
    touches,
    cast(sum(weight) over (partition by day, audience) as bigint) as total,
    cast(sum(weight) over (partition by day, audience order by number) - weight as bigint)
        as weight_before
from weighed
where weight > 0;
"""

# Before an order that has touchpoints there are 1, 2, 2, 3 or 4.
_TOUCHPOINTS = f"""
create table touchpoint as
with path as (
    select
        cast(number as bigint) as number,
        draw(number, 111, (select max(number) + 1 from ordered)) as order_number
    from range({{paths}}) as numbers (number)
),
customer_touch as (
    select
        path.number * 8 + item as number,
        'customer' as audience,
        ordered.customer_id,
        null as visitor_id,
        day_plus(ordered.day, -1 - draw(path.number * 8 + item, 112, 13)) as day
    from (
        select *, unnest(range([1, 2, 2, 3, 4][1 + draw(number, 113, 5)])) as item from path
    ) as path
    inner join ordered on path.order_number = ordered.number
),
visitor_touch as (
    select
        1000000000 + cast(number as bigint) as number,
        'visitor' as audience,
        null as customer_id,
        'V' || lpad(cast(draw(number, 114, {{visitors}}) as varchar), 6, '0') as visitor_id,
        day_plus({FIRST_DAY}, draw(number, 115, {LAST_DAY} - {FIRST_DAY} + 1)) as day
    from range({{visits}}) as numbers (number)
),
dated as (
    select * from customer_touch
    union all
    select * from visitor_touch
),
drawn as (
    select dated.*, draw(number, 116, total) as ticket
    from dated
    inner join (select distinct day, audience, total from exposure) as day_total
        using (day, audience)
),
met as (
    select drawn.*, exposure.* exclude (day, audience, total, weight_before)
    from drawn
    asof join exposure
        on drawn.day = exposure.day and drawn.audience = exposure.audience
        and drawn.ticket >= exposure.weight_before
)
select
    * exclude (number, ticket, touches),
    cast(day as timestamp) + to_seconds(6 * 3600 + draw(number, 117, 16 * 3600)) as touched_at,
    pick(number, 118, touches) as kind,
    'TP' || lpad(cast(row_number() over (order by day, number) as varchar), 7, '0') as touchpoint_id
from met;
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make table `touchpoint`; times are local."""
    company.execute(_EXPOSURES)
    company.execute(
        _TOUCHPOINTS.format(
            paths=100 + lines // 40, visits=200 + lines // 25, visitors=50 + lines // 125
        )
    )

"""What three experts expect to be sold: the truth, through the eyes of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chance import LAST_DAY

if TYPE_CHECKING:
    import duckdb

# Bias and noise in percent: noise is the most that one projection is off by, for a month ahead; it
# grows by half of it for each further month.
_EXPERTS = """
create table expert (number bigint, name varchar, bias bigint, noise bigint);
insert into expert values
    (1, 'Rina Wulandari', 2, 8), (2, 'Bambang Sutrisno', 18, 12), (3, 'Tim Pemasaran', -9, 24);
"""

# Quantities in tenths. Of months that are still to come the truth is the product's part of all
# sales in the region so far, at the season of that month.
_PROJECTIONS = f"""
create table region_sale as
select
    product_id,
    left(territory_id, 2) || '0' as territory_id,
    cast(date_trunc('month', day) as date) as month,
    cast(sum(quantity) as bigint) as quantity
from document
where status = 'POSTED' and (cancelled is null or kind = 'BATAL')
group by all;

create table projection as
with chosen as (
    select product_id, territory_id, sum(quantity) as quantity
    from region_sale
    group by product_id, territory_id
    qualify row_number() over (
        partition by territory_id order by sum(quantity) desc, product_id
    ) <= {{products}}
),
made as (
    select distinct cast(date_trunc('month', day) as date) as made_month
    from season
    where day between date '2026-01-01' and {LAST_DAY}
),
due as (
    select
        chosen.product_id,
        chosen.territory_id,
        made.made_month,
        ahead,
        cast(made.made_month + to_months(cast(ahead as integer)) as date) as month,
        chosen.quantity as quantity_so_far
    from chosen
    cross join made
    cross join range(1, 4) as horizons (ahead)
),
known as (
    select
        due.*,
        case when due.month <= {LAST_DAY} then coalesce(region_sale.quantity, 0)
            else cast(quantity_so_far * month.share // 1000000 as bigint) end as truth
    from due
    inner join month on due.month = month.month
    left join region_sale
        on due.product_id = region_sale.product_id
        and due.territory_id = region_sale.territory_id and due.month = region_sale.month
),
judged as (
    select
        known.*,
        expert.name as expert,
        expert.bias,
        expert.noise * (1 + ahead) // 2 as noise,
        cast(known.product_id[2:] as bigint) * 1000000
        + cast(known.territory_id[2:] as bigint) * 10000
        + date_diff('month', date '2026-01-01', known.made_month) * 100 + ahead * 10 + expert.number
            as number
    from known
    cross join expert
),
projected as (
    select
        *,
        greatest(truth, 0) * (1000 + bias * 10 + draw(number, 241, 20 * noise + 1) - 10 * noise)
        // 1000 as quantity
    from judged
)
select
    *,
    day_plus(made_month, 4) as made_on,
    quantity * (100 - noise) // 100 as low,
    quantity * (100 + noise) // 100 as high
from projected;
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make table `projection`, and what is behind it."""
    company.execute(_EXPERTS)
    company.execute(_PROJECTIONS.format(products=5 + lines * 25 // 200_000))

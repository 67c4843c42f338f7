"""What is expected and agreed: quotas, goals, plan assignments, shared credit, terms, costs.

Quotas follow what a market can be expected to sell in the season, seen through the eyes of a
management that is a little too hard on some and too easy on others. Amounts are whole rupiah.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chance import FIRST_DAY, LAST_DAY
from .masters import SLOTS

if TYPE_CHECKING:
    import duckdb

# Each market's sales and margin in the 24 months, and the part of them that falls into each month.
_EXPECTED = f"""
create table market as
select slot, sum(net) // 100 as net, sum(net - cost) // 100 as margin
from document
where status = 'POSTED' and (cancelled is null or kind = 'BATAL')
group by slot;

create table month as
with known as (
    select sum(weight) as weight from day where day <= {LAST_DAY}
)
select
    cast(date_trunc('month', day.day) as date) as month,
    cast(sum(day.weight) * 1000000 // any_value(known.weight) as bigint) as share
from day
cross join known
group by all;

create table expected as
select
    month,
    cast(date_trunc('quarter', month) as date) as quarter,
    slot,
    'K01' || (
        slot.team + case when month >= date '2026-04-01' and slot in (8, 16, 24) then 1 else 0 end
    ) as manager_id,
    owner_of(slot, month) as person_id,
    cast(market.net * share // 1000000 as bigint) as net,
    cast(market.margin * share // 1000000 as bigint) as margin
from month
cross join market
inner join slot using (slot)
where month < date '2027-01-01';
"""

# One month of one rep has no quota, as it happens. In July 2026 four reps got smaller quotas.
_QUOTAS = """
create table quota as
with wanted as (
    select
        person_id, 'OMZET' as kind, strftime(month, '%Y-%m') as period, month as starts,
        net as amount, 1000000 as step,
        85 + draw(slot, 91, 21) + draw(slot * 100 + month(month), 92, 11) as percent
    from expected
    union all
    select
        person_id, 'MARGIN', quarter_name(quarter), quarter, sum(margin), 1000000,
        90 + draw(any_value(slot), 93, 21)
    from expected
    group by person_id, quarter
    union all
    select
        manager_id, 'OMZET TIM', quarter_name(quarter), quarter, sum(net), 10000000,
        84 + draw(cast(manager_id[-1] as bigint) * 10 + quarter(quarter), 94, 33)
    from expected
    group by manager_id, quarter
    union all
    select
        manager_id, 'MARGIN TIM', quarter_name(quarter), quarter, sum(margin), 10000000,
        84 + draw(cast(manager_id[-1] as bigint) * 10 + quarter(quarter), 95, 33)
    from expected
    group by manager_id, quarter
),
published as (
    select
        person_id, kind, period, starts,
        cast(greatest(amount * 100 // percent // step, 1) * step as bigint) as amount,
        case when starts < date '2025-01-01' then date '2024-11-01'
            when starts < date '2026-01-01' then date '2025-01-01'
            else date '2026-01-01' end as exported_on
    from wanted
    where not (person_id = 'K117' and period = '2025-05')
)
select * from published
union all
select person_id, kind, period, starts, amount // 10000000 * 9000000, date '2026-07-01'
from published
where
    kind = 'OMZET' and starts >= date '2026-07-01'
    and person_id in ('K105', 'K113', 'K122', 'K131');
"""

_GOALS = """
create macro raised(amount, percent, step) as
    cast((amount * percent // 100 // step + 1) * step as bigint);

create table goal as
with years as (
    select year(month) as year, sum(net) as net, sum(margin) as margin
    from expected
    where month >= date '2025-01-01'
    group by year(month)
),
quarters as (
    select year(quarter) as year, quarter_name(quarter) as period, sum(net) as net
    from expected
    where month >= date '2025-01-01'
    group by quarter
),
volumes as (
    select
        year(sold.day) as year, product.line_number, product.line,
        sum(sold.quantity) // 10 as volume
    from sold
    inner join product using (product_id)
    where sold.status = 'POSTED' and sold.day >= date '2025-01-01'
    group by all
)
select
    year, 'G' || year || '-OMZET' as goal_id, 'OMZET' as measure, 'company' as scope,
    cast(year as varchar) as period, raised(net, 103, 1000000000) as amount
from years
union all
select
    year, 'G' || year || '-MARGIN', 'MARGIN', 'company', cast(year as varchar),
    raised(margin, 98, 100000000)
from years
union all
select year, 'G' || year || '-PELANGGAN', 'PELANGGAN BARU', 'company', cast(year as varchar), 140
from years
union all
select year, 'G' || period || '-OMZET', 'OMZET', 'company', period, raised(net, 101, 100000000)
from quarters
union all
select
    year, 'G' || year || '-VOLUME-' || line_number, 'VOLUME', 'product_line: ' || line,
    cast(year as varchar), raised(volume, case year when 2026 then 118 else 97 end, 1000)
from volumes;
"""

# Some customers are shared by two reps, some orders by two or three; one rule does not add up.
_SPLITS = f"""
create table credit_split as
with neighbour as (
    select slot, 'K' || (100 + slot) as first_id, 'K' || (101 + slot % ({SLOTS} - 1)) as second_id,
        'K' || (101 + (slot + 1) % ({SLOTS} - 1)) as third_id
    from slot
    where slot < {SLOTS}
),
shared_customers as (
    select
        'BK-' || customer_id as rule_id, null as order_id, customer_id, first_id, second_id,
        date '2025-07-01' as starts,
        case when number % 2 = 0 then date '2026-06-30' end as ends
    from customer
    inner join neighbour using (slot)
    where number % 97 = 13
),
shared_orders as (
    select
        'BF-' || order_id as rule_id, order_id, first_id, second_id, third_id, number,
        row_number() over (order by number) as place
    from ordered
    inner join neighbour using (slot)
    where
        status = 'POSTED' and rep_id is not null and day >= date '2025-01-01'
        and draw(number, 96, 500) = 0
)
select
    rule_id, order_id, customer_id, first_id as person_id, 70 as share, 'Pemilik' as role,
    starts, ends
from shared_customers
union all
select rule_id, order_id, customer_id, second_id, 30, 'Pendukung', starts, ends
from shared_customers
union all
select
    rule_id, order_id, null, first_id, case when number % 3 = 0 then 34 else 60 end, 'Pemilik',
    null, null
from shared_orders
union all
select
    rule_id, order_id, null, second_id,
    case when place = 3 then 30 when number % 3 = 0 then 33 else 40 end, 'Pendukung', null, null
from shared_orders
union all
select rule_id, order_id, null, third_id, 33, 'Pendukung', null, null
from shared_orders
where number % 3 = 0;
"""

_ASSIGNMENTS = f"""
create table assignment as
select
    person_id,
    case job when 'Sales' then 'sales-reps' else 'area-managers' end as plan_id,
    greatest(hired, {FIRST_DAY}) as starts,
    leaves as ends
from person
where job <> 'Kepala Penjualan';
"""

# Rates in 1/10,000 of net sales, or whole rupiah a month.
_TERMS = f"""
create table trade_term as
with agreed (type, term, basis, rate, amount, starts, ends) as (
    values
        ('marketplace', 'komisi lapak', 'omzet', 450, null, {FIRST_DAY}, date '2025-12-31'),
        ('marketplace', 'komisi lapak', 'omzet', 525, null, date '2026-01-01', null),
        ('marketplace', 'ongkos kirim', 'omzet', 200, null, {FIRST_DAY}, null),
        ('wholesale', 'rabat', 'omzet', 150, null, {FIRST_DAY}, null),
        ('distributor', 'rabat', 'omzet', 250, null, {FIRST_DAY}, null),
        ('distributor', 'ongkos kirim', 'omzet', 125, null, {FIRST_DAY}, null),
        ('retailer', 'margin', 'omzet', 300, null, {FIRST_DAY}, null),
        ('retailer', 'sewa rak', 'bulan', null, 12500000, {FIRST_DAY}, date '2025-10-31'),
        ('retailer', 'sewa rak', 'bulan', null, 14000000, date '2025-11-01', null)
)
select channel_id, agreed.* exclude (type)
from agreed
inner join channel using (type)
where channel_id not in ('S02', 'S13', 'S18');
"""

_COSTS = """
create table channel_cost as
with sold_monthly as (
    select channel_id, cast(date_trunc('month', day) as date) as month, sum(net) // 100 as net
    from sold
    where status = 'POSTED'
    group by all
),
served as (
    select
        channel_id, month, unnest(['LOGISTIK', 'TENAGA', 'PEMASARAN']) as kind,
        unnest([
            net * (180 + draw(month(month), 97, 60)) // 10000, 2500000 + net * 120 // 10000,
            net * (40 + draw(year(month) * 12 + month(month), 98, 50)) // 10000
        ]) as amount
    from sold_monthly
)
select channel_id, month, kind, cast(amount // 1000 * 1000 as bigint) as amount
from served
where amount > 0;
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make the tables of what is expected and agreed."""
    for script in (_EXPECTED, _QUOTAS, _GOALS, _SPLITS, _ASSIGNMENTS, _TERMS, _COSTS):
        company.execute(script)

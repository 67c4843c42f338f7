"""What the sales department does: contacts with customers, and the deals that are open.

The chance to win depends on the customer's segment, the sales tool and the product line. Answers
and complaints that ask for it are followed up: some in time, some late, some never. Times are
local.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chance import FIRST_DAY, LAST_DAY
from .masters import SLOTS

if TYPE_CHECKING:
    import duckdb

# The chance to win with a tool, in percent, and what a product line adds to it.
_TOOLS = """
create table tool_effect as
with told (segment, demo, sample, brochure, trial, call_script) as (
    values
        ('Horeka', 52, 38, 18, 44, 22), ('Rumah Tangga', 24, 46, 28, 34, 16),
        ('Ritel Modern', 26, 24, 20, 48, 32), ('Toko Tradisional', 22, 34, 42, 26, 30)
)
select segment, tool, win_percent
from told
unpivot (win_percent for tool in (
    demo as 'demo', sample as 'sample', brochure as 'brochure', trial as 'trial',
    call_script as 'call script'
));

create macro line_lift(line_number) as [6, 3, 0, -4, -2, -6][1 + line_number];
"""

_VISITS = f"""
create table visit as
with focus as (
    select
        product_id,
        line_number,
        row_number() over (order by number) - 1 as place,
        (select count(*) from product where number % 8 = 3 and discontinued is null) as size
    from product
    where number % 8 = 3 and discontinued is null
),
numbered as (
    select
        cast(number as bigint) as number,
        day_plus({FIRST_DAY}, number * ({LAST_DAY} - {FIRST_DAY} + 1) // {{visits}}) as day,
        1 + draw(number, 181, {SLOTS}) as slot,
        least(draw(number, 182, 52), draw(number, 183, 52), 50) as place
    from range({{visits}}) as numbers (number)
),
visited as (
    select
        numbered.*,
        present(customer.number, new_from, lost_from, numbered.day) as customer_number
    from numbered
    inner join customer on numbered.slot + {SLOTS} * numbered.place = customer.number
),
prepared as (
    select
        visited.number,
        visited.day,
        visited.slot,
        customer.customer_id,
        customer.segment,
        focus.product_id,
        focus.line_number,
        pick(visited.number, 184, ['demo', 'sample', 'brochure', 'trial', 'call script']) as tool
    from visited
    inner join customer on visited.customer_number = customer.number
    inner join focus on draw(visited.number, 185, focus.size) = focus.place
)
select
    prepared.*,
    case
        when draw(number, 186, 100) < case when day > {LAST_DAY} - 30 then 60 else 8 end
            then 'TERBUKA'
        when draw(number, 187, 100) < win_percent + line_lift(line_number) then 'MENANG'
        else 'KALAH'
    end as outcome
from prepared
inner join tool_effect using (segment, tool);
"""

# In time is within two days.
_FOLLOW_UPS = """
create table follow_up as
with wanted as (
    select
        number, response_id, null as complaint_id, day, slot, customer_id, null as product_id,
        draw(number, 191, 100) as ticket, 60 as in_time, 82 as at_all
    from answer
    where wants_contact
    union all
    select
        ticket, null, complaint_id, opened, slot, customer_id, product_id,
        draw(ticket, 192, 100), 48, 74
    from complaint
),
planned as (
    select
        *,
        case when ticket < in_time then 'in time' when ticket < at_all then 'late' else 'never' end
            as promptness
    from wanted
)
select
    *,
    day_plus(day, case promptness
        when 'in time' then 1 + draw(number, 193, 2) when 'late' then 6 + draw(number, 193, 20)
    end) as contacted
from planned;
"""

_CONTACTS = f"""
create table contact as
with every_contact as (
    select
        number, day, slot, customer_id, product_id, tool, outcome,
        pick(number, 201, ['HARGA', 'KUALITAS', 'LAYANAN', 'MARJIN', 'KEBARUAN']) as emphasis,
        pick(number, 202, [
            'HARGA', 'HARGA', 'KUALITAS', 'PENGIRIMAN', 'PENGIRIMAN', 'STOK', 'PROMOSI', 'KEMASAN',
            'PESAING'
        ]) as theme,
        case outcome when 'MENANG' then 60 when 'TERBUKA' then 35 else 12 end as positive,
        case outcome when 'MENANG' then 94 when 'TERBUKA' then 80 else 55 end as not_negative,
        null as response_id, null as complaint_id
    from visit
    union all
    select
        2000000 + number, contacted, slot, customer_id, product_id, null, 'SELESAI', null,
        pick(number, 203, ['PENGIRIMAN', 'KUALITAS', 'HARGA', 'LAYANAN']),
        case promptness when 'in time' then 45 else 15 end,
        case promptness when 'in time' then 85 else 50 end,
        response_id, complaint_id
    from follow_up
    where contacted <= {LAST_DAY}
)
select
    * exclude (positive, not_negative),
    'KT' || lpad(cast(
        row_number() over (order by day, number, response_id nulls last) as varchar
    ), 6, '0') as contact_id,
    owner_of(slot, day) as person_id,
    cast(day as timestamp) + to_minutes(8 * 60 + draw(number, 204, 9 * 60)) as contacted_at,
    case when draw(number, 205, 100) < positive then 'POSITIF'
        when draw(number, 205, 100) < not_negative then 'NETRAL' else 'NEGATIF' end as sentiment,
    case when draw(number, 206, 100) < 30 then case theme
        when 'HARGA' then 'Minta potongan lebih besar' when 'KUALITAS' then 'Bertanya soal mutu'
        when 'PENGIRIMAN' then 'Kiriman minggu lalu telat' when 'STOK' then 'Stok di gudang tipis'
        when 'PROMOSI' then 'Menanyakan promosi berikutnya' when 'KEMASAN' then 'Kardus mudah sobek'
        when 'PESAING' then 'Ditawari merek lain' else 'Minta dihubungi lagi' end
    end as note
from every_contact;
"""

# Each export of open deals is of its own day: nearly all have been decided by the next.
_DEALS = f"""
create table deal as
with exported as (
    select unnest([{FIRST_DAY}, date '2026-01-01', date '2026-04-01', {LAST_DAY}]) as exported_on
),
numbered as (
    select exported_on, cast(number as bigint) + 10000 * (exported_on - {FIRST_DAY}) as number
    from exported
    cross join range({{deals}}) as numbers (number)
),
placed as (
    select
        *,
        1 + draw(number, 211, {SLOTS}) as slot,
        draw(number, 212, 4) as stage
    from numbered
)
select
    exported_on,
    'DL' || strftime(exported_on, '%y%m')
    || lpad(cast(placed.number % 10000 + 1 as varchar), 4, '0') as deal_id,
    owner_of(placed.slot, exported_on) as person_id,
    customer.customer_id,
    'B' || lpad(cast(1 + 2 * draw(placed.number, 213, 8) as varchar), 4, '0') as product_id,
    day_plus(exported_on, 5 + draw(placed.number, 214, 55)) as closes,
    2500000 + 250000 * draw(placed.number, 215, 150) as amount,
    ['PROSPEK', 'PENAWARAN', 'NEGOSIASI', 'KONTRAK'][1 + stage] as stage,
    [10, 35, 60, 85][1 + stage] as probability
from placed
-- The first two customers of a slot were always there, the first one for ever.
inner join customer on placed.slot = customer.number;
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make the tables of contacts, follow-ups and open deals."""
    company.execute(_TOOLS)
    company.execute(_VISITS.format(visits=500 + lines * 11 // 400))
    company.execute(_FOLLOW_UPS)
    company.execute(_CONTACTS)
    company.execute(_DEALS.format(deals=10 + lines // 4_000))

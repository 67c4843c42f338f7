"""What customers say in surveys: scores, wishes about products, and where they like to buy.

Who will stop buying scores low in the months before. Times are local.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chance import FIRST_DAY, LAST_DAY
from .masters import SLOTS

if TYPE_CHECKING:
    import duckdb

# Promoters and detractors of a segment in a quarter, in percent.
_OPINIONS = f"""
create table opinion as
with quarter as (
    select distinct cast(date_trunc('quarter', day) as date) as quarter
    from season
    where day <= {LAST_DAY}
),
numbered as (
    select quarter, cast(row_number() over (order by quarter) - 1 as bigint) as number from quarter
)
select
    segment,
    quarter,
    case
        when segment = 'Horeka' then 42 + 2 * number
        when segment = 'Rumah Tangga' then 38
        when segment = 'Ritel Modern' then 34 - 2 * number
        when quarter = date '2026-04-01' then 36
        else 50
    end as promoters,
    case
        when segment = 'Horeka' then 24 - number
        when segment = 'Rumah Tangga' then 26
        when segment = 'Ritel Modern' then 24 + 2 * number
        when quarter = date '2026-04-01' then 34
        else 16
    end as detractors
from numbered
cross join (select distinct segment from customer) as segment;

create macro promoters_of(is_leaving, promoters) as case when is_leaving then 8 else promoters end;
create macro detractors_of(is_leaving, detractors) as
    case when is_leaving then 65 else detractors end;

-- How many of a hundred detractors (1), passives (2) and promoters (3) are satisfied, and find it
-- easy.
create macro satisfied_of(opinion) as [30, 75, 95][opinion];
create macro easy_of(opinion) as [30, 60, 85][opinion];
"""

# Parts of what a segment buys in each channel type; in one region they like marketplaces more, in
# another less.
_PREFERENCES = """
create table preference as
with told (segment, channel_type, weight) as (
    values
        ('Horeka', 'direct', 42), ('Horeka', 'own shop', 3), ('Horeka', 'marketplace', 15),
        ('Horeka', 'wholesale', 28), ('Horeka', 'distributor', 10), ('Horeka', 'retailer', 2),
        ('Rumah Tangga', 'direct', 2), ('Rumah Tangga', 'own shop', 16),
        ('Rumah Tangga', 'marketplace', 48), ('Rumah Tangga', 'wholesale', 0),
        ('Rumah Tangga', 'distributor', 0), ('Rumah Tangga', 'retailer', 34),
        ('Ritel Modern', 'direct', 18), ('Ritel Modern', 'own shop', 0),
        ('Ritel Modern', 'marketplace', 6), ('Ritel Modern', 'wholesale', 22),
        ('Ritel Modern', 'distributor', 50), ('Ritel Modern', 'retailer', 4),
        ('Toko Tradisional', 'direct', 12), ('Toko Tradisional', 'own shop', 4),
        ('Toko Tradisional', 'marketplace', 14), ('Toko Tradisional', 'wholesale', 48),
        ('Toko Tradisional', 'distributor', 20), ('Toko Tradisional', 'retailer', 2)
)
select
    told.segment,
    team.team,
    told.channel_type,
    told.weight * case when channel_type <> 'marketplace' then 10 when team.team = 1 then 16
        when team.team = 5 then 5 else 10 end as weight
from told
cross join (select distinct team from slot) as team;
"""

# Regular answers come evenly over time; those who leave answer once more than others.
_ANSWERS = f"""
create table answer as
with numbered as (
    select
        cast(number as bigint) as number,
        day_plus({FIRST_DAY}, number * ({LAST_DAY} - {FIRST_DAY} + 1) // {{responses}}) as day,
        1 + draw(number, 121, {SLOTS})
        + {SLOTS} * least(draw(number, 122, 52), draw(number, 123, 52), 50) as customer_number
    from range({{responses}}) as numbers (number)
),
asked as (
    select
        numbered.number,
        numbered.day,
        present(customer_number, new_from, lost_from, numbered.day) as customer_number
    from numbered
    inner join customer on numbered.customer_number = customer.number
    union all
    select 1000000 + number, day_plus(lost_from, -1 - draw(number, 124, 60)), number
    from customer
    where lost_from is not null and draw(number, 125, 100) < 60
),
known as (
    select
        asked.number,
        asked.day,
        customer.customer_id,
        customer.segment,
        customer.slot,
        customer.team,
        coalesce(asked.day >= customer.lost_from - 120, false) as is_leaving
    from asked
    inner join customer on asked.customer_number = customer.number
),
felt as (
    select
        known.*,
        draw(known.number, 126, 100) as ticket,
        promoters_of(is_leaving, promoters) as promoters,
        detractors_of(is_leaving, detractors) as detractors
    from known
    inner join opinion
        on known.segment = opinion.segment and date_trunc('quarter', known.day) = opinion.quarter
),
grouped as (
    select
        *,
        case when ticket < detractors then 1 when ticket < 100 - promoters then 2 else 3 end
            as opinion
    from felt
)
select
    *,
    'R' || lpad(cast(row_number() over (order by day, number) as varchar), 6, '0') as response_id,
    'KPL-' || quarter_name(day) as survey_id,
    cast(day as timestamp) + to_seconds(8 * 3600 + draw(number, 127, 13 * 3600)) as answered_at,
    cast(day_plus(day, -draw(number, 128, 6)) as timestamp)
    + to_seconds(6 * 3600 + draw(number, 129, 7200)) as invited_at,
    case opinion when 1 then pick(number, 130, [6, 6, 6, 5, 5, 4, 3, 2, 1, 0])
        when 2 then 7 + draw(number, 130, 2) else 9 + draw(number, 130, 2) end as nps,
    case when draw(number, 131, 100) < satisfied_of(opinion) then 4 + draw(number, 132, 2)
        else 1 + draw(number, 132, 3) end as csat,
    case when draw(number, 133, 100) < 60 then
        case when draw(number, 134, 100) < easy_of(opinion) then 5 + draw(number, 135, 3)
            else 1 + draw(number, 135, 4) end
    end as ces,
    case when draw(number, 136, 100) < 40 then pick(number, 137, case opinion
        when 1 then ['Pesanan sering terlambat', 'Barang rusak saat tiba', 'Harga terus naik',
            'Keluhan saya tidak dijawab', 'Stok sering kosong']
        when 2 then ['Cukup baik, tetapi harga bisa lebih baik', 'Biasa saja', 'Lumayan']
        else ['Pelayanan ramah dan cepat', 'Kualitasnya bagus', 'Selalu tersedia'] end)
    end as comment,
    draw(number, 138, 100) < [45, 8, 3][opinion] as wants_contact
from grouped;
"""

# Who was asked and did not answer: some segments answer much more often than others.
_SILENCES = f"""
create table silence as
with numbered as (
    select
        cast(number as bigint) as number,
        day_plus({FIRST_DAY}, number * ({LAST_DAY} - {FIRST_DAY} + 1) // {{silences}}) as day,
        1 + draw(number, 153, {SLOTS})
        + {SLOTS} * least(draw(number, 154, 52), draw(number, 155, 52), 50) as customer_number
    from range({{silences}}) as numbers (number)
)
select
    'I' || lpad(cast(numbered.number + 1 as varchar), 6, '0') as response_id,
    'KPL-' || quarter_name(numbered.day) as survey_id,
    numbered.day,
    cast(numbered.day as timestamp) + to_seconds(6 * 3600 + draw(numbered.number, 156, 7200))
        as invited_at,
    there.customer_id,
    there.segment,
    there.team
from numbered
inner join customer on numbered.customer_number = customer.number
inner join customer as there
    on present(customer.number, customer.new_from, customer.lost_from, numbered.day) = there.number
where draw(numbered.number, 157, 100) < case there.segment
    when 'Horeka' then 90 when 'Toko Tradisional' then 70 when 'Rumah Tangga' then 50 else 35 end;
"""

# Wishes are about what sells well, and more than their share about products with a flaw.
_WISHES = """
create table wish as
with asked as (
    select
        response_id,
        number,
        draw(number, 142, 100) < 15 as is_idea,
        case when draw(number, 143, 100) < 25 then 7 + 29 * draw(number, 144, 7)
            else 1 + least(draw(number, 144, 200), draw(number, 145, 200)) * 73 % 200 end
            as product_number
    from answer
    where draw(number, 141, 100) < 40
),
wished as (
    select
        asked.*,
        product.product_id,
        product.character,
        case
            when is_idea then 'add'
            when draw(asked.number, 146, 100)
                < case character when 'flawed' then 15 when 'loved' then 85 else 55 end then 'keep'
            when draw(asked.number, 147, 100) < 60 then 'change'
            else 'drop'
        end as wish
    from asked
    inner join product on asked.product_number = product.number
)
select
    response_id,
    wish,
    case when not is_idea then product_id end as product_id,
    case
        when is_idea then pick(number, 148, ['small size', 'less sugar', 'refill', 'organic'])
        when character = 'flawed' and draw(number, 149, 100) < 60 then 'quality'
        else pick(number, 148, ['taste', 'packaging', 'price', 'size', 'availability'])
    end as theme,
    case wish
        when 'keep' then 'Jangan diubah, pelanggan saya suka' when 'change' then 'Tolong diperbaiki'
        when 'drop' then 'Tidak laku, sebaiknya dihentikan' else 'Saya ingin ada yang seperti ini'
    end as words
from wished;
"""

# Shares in percent, 100 in all: the largest takes what rounding leaves.
_SHARES = """
create table shopping_share as
with told as (
    select
        answer.response_id,
        preference.channel_type,
        weight * (70 + draw(
            answer.number * 8
            + list_position(
                ['direct', 'own shop', 'marketplace', 'wholesale', 'distributor', 'retailer'],
                channel_type
            ), 152, 61
        )) as weight
    from answer
    inner join preference using (segment, team)
    where draw(answer.number, 151, 100) < 35
),
rounded as (
    select
        *,
        cast(100 * weight // sum(weight) over (partition by response_id) as bigint) as share,
        row_number() over (partition by response_id order by weight desc, channel_type) as place
    from told
)
select
    response_id,
    channel_type,
    share + case when place = 1
        then 100 - cast(sum(share) over (partition by response_id) as bigint) else 0 end as share
from rounded;
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make the tables of answers, silences, wishes and shopping shares, and what is behind them."""
    company.execute(_OPINIONS)
    company.execute(_PREFERENCES)
    company.execute(_ANSWERS.format(responses=500 + lines // 80))
    company.execute(_SILENCES.format(silences=2 * (500 + lines // 80)))
    company.execute(_WISHES)
    company.execute(_SHARES)

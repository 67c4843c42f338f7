"""The company's customers: some are new, and some will stop buying for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .masters import SLOTS

if TYPE_CHECKING:
    import duckdb

CUSTOMERS = 2_000

# Customers of a slot have places 0 to 51, the first buy most often. Those who come later or leave
# stand between others who were always there and take over: place - 1 buys instead of them.
_CUSTOMERS = f"""
create table customer as
with numbered as (
    select
        cast(number as bigint) as number,
        cast((number - 1) % {SLOTS} + 1 as bigint) as slot,
        cast((number - 1) // {SLOTS} as bigint) as place
    from range(1, {CUSTOMERS + 1}) as numbers (number)
),
placed as (
    select
        numbered.*,
        slot.team,
        -- The last slot looks after two towns.
        case when slot = {SLOTS} and number % 2 = 0 then 'W58'
            else 'W' || team || (1 + (slot - 1) % 8) end as territory_id,
        pick(number, 41, [
            'S01', 'S01', 'S06', 'S06', 'S07', 'S08', 'S19', 'S19', 'S20', 'S21',
            case team when 1 then 'S03' when 3 then 'S04' when 4 then 'S05' else 'S01' end,
            case team when 1 then 'S09' when 2 then 'S10' when 4 then 'S12' else 'S11' end,
            case team when 1 then 'S09' when 2 then 'S10' when 4 then 'S12' else 'S11' end,
            case team when 1 then 'S13' when 2 then 'S14' when 3 then 'S15' when 4 then 'S16'
                else 'S17' end
        ]) as channel_id,
        case when place % 7 = 5 then day_plus(date '2024-12-01', draw(number, 42, 600)) end
            as new_from,
        case when place % 7 in (1, 3) and draw(number, 47, 7) = 0
            then day_plus(date '2026-01-15', draw(number, 48, 230)) end as lost_from
    from numbered
    inner join slot using (slot)
)
select
    placed.*,
    'C' || lpad(cast(number as varchar), 5, '0') as customer_id,
    case
        when number % 250 = 0 then 'Toko "Rejeki"; Cabang ' || number
        when number % 250 = 125 then 'Kafé Bintang ' || number
        else
            pick(number, 43, ['Toko', 'Warung', 'UD', 'CV', 'Kios', 'Depot']) || ' '
            || pick(number, 44, ['Sumber', 'Maju', 'Berkah', 'Sinar', 'Mulia', 'Jaya', 'Makmur'])
            || ' '
            || pick(number, 45, ['Rejeki', 'Bersama', 'Sentosa', 'Baru', 'Indah', 'Raya'])
            || ' ' || number
    end as name,
    case channel.type
        when 'direct' then 'Horeka' when 'own shop' then 'Rumah Tangga'
        when 'marketplace' then 'Rumah Tangga' when 'retailer' then 'Ritel Modern'
        else 'Toko Tradisional'
    end as segment,
    channel.type as channel_type,
    channel.terms_days,
    coalesce(new_from, day_plus(date '2017-01-02', draw(number, 46, 2700))) as since
from placed
inner join channel using (channel_id);

-- The customer who is there in place of another on a day.
create macro present(number, new_from, lost_from, day) as
    number - case when new_from > day or lost_from <= day then {SLOTS} else 0 end;
create macro owner_of(slot, day) as
    'K' || (100 + slot + case when slot = {SLOTS} and day >= date '2026-01-01' then 1 else 0 end);
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make table `customer`."""
    company.execute(_CUSTOMERS)

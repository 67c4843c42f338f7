"""Promotions: what they offer, and how much more is bought because of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chance import FIRST_DAY

if TYPE_CHECKING:
    import duckdb

# What a mechanic adds to quantities by itself, in percent; it is the more the deeper the discount.
_MECHANICS = """
create table mechanic (number bigint, kind varchar, name varchar, uplift bigint);
insert into mechanic values
    (0, 'DISKON', 'potongan langsung', 8),
    (1, 'DISKON', 'potongan harga untuk jumlah tertentu', 15),
    (2, 'PAKET', 'paket hemat', 25),
    (3, 'PAKET', 'beli banyak lebih murah', 12),
    (4, 'KUPON', 'kupon digital', 10),
    (5, 'KUPON', 'kupon cetak', 0);
"""

# Each product line has a promotion six times; never two at once. A wave's promotions of one kind
# are one campaign. Discounts are in 1/10,000.
_PROMOTIONS = f"""
create table promotion as
with numbered as (
    select
        cast(number as bigint) as number,
        number % 6 as line_number,
        day_plus(
            {FIRST_DAY}, (number // 6) * 120 + (number % 6) * 15 + draw(number, 31, 10)
        ) as starts,
        300 + 150 * draw(number, 33, 7) as discount
    from range(36) as numbers (number)
)
select
    numbered.*,
    'P' || lpad(cast(numbered.number + 1 as varchar), 3, '0') as promotion_id,
    'KMP1' || (1 + numbered.number // 6) || (1 + mechanic.number // 2) as campaign_id,
    mechanic.kind,
    mechanic.name as mechanic,
    mechanic.uplift + 3 * discount // 100 + draw(numbered.number, 36, 60) as uplift,
    day_plus(starts, 13 + draw(numbered.number, 34, 28)) as ends,
    5000000 + 500000 * draw(numbered.number, 35, 40) as fixed_cost
from numbered
inner join mechanic on draw(numbered.number, 32, 6) = mechanic.number;
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make table `promotion`."""
    for script in (_MECHANICS, _PROMOTIONS):
        company.execute(script)

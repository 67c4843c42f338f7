"""Numbers that look like chance, and the days on which the company sells more or less.

All is arithmetic on whole numbers: no random generator, so nothing depends on threads or versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

FIRST_DAY = "date '2024-11-01'"
LAST_DAY = "date '2026-10-31'"

# `draw(x, kind, n)`: a number from 0 to n - 1 for row x; every use has a kind of its own.
_MACROS = """
create macro _spread(v) as (xor(v, v >> 15) * 1540483477) % 4294967296;
create macro _start(x, kind) as
    ((cast(x as bigint) + 1) * 2654435761 + cast(kind as bigint) * 774242763 + {seed} * 69069069)
    % 4294967296;
create macro draw(x, kind, n) as (_spread(_spread(_start(x, kind))) >> 7) % n;
create macro pick(x, kind, texts) as texts[1 + draw(x, kind, len(texts))];
create macro day_plus(day, days) as cast(day + cast(days as integer) as date);
create macro quarter_name(day) as year(day) || '-Q' || quarter(day);
"""

# Eid al-Fitr: buying grows through the month of fasting, then the country is on holiday for a week.
# Experts look three months ahead, so the days reach beyond the last one.
_SEASON = f"""
create table season as
with counted as (
    select
        cast(day as date) as day,
        cast(date_diff('day', {FIRST_DAY}, day) as bigint) as number,
        case when day < date '2025-07-01' then date '2025-03-31' else date '2026-03-20' end as eid
    from generate_series({FIRST_DAY}, date '2027-01-31', interval 1 day) as days (day)
),
weighed as (
    select
        day,
        1000 + number * 3 // 10 as growth,
        [90, 92, 100, 98, 100, 102, 104, 106, 100, 102, 108, 125][month(day)] as season,
        [100, 100, 100, 100, 110, 60, 10][isodow(day)] as weekday,
        case
            when day between eid - 1 and eid + 6 then 5
            when day between eid - 30 and eid - 2 then 110 + 3 * (30 - (eid - day))
            when day between eid + 7 and eid + 20 then 80
            when strftime(day, '%d-%m') in ('01-01', '17-08', '25-12') then 10
            else 100
        end as event
    from counted
)
select day, cast(growth * season * weekday * event // 100000 as bigint) as weight
from weighed;
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make the macros of chance and table `season`, the days as they would be without media."""
    company.execute(_MACROS.format(seed=seed % 10_000))
    company.execute(_SEASON)

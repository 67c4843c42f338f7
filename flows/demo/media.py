"""Media: campaigns, what was spent on vehicles in flights, and how many sales that brought.

Spend of a week works in that week and, less and less, in the four after it; more of it works less
than in proportion. With A the mean spend of the five weeks, each weighed by how much of it is still
at work, a vehicle adds most x A / (A + half) to the sales of each of the week's days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chance import LAST_DAY

if TYPE_CHECKING:
    import duckdb

# most: what it can add to a day's sales, in millionths; half: spend of a week at which it adds half
# of that; carry: percent of the effect left a week later; weekly: spend of a week on the air; both
# in thousand rupiah at 200,000 lines. on_air: percent of the time. thousand: rupiah for 1,000
# impressions. clicks: of 10,000. touch: how likely a contact is noted.
_VEHICLES = """
create table vehicle (
    number bigint, medium varchar, name varchar, campaign_kind varchar, most bigint, half bigint,
    carry bigint, weekly bigint, on_air bigint, thousand bigint, clicks bigint, touch bigint,
    touches varchar[]
);
insert into vehicle values
    (1, 'tv', 'Kanal Nusa', 'advertising', 100000, 15000, 50, 15000, 45, 13000, 0, 2, ['call']),
    (2, 'tv', 'Lintang TV', 'advertising', 30000, 15000, 50, 12000, 40, 15000, 0, 2, ['call']),
    (3, 'radio', 'Swara Kota', 'advertising', 28000, 4000, 30, 2500, 55, 4500, 0, 4, ['call']),
    (4, 'radio', 'Pagi FM', 'advertising', 0, 4000, 30, 3000, 50, 5500, 0, 4, ['call']),
    (5, 'publication', 'Harian Khatulistiwa', 'public relations', 20000, 3000, 40, 1500, 50, 11000,
        0, 6, ['call', 'visit']),
    (6, 'publication', 'Majalah Dapur Kita', 'advertising', 3000, 4000, 60, 3500, 50, 24000, 0, 6,
        ['call', 'visit']),
    (7, 'search', 'Telisik', 'advertising', 70000, 10000, 10, 7000, 100, 9000, 310, 100,
        ['click', 'click', 'visit']),
    (8, 'social', 'Kabarku', 'social media', 65000, 9000, 20, 6000, 85, 3500, 90, 100,
        ['view', 'view', 'click']),
    (9, 'social', 'Fotogrid', 'contest', 8000, 4500, 20, 3000, 35, 3000, 140, 100,
        ['view', 'click', 'click']),
    (10, 'outdoor', 'Papan Tol Nusantara', 'advertising', 0, 4500, 60, 4500, 60, 6000, 0, 0,
        ['view']),
    (11, 'website', 'Resep Harian', 'advertising', 26000, 3500, 20, 2250, 70, 7500, 120, 100,
        ['view', 'visit', 'visit']),
    (12, 'event', 'Liga Futsal Kota', 'sponsorship', 12000, 7500, 50, 6000, 35, 30000, 0, 20,
        ['visit']),
    (13, 'event', 'Pekan Rasa', 'exhibition', 40000, 10000, 40, 10000, 25, 45000, 0, 50, ['visit']),
    (14, 'direct', 'Surat Niaga', 'direct', 20000, 1500, 10, 1000, 40, 125000, 260, 150,
        ['view', 'call']),
    (15, 'app', 'Kartu Rasa', 'loyalty', 22000, 2000, 30, 1250, 80, 17500, 420, 150,
        ['view', 'click', 'visit']);
"""

# Flights are of four weeks and begin on a Monday; each vehicle's begin in other weeks.
_SPEND = f"""
create macro scaled(thousands) as thousands * 1000 * {{lines}} // 200000;

create table media_spend as
with week as (
    select
        cast(date_trunc('week', day) as date) as week,
        cast(row_number() over (order by date_trunc('week', day)) as bigint) as number
    from season
    where day <= {LAST_DAY}
    group by date_trunc('week', day)
),
flight as (
    select
        week.week,
        vehicle.*,
        vehicle.number * 100 + (week.number + vehicle.number * 3) // 4 as flight,
        vehicle.number * 1000 + week.number as vehicle_week
    from week
    cross join vehicle
),
spent as (
    select
        season.day,
        flight.*,
        greatest(
            scaled(weekly) * (50 + draw(flight, 102, 101)) // 100
            * (80 + draw(vehicle_week, 103, 41)) // 100 // 7 // 1000 * 1000, 1000
        ) as spend,
        (year(season.day) * 12 + month(season.day) - 2024 * 12 - 11) // 6 as half_year
    from season
    inner join flight on cast(date_trunc('week', season.day) as date) = flight.week
    where season.day <= {LAST_DAY} and draw(flight, 101, 100) < on_air
),
shown as (
    select *, spend * 1000 // thousand * (90 + draw(vehicle_week, 104, 21)) // 100 as impressions
    from spent
)
select
    day,
    week,
    number,
    medium,
    name,
    campaign_kind,
    half_year,
    'KMP2' || (1 + half_year) || list_position([
        'advertising', 'social media', 'public relations', 'sponsorship', 'exhibition', 'contest',
        'direct', 'loyalty'
    ], campaign_kind) as campaign_id,
    spend,
    impressions,
    case when clicks > 0
        then impressions * clicks // 10000 * (85 + draw(vehicle_week, 105, 31)) // 100
    end as clicks,
    impressions * (30 + draw(flight, 106, 30)) // 100 as reach,
    -- Tenths of a point, of an audience of four million at 200,000 lines.
    case when medium in ('tv', 'radio')
        then impressions * 1000 // (20 * {{lines}}) end as rating_points
from shown;
"""

_CAMPAIGNS = """
create table campaign as
with bought as (
    select
        campaign_id,
        any_value(campaign_kind) as kind,
        case any_value(campaign_kind)
            when 'advertising' then 'Iklan' when 'social media' then 'Media sosial'
            when 'public relations' then 'Hubungan masyarakat' when 'sponsorship' then 'Sponsor'
            when 'exhibition' then 'Pameran' when 'contest' then 'Lomba'
            when 'direct' then 'Surat langsung' else 'Loyalitas' end
        || ' ' || ['musim hujan 2024', 'tengah 2025', 'musim hujan 2025', 'tengah 2026'][
            1 + any_value(half_year)
        ] as name,
        min(day) as starts,
        max(day) as ends,
        cast((sum(spend) * 105 // 100 // 100000 + 1) * 100000 as bigint) as budget
    from media_spend
    group by campaign_id
),
offered as (
    select
        campaign_id,
        case any_value(kind)
            when 'DISKON' then 'discount' when 'PAKET' then 'bundle' else 'coupon' end as kind,
        'Promosi ' || lower(any_value(kind)) || ' ' || campaign_id[-2] as name,
        min(starts) as starts,
        max(ends) as ends,
        cast(sum(fixed_cost) as bigint) as budget
    from promotion
    group by campaign_id
),
everything as (
    select * from bought
    union all
    select * from offered
)
select
    *,
    pick(row_number() over (order by campaign_id), 107, ['Dewi', 'Fajar', 'Maya', 'Satria'])
        as owner
from everything;
"""

_EFFECTS = f"""
create table media_effect as
with spent as (
    select number, week, cast(sum(spend) as bigint) as spend from media_spend group by all
),
weighed as (
    select
        vehicle.*,
        [10000, 100 * carry, carry * carry, carry * carry * carry // 100,
            carry * carry * carry * carry // 10000] as weights
    from vehicle
),
week as (
    select distinct cast(date_trunc('week', day) as date) as week from season
    where day <= {LAST_DAY}
),
working as (
    select
        week.week,
        weighed.number,
        any_value(most) as most,
        any_value(half) as half,
        cast(coalesce(sum(spent.spend * weights[1 + (week.week - spent.week) // 7]), 0) as bigint)
        // cast(list_sum(any_value(weights)) as bigint) as spend
    from week
    cross join weighed
    left join spent
        on weighed.number = spent.number and spent.week between week.week - 28 and week.week
    group by all
)
select
    week,
    number,
    most * spend // (spend + scaled(half)) as effect
from working;

-- After the last day media go on as they were on average.
create table day as
with weekly as (
    select week, cast(sum(effect) as bigint) as effect from media_effect group by week
),
lifted as (
    select
        season.day,
        coalesce(weekly.effect, (select cast(sum(effect) // count(*) as bigint) from weekly))
            as effect,
        season.weight as season_weight
    from season
    left join weekly on cast(date_trunc('week', season.day) as date) = weekly.week
),
weighed as (
    select *, season_weight * (1000000 + effect) // 1000 as weight from lifted
)
select
    *, cast(sum(weight) over (order by day) - weight as bigint) as weight_before
from weighed;
"""


def make(company: duckdb.DuckDBPyConnection, lines: int, seed: int) -> None:  # noqa: ARG001
    """Make the tables of media, and table `day`, how much is sold on each."""
    company.execute(_VEHICLES)
    company.execute(_SPEND.format(lines=lines))
    company.execute(_CAMPAIGNS)
    company.execute(_EFFECTS)
